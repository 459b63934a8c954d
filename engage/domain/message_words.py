"""The words of a message as an administrator writes them: text with placeholders and parts that may be left out.

A small language of its own and no programming: `{{ reference }}` stands for a value, `{{ if phone }} … {{ else }} …
{{ end }}` for a part that depends on one. Nothing in it can loop, reach into a value, or say what it was not given.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TypeAlias

from engage.domain.guards import Refusal

DEPTH = 3  # Ours: parts within parts, as many as somebody can still read.
# A line with nothing but the beginning or the end of a part leaves no line behind.
_TAG = re.compile(
    r"(?m)^[ \t]*\{\{[ \t]*(?P<alone>if[ \t][^{}\n]*|else|end)[ \t]*\}\}[ \t]*(?:\n|\Z)|\{\{(?P<tag>[^{}\n]*)\}\}"
)
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PART = re.compile(r"if(?:[ \t]+(not))?[ \t]+(\S+)")


@dataclass(frozen=True, slots=True)
class Plain:
    """Words as they stand."""

    words: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value or a block of ours, by its name."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """Words that are there only if a value is, and others if it is not; `unless` turns it round."""

    name: str
    unless: bool
    then: "Nodes"
    other: "Nodes"
    line: int


Node: TypeAlias = Plain | Placeholder | Part
Nodes: TypeAlias = tuple[Node, ...]


class BadWords(ValueError):
    """The words cannot be read; `refusal` says why, with the line."""

    def __init__(self, code: str, line: int, **values: int | str) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, {"line": line, **values})


@dataclass(slots=True)
class _Open:
    """A part that has begun, or the whole text, of which nothing decides."""

    name: str
    unless: bool
    line: int
    then: list[Node] = field(default_factory=list)
    other: list[Node] | None = None

    def add(self, node: Node) -> None:
        (self.then if self.other is None else self.other).append(node)

    def closed(self) -> Part:
        return Part(self.name, self.unless, tuple(self.then), tuple(self.other or ()), self.line)


def read(words: str) -> Nodes:
    """Return the words as a tree. Its size is bounded by theirs, and so is whatever is made of it.

    Raises:
        BadWords: braces do not belong together, a part has no end, or a placeholder is no name.
    """
    whole = _Open("", False, 1)
    parts = [whole]
    for said, tag, line in _tokens(words):
        if said:
            parts[-1].add(Plain(said))
        if tag is not None:
            _take(tag, line, parts)
    if len(parts) > 1:
        raise BadWords("part_without_end", parts[-1].line)
    return tuple(whole.then)


def _take(tag: str, line: int, parts: list[_Open]) -> None:
    """Let a tag begin, turn or end a part, or stand for a value."""
    if tag in ("else", "end"):
        if len(parts) == 1 or (tag == "else" and parts[-1].other is not None):
            raise BadWords("part_never_began", line)
        if tag == "else":
            parts[-1].other = []
        else:
            closed = parts.pop().closed()
            parts[-1].add(closed)
    elif tag.split()[:1] == ["if"]:
        if (found := _PART.fullmatch(tag)) is None:
            raise BadWords("part_unreadable", line)
        if len(parts) > DEPTH:
            raise BadWords("part_too_deep", line, most=DEPTH)
        parts.append(_Open(_name(found[2], line), found[1] is not None, line))
    else:
        parts[-1].add(Placeholder(_name(tag, line), line))


def _tokens(words: str) -> Iterator[tuple[str, str | None, int]]:
    """What stands before each tag, what the tag says, and its line; at last what stands after all of them."""
    source = words.replace("\r\n", "\n")
    position = 0
    for found in _TAG.finditer(source):
        tag = found["tag"] if found["alone"] is None else found["alone"]
        yield _plain(source, position, found.start()), tag.strip(), _line(source, found.start())
        position = found.end()
    yield _plain(source, position, len(source)), None, _line(source, len(source))


def _plain(source: str, start: int, end: int) -> str:
    if found := _STRAY.search(source, start, end):
        raise BadWords("braces_alone", _line(source, found.start()), braces=found[0])
    return source[start:end]


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


def _name(typed: str, line: int) -> str:
    if not _NAME.fullmatch(typed):
        raise BadWords("placeholder_unreadable", line, name=typed[:40])
    return typed


@dataclass(frozen=True, slots=True)
class Use:
    """A placeholder that is shown: where, and what decides whether it is."""

    name: str
    line: int
    given: frozenset[str] = frozenset()  # values that are surely there when it is shown
    within: frozenset[str] = frozenset()  # values on which the parts around it depend


def uses(nodes: Nodes, given: frozenset[str] = frozenset(), within: frozenset[str] = frozenset()) -> Iterator[Use]:
    """Yield every placeholder that is shown."""
    for node in nodes:
        if isinstance(node, Placeholder):
            yield Use(node.name, node.line, given, within)
        elif isinstance(node, Part):
            sure, inside = given | {node.name}, within | {node.name}
            yield from uses(node.then, given if node.unless else sure, inside)
            yield from uses(node.other, sure if node.unless else given, inside)


def asked(nodes: Nodes) -> Iterator[tuple[str, int]]:
    """Yield every value that is asked for, whether it is shown or decides over a part, with its line."""
    for node in nodes:
        if isinstance(node, Plain):
            continue
        yield node.name, node.line
        if isinstance(node, Part):
            yield from asked(node.then)
            yield from asked(node.other)


def said(nodes: Nodes) -> str:
    """Return the words alone, without placeholders, of every part."""
    return "".join(_said(node) for node in nodes)


def _said(node: Node) -> str:
    if isinstance(node, Plain):
        return node.words
    return said(node.then) + said(node.other) if isinstance(node, Part) else " "


def differences(old: str, new: str) -> Sequence[tuple[str, str]]:
    """Return the lines of both texts in order, each with "+" if it is new, "-" if it is gone and "" if it stayed."""
    before, after = old.splitlines(), new.splitlines()
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [("", line) for line in after[c:d]]
        else:
            found += [("-", line) for line in before[a:b]] + [("+", line) for line in after[c:d]]
    return found
