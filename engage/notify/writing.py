"""A message put into words: values as its table allows them, in the words that count, as subject, text and HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from engage.domain.message_checks import Words
from engage.domain.message_layout import Line, Shape, Shown, as_html, as_line, as_text, clean, paragraphs
from engage.domain.message_words import read
from engage.domain.messages_file import Form, MessageFacts, Value
from engage.notify import messages

# Babel's plain "en" writes dates the American way; the rest of our English is British.
_DATES_LIKE = {"en": "en_GB"}
_SHAPES = {Form.TEXT: Shape.TEXT, Form.CODE: Shape.CODE, Form.COUNT: Shape.WORDS, Form.FLAG: Shape.FLAG}
_NOTHING = Shown(Shape.WORDS, "")


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words, without the frame around it."""

    subject: str
    groups: Sequence[Sequence[Line]]
    direction: str
    sms: str | None = None  # for the road of text messages, where the message has words for it

    @property
    def text(self) -> str:
        """As text."""
        return as_text(self.groups, self.direction)

    @property
    def html(self) -> str:
        """As HTML that holds no markup but ours."""
        return as_html(self.groups)


def write(message: MessageFacts, words: Words, values: Mapping[str, Any], locale: str) -> Written:
    """Return the message in words. Of the values it sees those that its table allows, and no other.

    Raises:
        MissingValue: the words ask for a value that was not given.
        BadWords: they cannot be read; what is kept was checked before.
    """
    shown = _Values(message, values, locale)
    direction = direction_of(locale)
    blocks = messages.blocks(locale)
    groups = paragraphs(read(words.body), shown, blocks)
    sms = as_text(paragraphs(read(words.sms), shown, blocks), direction).strip() if words.sms else None
    return Written(as_line(read(words.subject), shown, direction), groups, direction, sms)


class _Values(dict[str, Shown]):
    """The values a message may show, each put into words when it is first asked for."""

    def __init__(self, message: MessageFacts, values: Mapping[str, Any], locale: str) -> None:
        super().__init__()
        self._allowed, self._values, self._locale = message.allowed, values, locale

    def __missing__(self, name: str) -> Shown:
        """Return the value, and keep it.

        Raises:
            KeyError: the message may not show it, or nobody gave it.
        """
        if name not in self._allowed:
            raise KeyError(name)
        found = _shown(messages.table().values[name], self._values, self._locale)
        if found is None:
            raise KeyError(name)
        self[name] = found
        return found


def write_text(message: MessageFacts, words: str, values: Mapping[str, Any], locale: str) -> str:
    """Return one text of a message in words, as that of a text message.

    Raises:
        MissingValue: the words ask for a value that was not given.
    """
    groups = paragraphs(read(words), _all_shown(message, values, locale), messages.blocks(locale))
    return as_text(groups, direction_of(locale)).strip()


def _all_shown(message: MessageFacts, values: Mapping[str, Any], locale: str) -> dict[str, Shown]:
    table = messages.table()
    return {
        name: found
        for name in message.allowed
        if name in table.values and (found := _shown(table.values[name], values, locale)) is not None
    }


def direction_of(locale: str) -> str:
    """Return the way the lines of a locale run, "ltr" or "rtl"."""
    return str(Locale.parse(locale.partition("@")[0]).text_direction)


def _shown(value: Value, values: Mapping[str, Any], locale: str) -> Shown | None:
    """The value in the reader's language; None where nobody gave it and it may not be missing."""
    raw = values.get(value.source)
    is_none_of_it = value.form is Form.COUNT and raw == "0" and value.may_be_missing  # nothing to speak of
    if raw is None or raw == "" or is_none_of_it:
        return _NOTHING if value.may_be_missing else None
    match value.form:
        case Form.DAY:
            return Shown(Shape.WORDS, _day(str(raw), values, locale))
        case Form.KIND | Form.CHANNEL | Form.PROMISE | Form.TASK:
            return Shown(Shape.WORDS, str(getattr(_codes(locale), value.form.value)(raw)))
        case Form.LINK:
            return Shown(Shape.LINK, clean(str(raw)))
        case Form.LIST:
            return Shown(Shape.LIST, tuple(said for item in raw if (said := clean(str(item)))))
        case Form.DATES:
            return Shown(Shape.LIST, tuple(_dated(item, values, locale) for item in raw))
        case Form.SOURCE:
            return Shown(Shape.SOURCE, str(raw))
        case plain:
            return Shown(_SHAPES[plain], clean(str(raw)))


def _dated(item: Mapping[str, str], values: Mapping[str, Any], locale: str) -> str:
    words = _codes(locale)
    return str(words.dated(_day(item["due_at"], values, locale), words.promise(item["promise"]))).strip()


def _day(instant: str, values: Mapping[str, Any], locale: str) -> str:
    """Write an instant (ISO 8601) as a date at the site, with weekday and year."""
    at = datetime.fromisoformat(instant).astimezone(ZoneInfo(str(values["time_zone"])))
    language = locale.partition("@")[0]
    return format_date(at.date(), format="full", locale=_DATES_LIKE.get(language, language))


@cache
def environment() -> Environment:
    """Return what our own frames and codes are made by; words that somebody edits never come near it."""
    return Environment(
        loader=FileSystemLoader(messages.TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _codes(locale: str) -> Any:
    """The codes of a locale in words, as functions."""
    return environment().get_template(f"email/_layout/{locale}/words.txt").module
