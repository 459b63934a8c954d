"""The right-to-left pseudo-language: English in letters that look Arabic, so that what is hard-coded stands out."""

import re
from collections.abc import Callable

Change = Callable[[str], str]
_PLAIN = "abcdefghijklmnopqrstuvwxyz"
_LETTERS = dict(zip(_PLAIN, "ابصديفغهىجكلمنوپقرستؤڤةخئز", strict=True))
_TABLE = str.maketrans(_LETTERS | {letter.upper(): sign for letter, sign in _LETTERS.items()} | {",": "،", "?": "؟"})

# What must come out as it went in: placeholders, tags with their attributes, entities, style sheets, addresses.
_KEPT = re.compile(
    r"%\(\w+\)[sd]|%[sd%]|\{\w*\}"
    r"|<style\b.*?</style>|<!--.*?-->|<![a-z][^>]*>|</?[a-z][^>]*>|&[a-z]+;|&#\w+;"
    r"|https?://[^\s<>]+|[\w.+-]+@[\w.-]+\.\w+",
    re.IGNORECASE | re.DOTALL,
)
# A tag of Jinja's, or one of HTML's that may hold some of Jinja's among its attributes.
_JINJA = r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}"
_TAG = re.compile(rf"{_JINJA}|<style\b.*?</style>|</?[a-z](?:{_JINJA}|[^<>])*>", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r'"([^"]*)"')
_FOLDER = re.compile(r"(\bemail/\w+)/en/")


def pseudo(text: str) -> str:
    """Return the text in the pseudo-language; placeholders, tags, entities and addresses stay as they are."""
    return _around(_KEPT, text, str, lambda plain: plain.translate(_TABLE))


def pseudo_template(source: str, code: str) -> str:
    """Return an English mail template in the pseudo-language of the code.

    Inside Jinja's own tags only words are changed, which are what stands in quotes with a space in it, and the folder
    of the templates that are named.
    """

    def tag(found: str) -> str:
        if found.startswith("<"):
            return found
        worded = _QUOTED.sub(lambda quoted: f'"{pseudo(quoted[1])}"' if " " in quoted[1] else quoted[0], found)
        return _FOLDER.sub(rf"\1/{code}/", worded)

    return _around(_TAG, source, tag, pseudo)


def _around(kept: re.Pattern[str], text: str, keep: Change, change: Change) -> str:
    """Return the text with one function applied to what the pattern finds, and another to what lies between."""
    parts, position = [], 0
    for found in kept.finditer(text):
        parts += [change(text[position : found.start()]), keep(found[0])]
        position = found.end()
    return "".join([*parts, change(text[position:])])
