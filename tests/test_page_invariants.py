"""The checks on pages find what they are there to find."""

import pytest

from tests.page_invariants import broken, broken_headers

SOUND = """<!DOCTYPE html>
<html lang="en" dir="ltr"><head><title>Raise a concern</title><link rel="stylesheet" href="/static/a.css"></head>
<body><h1>Raise a concern</h1>
<form method="post" action="/raise"><input type="hidden" name="csrf_token" value="abc">
<label for="words">What happened?</label><textarea id="words" name="words"></textarea><button>Send</button></form>
<a href="https://example.org/" rel="noreferrer">Another way</a></body></html>"""

CLOSED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def test_a_sound_page_is_let_through():
    assert broken(SOUND) == []
    assert broken_headers(CLOSED) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('lang="en" ', ""),
        (' dir="ltr"', ' dir="auto"'),
        ("<title>Raise a concern</title>", "<title> - </title>"),
        ("<h1>Raise a concern</h1>", "<h1>Raise</h1><h1>a concern</h1>"),
        ("<h1>Raise a concern</h1>", '<h1 id="words">Raise a concern</h1>'),
        ("<h1>Raise a concern</h1>", "<h1>Raise a concern"),
        ('value="abc"', 'value=""'),
        ('for="words"', 'for="word"'),
        ("<button>Send</button>", "<button></button>"),
        ("<button>Send</button>", '<button onclick="send()">Send</button>'),
        ("<button>Send</button>", '<button style="color: red">Send</button>'),
        ("<button>Send</button>", "<button>Send</button><script>send()</script>"),
        ("<button>Send</button>", '<button>Send</button><img src="/dust.png">'),
        ('href="/static/a.css"', 'href="//cdn.example.org/a.css"'),
        ('action="/raise"', 'action="https://example.org/raise"'),
        (' rel="noreferrer"', ""),
        ('<a href="https://example.org/"', '<a href="#nowhere"'),
    ],
)
def test_a_broken_page_is_found_out(good, bad):
    assert good in SOUND
    assert broken(SOUND.replace(good, bad)) != []


@pytest.mark.parametrize("header", list(CLOSED))
def test_a_page_without_its_headers_is_found_out(header):
    assert broken_headers({name: value for name, value in CLOSED.items() if name != header}) != []
    assert broken_headers(CLOSED | {header: "unsafe-inline *"}) != []
