"""How the words of a message become a text that a feature phone shows, and the same as HTML.

A text has short paragraphs and no wrapped lines: every phone wraps by itself, and a line that was broken for a wide
screen is broken twice on a narrow one. What reads the other way than the lines around it is isolated, so that a
reference or a phone number never comes out turned round (Unicode 16, annex 9, 2.7).
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import TypeAlias

from engage.domain.message_words import Nodes, Part, Plain

_LTR, _FIRST, _END = "\u2066", "\u2068", "\u2069"
_BULLETS = ("- ", "• ")
_COLONS = " \t:：؛"
# Signs that turn what follows round, open an isolate or close one: the layout alone sets them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Shape(StrEnum):
    """How a value is shown."""

    TEXT = "text"  # somebody's words, in whatever script: the name of a site
    CODE = "code"  # runs from left to right in every language: a reference, a phone number
    WORDS = "words"  # ours, in the language of the message: a date, a kind
    LINK = "link"
    LIST = "list"
    SOURCE = "source"  # kept letter for letter
    FLAG = "flag"  # decides over a part and is never shown


@dataclass(frozen=True, slots=True)
class Shown:
    """A value, ready to be shown. Of a list, each item is somebody's words, or ours."""

    shape: Shape
    said: str | tuple[str, ...]


class MissingValue(LookupError):
    """The words ask for a value that nobody gave. The text is its name."""


Piece: TypeAlias = str | Shown
Line: TypeAlias = list[Piece]
Values: TypeAlias = Mapping[str, Shown]
Blocks: TypeAlias = Mapping[str, Nodes]


def clean(value: str) -> str:
    """Return a value as one line, without signs that turn text round or that no mail may hold."""
    if value.isascii() and value.isprintable():  # nearly all are
        return " ".join(value.split())
    spaced = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in value)
    kept = (sign for sign in spaced if sign not in _TURNING and unicodedata.category(sign) != "Cs")
    return " ".join("".join(kept).split())


def plain(words: str) -> str:
    """Return words that somebody typed with one kind of line end, and without signs that no mail may hold."""
    lines = words.replace("\r\n", "\n").split("\n")
    return "\n".join(
        "".join(sign for sign in line if sign not in _TURNING and unicodedata.category(sign) not in ("Cc", "Cs"))
        for line in (line.replace("\t", " ").rstrip() for line in lines)
    ).strip()


def paragraphs(nodes: Nodes, values: Values, blocks: Blocks) -> list[list[Line]]:
    """Return the lines of a message, put together where no empty line parts them.

    Raises:
        MissingValue: a value that is asked for was not given.
    """
    lines: list[Line] = [[]]
    for piece in _flat(nodes, values, blocks):
        if isinstance(piece, Shown):
            lines[-1].append(piece)
            continue
        first, *others = piece.split("\n")
        lines[-1].append(first)
        lines += [[other] for other in others]
    found: list[list[Line]] = [[]]
    for line in lines:
        if _is_empty(line):
            found.append([])
        else:
            found[-1].append(line)
    return [group for group in found if group]


def as_line(nodes: Nodes, values: Values, direction: str) -> str:
    """Return words that are one line, as a subject is."""
    said = "".join(_piece(piece, direction) for piece in _flat(nodes, values, {}))
    return " ".join(said.split())


def as_text(groups: Sequence[Sequence[Line]], direction: str) -> str:
    """Return the message as text, with one empty line between paragraphs."""
    return "\n\n".join("\n".join(_text_lines(group, direction)) for group in groups) + "\n"


def as_html(groups: Sequence[Sequence[Line]]) -> str:
    """Return the message as HTML: paragraphs, lists and links, and no markup but ours."""
    return "\n".join(part for group in groups for part in _html_parts(group))


def _flat(nodes: Nodes, values: Values, blocks: Blocks) -> Iterator[Piece]:
    for node in nodes:
        if isinstance(node, Plain):
            yield node.words
        elif isinstance(node, Part):
            is_there = bool(_value(values, node.name).said) != node.unless
            yield from _flat(node.then if is_there else node.other, values, blocks)
        elif node.name in blocks:
            yield "\n\n"
            yield from _flat(blocks[node.name], values, {})
            yield "\n\n"
        else:
            yield _value(values, node.name)


def _value(values: Values, name: str) -> Shown:
    try:
        return values[name]
    except KeyError:
        raise MissingValue(name) from None


def _is_empty(line: Line) -> bool:
    return not any(piece.strip() if isinstance(piece, str) else piece.said for piece in line)


def _alone(line: Line, shape: Shape) -> Shown | None:
    """The value of this shape that stands on the line with nothing beside it."""
    said = [piece for piece in line if not isinstance(piece, str) or piece.strip()]
    only = said[0] if len(said) == 1 else None
    return only if isinstance(only, Shown) and only.shape is shape else None


def _item(line: Line) -> Line | None:
    """What stands behind the sign of a list."""
    first = line[0].lstrip() if isinstance(line[0], str) else ""
    return [first[2:], *line[1:]] if first.startswith(_BULLETS) else None


def _isolated(said: str, direction: str) -> str:
    """The words, kept apart where they do not all run in the direction of the message."""
    ways = {unicodedata.bidirectional(sign) for sign in said}
    other = {"L"} if direction == "rtl" else {"R", "AL"}
    return f"{_FIRST}{said}{_END}" if ways & other else said


def _piece(piece: Piece, direction: str) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece.said, tuple):
        return ", ".join(_isolated(item, direction) for item in piece.said)
    if piece.shape is Shape.CODE and piece.said and direction == "rtl":
        return f"{_LTR}{piece.said}{_END}"
    return _isolated(piece.said, direction) if piece.shape is Shape.TEXT else piece.said


def _text_lines(group: Sequence[Line], direction: str) -> Iterator[str]:
    for line in group:
        if (found := _alone(line, Shape.LIST)) is not None:
            yield from (f"- {_isolated(item, direction)}" for item in found.said)
        else:
            yield "".join(_piece(piece, direction) for piece in line).strip()


def _html_parts(group: Sequence[Line]) -> Iterator[str]:
    """Paragraphs and lists. A line that ends in a colon, with a link below or behind it, becomes the link's words."""
    said: list[str] = []
    items: list[str] = []
    last: Line | None = None  # the line above, which may turn out to be the words of a link
    for line in group:
        listed = _alone(line, Shape.LIST)
        item = _item(line)
        if listed is not None or item is not None:
            yield from _paragraph(said)
            said, last = [], None
            items += [f"<bdi>{escape(one)}</bdi>" for one in listed.said] if listed else [_html(item or [])]
            continue
        yield from _list(items)
        items = []
        if (source := _alone(line, Shape.SOURCE)) is not None:
            yield from _paragraph(said)
            said, last = [], None
            yield f'<pre dir="ltr">{escape(str(source.said))}</pre>'
        elif (link := _alone(line, Shape.LINK)) is not None and last is not None:
            said[-1], last = _link(link, last), None
        else:
            said.append(_html_line(line))
            last = line if said[-1].rstrip().endswith((":", "：")) else None
    yield from _list(items)
    yield from _paragraph(said)


def _paragraph(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"<p>{'<br>'.join(lines)}</p>"


def _list(items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _html_line(line: Line) -> str:
    """A line; the link at its end takes the words before it."""
    last = next((piece for piece in reversed(line) if not isinstance(piece, str) or piece.strip()), "")
    if isinstance(last, Shown) and last.shape is Shape.LINK:
        return _link(last, line[: line.index(last)])
    return _html(line).strip()


def _link(link: Shown, words: Line) -> str:
    address = escape(str(link.said))
    label = _html(words).strip().rstrip(_COLONS)
    return f'<a href="{address}">{label or f"""<bdi dir="ltr">{address}</bdi>"""}</a>'


def _html(line: Line) -> str:
    return "".join(_html_piece(piece) for piece in line)


def _html_piece(piece: Piece) -> str:
    if isinstance(piece, str):
        return escape(piece)
    if isinstance(piece.said, tuple):
        return ", ".join(f"<bdi>{escape(item)}</bdi>" for item in piece.said)
    said = escape(piece.said)
    if piece.shape is Shape.CODE:
        return f'<bdi dir="ltr">{said}</bdi>'
    return f"<bdi>{said}</bdi>" if piece.shape is Shape.TEXT else said
