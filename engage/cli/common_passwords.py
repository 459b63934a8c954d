"""The list of the most common passwords, made from the one that npm installs. Nothing is asked of any network later."""

import json
import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Frequency lists of leaked passwords as zxcvbn ships them (MIT), the most common first.
PACKAGE = ROOT / "node_modules" / "@zxcvbn-ts" / "language-common" / "src" / "passwords.json"
FOLDER = ROOT / "engage" / "passwords"


def write_all(source: Path = PACKAGE, folder: Path = FOLDER) -> str:
    """Write the list, one entry a line in folded case, and return what was done in one line."""
    entries: list[str] = json.loads(source.read_text("utf-8"))
    folded = dict.fromkeys(entry.casefold() for entry in entries if not any(sign.isspace() for sign in entry))
    folder.mkdir(exist_ok=True)
    own = folder / f".common.{os.getpid()}"
    own.write_text("\n".join(folded) + "\n", "utf-8")
    own.replace(folder / "common.txt")  # whoever reads meanwhile finds a whole file
    return f"{len(folded)} common passwords in {folder.name}"
