"""No text for people is written into a template without a mark: every language gets every word."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment
from jinja2.ext import i18n

from tests.architecture.sources import TEMPLATES

WORD = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTE = re.compile(r'\b[a-z-]+="0*"')  # a macro may write one alone, for others to put into a tag
READ_ALOUD = {"title", "alt", "aria-label", "aria-description", "placeholder", "data-sending", "label"}
UNSEEN = {"script", "style"}

# The name of the product is the same in every language.
NAMES = {"engage"}

environment = Environment(extensions=[i18n])  # noqa: S701 - only its lexer is used, nothing is rendered


class Texts(HTMLParser):
    """Collects what a person would see or hear of a page, with everything Jinja makes left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag, attrs):
        self._unseen += tag in UNSEEN
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag):
        self._unseen -= tag in UNSEEN

    def handle_data(self, data):
        if not self._unseen:
            self.found.append(data)


def written_text(source: str) -> list[str]:
    """Return the words of a template that stand outside of Jinja's tags, of {% trans %} and of blocks for classes."""
    plain: list[str] = []
    names: list[str] = []
    in_tag = in_trans = False
    for _, kind, value in environment.lex(source):
        if kind == "block_begin":
            names = []
        elif kind == "name":
            names.append(value)
        if kind == "block_end":
            is_skipped = names[:1] == ["trans"] or (names[:1] == ["block"] and names[1].endswith("_class"))
            in_trans = is_skipped or (in_trans and names[:1] not in (["endtrans"], ["endblock"]))
        if kind in ("block_begin", "variable_begin", "comment_begin", "raw_begin"):
            in_tag = True
        elif kind in ("block_end", "variable_end", "comment_end", "raw_end"):
            in_tag = False
            plain.append("0")  # something of Jinja's stood here: what is left and right of it is not one word
        elif kind == "data" and not in_tag and not in_trans:
            plain.append(value)
    parser = Texts()
    parser.feed("".join(plain))
    parser.close()
    texts = (ATTRIBUTE.sub("", text) for text in parser.found)
    return [" ".join(text.split()) for text in texts if set(WORD.findall(text)) - NAMES]


def pages() -> list[str]:
    return sorted(
        name
        for path in TEMPLATES.rglob("*.html")
        if not (name := path.relative_to(TEMPLATES).as_posix()).startswith("email/")
    )


@pytest.mark.parametrize("name", pages())
def test_every_word_of_a_page_is_marked(name):
    assert written_text((TEMPLATES / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Press Send</p>", ["Press Send"]),
        ('<p>{{ _("Press Send") }}</p>', []),
        ("<p>{% trans %}Press Send{% endtrans %}</p> or", ["or"]),
        ('<img src="a.svg" alt="A village">', ["A village"]),
        ("<li>{{ n }} days</li>", ["0 days"]),
        ("<title>{{ t }} – engage</title>", []),
        ("{# why #}<script src='a.js'>let words</script>", []),
    ],
)
def test_this_test_sees_text(source, found):
    assert written_text(source) == found
