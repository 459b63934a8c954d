"""A mail written as HTML, as text: what a person sees of it, its links spelled out, and without what it quotes.

The tree is made small, flat and free of attributes before it is rendered: inscriptis recurses once for each level, and
believes in every width that a style asks for.
"""

import re
from copy import copy
from html import unescape

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree, html

from engage.incoming import charsets
from engage.incoming.quotes import is_forward_line

# Ours: characters of HTML that are read, of text that comes out of it, and levels that are told apart.
HTML_CHARACTERS = 400_000
TEXT_CHARACTERS = 300_000
DEEPEST = 60
_MOST_ELEMENTS = 20_000
_LONGEST_LINK = 500
_LONGEST_TAG = 8_000  # libxml2 compares each attribute with those before it: 4,000 of them take 0.02 seconds

_TAG = re.compile(r"<[A-Za-z][^\s/>]{0,30}")
_ATTRIBUTE = re.compile(r"""[\s/]*=?[^\s/>=]*(?:\s*=\s*(?:"[^"]*"?|'[^']*'?|[^\s>"'][^\s>]*)?)?""")
_ANY_TAG = re.compile(r"<[^<>]*>")
_ANY_BLOCK = re.compile(r"</?(?:p|div|br|tr|li|blockquote|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
_STYLES = CSS_PROFILES["strict"]  # the other profile moves each level two columns to the right
_UNSEEN = frozenset(
    ("script", "style", "head", "title", "template", "object", "embed", "applet", "svg", "math", "noscript", "img")
)
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d]*[1-9])"
)
# A table lays a mail out, and a wide cell in one of ours would widen a thousand rows: rows are lines, cells are words.
_BLOCKS = {
    "table": "div",
    "tbody": "div",
    "thead": "div",
    "tfoot": "div",
    "tr": "div",
    "caption": "div",
    "center": "div",
}
_CELLS = ("td", "th")

_QUOTE_CLASSES = re.compile(
    r"(?:^|\s)(?:gmail_quote(?:_container)?|gmail_extra_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|"
    r"tutanota_quote|zmail_extra|mail_quote|cite-prefix)(?:\s|$)"
)
_QUOTE_IDS = re.compile(r"^(?:yahoo_quoted_\w*|reply-intro|mail-editor-reference-message-container)$")
# From here on everything is the earlier mail: Outlook's marks, and the line it draws above "From:".
_REST_IDS = re.compile(r"^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION)$")
_REST_STYLE = re.compile(
    r"border(?:-top)?\s*:\s*(?:none\s*;\s*border-top\s*:\s*)?solid\s+#(?:e1e1e1|b5c4df)", re.IGNORECASE
)


def text_of(source: str, *, quotes: bool) -> str:
    """Return the words of an HTML mail; with `quotes` false, without the earlier mails that it quotes.

    Never raises: what cannot be rendered comes back as its bare words.
    """
    source = _short_tags(source[:HTML_CHARACTERS])
    tree, whole = _tree(source)
    if tree is None or (quotes and not whole):
        return _tidy(unescape(_ANY_TAG.sub(" ", _ANY_BLOCK.sub("\n", source))))
    try:
        if not quotes:
            _without_quotes(tree)
        _simplify(tree)
        text = Inscriptis(tree, _config()).get_text()
    except (RecursionError, ValueError, IndexError, AttributeError, TypeError, KeyError):
        text = " ".join(tree.itertext())
    return _tidy(text)


def _config() -> ParserConfig:
    """Return settings of their own for each page: inscriptis writes the page into the style of "body", and of two pages
    that threads render at a time, one would end in the other.
    """
    return ParserConfig(css={**_STYLES, "body": copy(_STYLES["body"])})


def _tidy(text: str) -> str:
    lines = [" ".join(line.split("\u00a0")).rstrip() for line in charsets.plain(text[:TEXT_CHARACTERS]).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")


def _tree(source: str) -> tuple[etree._Element | None, bool]:
    """Return the tree, and whether it is all of the source: libxml2 stops at 256 levels."""
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        tree = html.document_fromstring(source.encode("utf-8", "ignore"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None, False
    return tree, all(error.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)


def _short_tags(source: str) -> str:
    """Return the source with nothing but their name left of tags that are longer than a person's program writes."""
    kept: list[str] = []
    at = 0
    for tag in _TAG.finditer(source):
        if tag.start() < at:  # within an attribute of the one before
            continue
        end = tag.end()
        while (attribute := _ATTRIBUTE.match(source, end)) and attribute.end() > end:
            end = attribute.end()
        kept.append(source[at : tag.end() if end - tag.start() > _LONGEST_TAG else end])
        at = end
    return "".join((*kept, source[at:]))


def _without_quotes(tree: etree._Element) -> None:
    for element in list(tree.iter("div", "blockquote", "span", "table", "hr")):
        if _is_quote(element):
            if is_forward_line(next(filter(str.strip, element.itertext()), "")):
                return
            _drop(element)
        elif _is_rest(element):
            _drop_from(element)
            return


def _is_quote(element: etree._Element) -> bool:
    if element.tag == "blockquote":
        return element.get("type", "").lower() == "cite" or "gmail_quote" in element.get("class", "")
    return bool(_QUOTE_CLASSES.search(element.get("class", "")) or _QUOTE_IDS.match(element.get("id", "")))


def _is_rest(element: etree._Element) -> bool:
    return bool(_REST_IDS.match(element.get("id", "")) or _REST_STYLE.search(element.get("style", "")[:500]))


def _beginning(element: etree._Element) -> str:
    words: list[str] = []
    for text in element.itertext():
        words.append(text)
        if sum(map(len, words)) > 100:
            break
    return "".join(words).strip()[:200]


def _drop(element: etree._Element) -> None:
    """Leave nothing of an element but its place and what stands behind it."""
    for child in list(element):
        element.remove(child)
    element.text = None
    element.attrib.clear()
    element.tag = "span"


def _drop_from(element: etree._Element) -> None:
    """Take an element out, and everything that follows it."""
    above: etree._Element | None = element
    while above is not None:
        for later in list(above.itersiblings()):
            later.getparent().remove(later)
        above.tail = None
        above = above.getparent()
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _simplify(tree: etree._Element) -> None:
    """Take out what nobody sees, write links out, and leave a flat tree without attributes."""
    for element in [one for one in tree.iter() if one is not tree and _is_unseen(one)]:
        _drop(element)
    for number, element in enumerate(list(tree.iter())):
        if number > _MOST_ELEMENTS:
            etree.strip_tags(tree, "*")
            return
        if element.tag == "a":
            _write_link(element)
        elif element.tag in _CELLS:
            element.tail = f" {element.tail or ''}"
            element.tag = "span"
        element.tag = _BLOCKS.get(element.tag, element.tag)
        element.attrib.clear()
    _flatten(tree)


def _is_unseen(element: etree._Element) -> bool:
    if element.tag in _UNSEEN or not isinstance(element.tag, str):
        return True
    return "hidden" in element.attrib or bool(_UNSEEN_STYLE.search(element.get("style", "")[:500].lower()))


def _write_link(element: etree._Element) -> None:
    """Write where a link leads behind its words, unless they say so themselves."""
    address = (element.get("href") or "").strip()[:_LONGEST_LINK]
    if not address.lower().startswith(("http://", "https://", "mailto:", "tel:")):
        return
    bare = address.partition("mailto:")[2] if address.lower().startswith("mailto:") else address
    if bare.rstrip("/") not in _beginning(element) and bare not in (element.text or ""):
        element.tail = f" <{bare}>{element.tail or ''}"


def _flatten(tree: etree._Element) -> None:
    """Make the words of what is nested too deeply the words of the level above it."""
    level: list[etree._Element] = [tree]
    for _ in range(DEEPEST):
        level = [child for element in level for child in element]
    for element in level:
        words = " ".join(element.itertext())
        for child in list(element):
            element.remove(child)
        element.text = words
