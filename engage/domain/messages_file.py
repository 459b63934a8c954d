"""Reading of messages.toml: which messages there are, to whom, what each may say, and what it has to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from engage.domain.sections import Section

Kind = TypeVar("Kind", bound=StrEnum)


class Audience(StrEnum):
    """Whom a message is for; the frame around its words follows it."""

    PERSON = "person"
    STAFF = "staff"


class Fixed(StrEnum):
    """Why nobody edits the words of a message."""

    ACCOUNT = "account"  # how somebody signs in: whoever could change these words could lead our people astray
    NEUTRAL = "neutral"  # says nothing so that nobody can be known by it: any other word would
    RECORD = "record"  # proof that a machine reads


class Form(StrEnum):
    """What a value is, and so how it is put into words."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    DAY = "day"
    KIND = "kind"
    CHANNEL = "channel"
    PROMISE = "promise"
    TASK = "task"
    LINK = "link"
    LIST = "list"
    DATES = "dates"
    SOURCE = "source"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Value:
    """A placeholder: which value it stands for, and whether that may be missing."""

    code: str
    label: str
    form: Form
    source: str
    may_be_missing: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A text of ours that some messages have to hold; nobody edits it, so that its being there is enough."""

    code: str
    label: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message: whom it is for, what its words may name and what they must."""

    code: str
    audience: Audience
    fixed: Fixed | None
    allowed: tuple[str, ...]
    in_subject: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def is_editable(self) -> bool:
        """Whether an administrator may change its words."""
        return self.fixed is None


@dataclass(frozen=True, slots=True)
class MessageTable:
    """All of it, by code."""

    values: Mapping[str, Value]
    blocks: Mapping[str, Block]
    messages: Mapping[str, MessageFacts]


def read_messages(raw: object, file: str = "messages.toml") -> MessageTable:
    """Return the table of a parsed file.

    Raises:
        BadCatalogue: something is missing, double or unknown, or a message must say what it may not.
    """
    section = Section(file, raw)
    section.integer("version", least=1)
    section.section("sample")  # of the pages alone
    values = {row.code: row for row in map(_value, section.sections("values"))}
    blocks = {row.code: row for row in (_block(one, values) for one in section.sections("blocks"))}
    always = section.section("always")
    common = {audience: always.codes(audience.value, values) for audience in Audience}
    always.finish()
    rows = (_message(row, values, blocks, common) for row in section.sections("messages"))
    messages = {row.code: row for row in rows}
    section.finish()
    return MessageTable(values, blocks, messages)


def _one_of(kind: type[Kind], row: Section, key: str) -> Kind:
    typed = row.text(key)
    if typed not in [one.value for one in kind]:
        raise row.bad(key, f"{typed!r} is not known here", f"Use one of: {', '.join(one.value for one in kind)}.")
    return kind(typed)


def _value(row: Section) -> Value:
    code = row.code()
    return Value(
        code=code,
        label=row.text("label"),
        form=_one_of(Form, row, "form"),
        source=row.code("source") if row.has("source") else code,
        may_be_missing=row.flag("may_be_missing"),
    )


def _block(row: Section, values: Mapping[str, Value]) -> Block:
    return Block(row.code(), row.text("label"), row.codes("needs", values))


def _message(
    row: Section,
    values: Mapping[str, Value],
    blocks: Mapping[str, Block],
    common: Mapping[Audience, tuple[str, ...]],
) -> MessageFacts:
    audience = _one_of(Audience, row, "audience")
    fixed = _one_of(Fixed, row, "fixed") if row.has("fixed") else None
    own = row.codes("more", values)
    held = tuple(dict.fromkeys([*own, *(() if row.flag("bare") else common[audience])]))
    fitting = [block.code for block in blocks.values() if set(block.needs) <= set(held)]
    allowed = (*held, *(fitting if audience is Audience.PERSON else ()))
    return MessageFacts(
        code=row.code(),
        audience=audience,
        fixed=fixed,
        allowed=allowed,
        in_subject=row.codes("in_subject", held),
        required=row.codes("required", allowed),
    )
