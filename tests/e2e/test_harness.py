"""The browser of the journeys finds what it is there to find."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
SOUND = (
    '<html lang="en"><head><title>Dust</title></head><body><main><h1>Dust</h1><p>It is dusty.</p></main></body></html>'
)

PAGES = {
    "/": SOUND,
    "/elsewhere": SOUND.replace("<p>", '<link rel="stylesheet" href="http://127.0.0.1:9/a.css"><p>'),
    "/inline": SOUND.replace("<p>", "<script>1</script><p>"),
    "/unlabelled": SOUND.replace("<p>", "<input><p>"),
    "/wide": SOUND.replace("<p>", '<table width="2000"><tr><td>Dust</td></tr></table><p>'),
}


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!DOCTYPE html>" + PAGES.get(self.path, "").encode()
        self.send_response(200 if self.path in PAGES else 404)
        for name, value in (("Content-Security-Policy", POLICY), ("Content-Type", "text/html")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def base_url():
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_sound_page_passes(page, axe, fits):
    page.goto("/")
    axe(page)
    fits(page)


def test_a_page_works_without_scripts(page_without_scripts, fits):
    page_without_scripts.goto("/")
    assert page_without_scripts.get_by_role("heading", name="Dust").is_visible()
    fits(page_without_scripts)


def test_a_barrier_is_found(page, axe):
    page.goto("/unlabelled")
    with pytest.raises(AssertionError, match="label"):
        axe(page)


def test_a_page_too_wide_for_a_phone_is_found(phone, fits):
    phone.goto("/wide")
    with pytest.raises(AssertionError, match="2000|20[0-9]{2} px wide"):
        fits(phone)


@pytest.mark.parametrize(("path", "complaint"), [("/elsewhere", "127.0.0.1:9"), ("/inline", "script-src")])
def test_a_page_that_breaks_its_policy_is_found(new_context, complaints, path, complaint):
    new_context().new_page().goto(path)
    assert complaint in " ".join(complaints)
    complaints.clear()
