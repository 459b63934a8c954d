"""Take the pictures of the README from the demonstration: `.venv/bin/python docs/images/take.py`."""

import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))

from tests.e2e.conftest import ARGUMENTS  # noqa: E402 - found only after the line above
from tests.e2e.live import CHROMIUM, Live  # noqa: E402 - the same

SIZE = {"width": 1200, "height": 860}
COLOURS = 64  # plenty for pages of ours, and a third of the bytes
WHO = "coordinator.bor@example.org"


def main() -> None:
    """Start the demonstration, look at its first page and at an inbox, and write both as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        live = Live(Path(folder))
        live.start()
        try:
            take(live)
        finally:
            live.stop()


def take(live: Live) -> None:
    """Write the pictures of a demonstration that answers."""
    found = re.search(rf"{re.escape(WHO)}\s+(\S+)", live.said())
    if found is None:
        raise RuntimeError("the demonstration printed no sign-ins")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE)
        page.goto(f"{live.url}/s/BOR/")
        page.screenshot(path=FOLDER / "home.png")
        page.goto(f"{live.url}/account/sign-in")
        page.locator("input[name=email]").fill(WHO)
        page.locator("input[name=password]").fill(found[1])
        page.locator("main button:not([aria-controls])").first.click()
        page.goto(f"{live.url}/staff/?tab=site")
        page.screenshot(path=FOLDER / "inbox.png")
        browser.close()
    for picture in FOLDER.glob("*.png"):
        Image.open(picture).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    main()
