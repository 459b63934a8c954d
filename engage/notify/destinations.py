"""Where a notice may go: a mail, a text, somebody of ours who carries it, or nowhere."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engage.domain.message_checks import Words

# What people outside the restricted lane would be told stays inside it: one neutral sentence, and no reference.
NEUTRAL_FOR_STAFF, NEUTRAL_FOR_PERSON = "item_for_you", "something_new"
CODE_LINK, ADDRESS_LEFT, ADDRESS_CHANGED = "code_link", "address_left", "contact_changed"
FIRST_LINK = "first_code_link"  # to whoever wrote what became a case, and asked for no link
TEXTS_STOPPED = "texts_stopped"
LINKS_TO_CODE = frozenset({CODE_LINK, FIRST_LINK})
# What belongs to one address: no other road may carry it, and nobody says it by mouth.
OF_ONE_ADDRESS = LINKS_TO_CODE | {ADDRESS_LEFT, TEXTS_STOPPED}
WITHHELD = "withheld"


class NoAddress(LookupError):
    """Whoever should get the notice has no address any more. The text is a code."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to one address, with the values its words may show. No words: the shipped ones.

    The case is there where the mail may be known to belong to one: never where it is restricted, or the mail neutral.
    """

    address: str
    template: str
    locale: str
    values: dict[str, Any]
    case_id: uuid.UUID | None = None
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text message to one number, with the values its words may show. No words: the shipped ones."""

    number: str = field(repr=False)
    template: str
    locale: str
    values: dict[str, Any]
    words: Words | None = None
    is_shared: bool = False  # others read that phone: nothing in the text says who writes, or where to look


@dataclass(frozen=True, slots=True)
class ByHand:
    """A human carries it; the road is one of engage.domain.case.Road or engage.domain.errands."""

    case_id: uuid.UUID
    road: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """There is nothing to send: `case` where the person comes back by code, `withheld` where it may not be told."""

    road: str


@dataclass(frozen=True, slots=True)
class Later:
    """Its reader is to be left alone until then."""

    until: datetime


Destination = Letter | Text | ByHand | Nowhere | Later
