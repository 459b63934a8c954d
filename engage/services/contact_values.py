"""What may be left to reach a person by, and in which form it is kept."""

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from engage.domain.case import ROADS, Identity, Road
from engage.notify import gateways

LONGEST_WORD = 30  # Ours: it stands before each text, of which 160 characters are one.
LONGEST = 200  # Ours: names, organisations and what is known of a trusted person fit on a line or two.
_GOES_BY: dict[Road, tuple[str, ...]] = {
    Road.DIRECT: ("email", "phone", "post", "word"),
    Road.CUSTODIAN: ("email", "phone", "post", "word"),
    Road.RELAY: ("email", "phone", "word"),  # nobody may see it, so nobody could dial it: texts alone go to that number
    Road.FACILITATOR: ("facilitator",),
    Road.NONE: (),
}


class Problem(StrEnum):
    """What is wrong with a value; the words live in the catalogues."""

    ROAD_NOT_OPEN = "road_not_open"
    NEEDS_EMAIL = "needs_email"
    NEEDS_EMAIL_OR_PHONE = "needs_email_or_phone"
    NEEDS_ALL_AGAIN = "needs_all_again"
    NEEDS_FACILITATOR = "needs_facilitator"
    BAD_EMAIL = "bad_email"
    BAD_PHONE = "bad_phone"
    TOO_LONG = "too_long"
    WORD_TOO_LONG = "word_too_long"


class ContactRefused(ValueError):
    """What was typed cannot be kept; each field with its problem. Nothing was changed."""

    def __init__(self, problems: dict[str, Problem]) -> None:
        super().__init__(", ".join(f"{field}: {problem}" for field, problem in sorted(problems.items())))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Values:
    """What was typed. Empty means: as it was, where the road stays one that needs it."""

    name: str | None = None
    organisation: str | None = None
    email: str | None = None
    phone: str | None = None
    facilitator: str | None = None
    post: str | None = None  # a postal address, in lines
    word: str | None = None  # by which the person knows that it is us


def checked(identity: Identity, road: Road, values: Values, *, country: str = "", kept: bool = False) -> Values:
    """Return the values that this identity and road keep, in their usual form; what neither needs is dropped.

    A phone number without its country code is read as one of the country (ISO 3166 alpha-2). With `kept` an address
    is known already and need not be typed again. Nothing is looked up on the network.

    Raises:
        ContactRefused: the road is not open to the identity, or a value is missing or cannot be right.
    """
    problems: dict[str, Problem] = {}
    if road not in ROADS[identity]:
        problems["road"] = Problem.ROAD_NOT_OPEN
    typed = {name: _tidy(getattr(values, name)) for name in Values.__slots__}
    problems |= {name: Problem.TOO_LONG for name, value in typed.items() if value and len(value) > LONGEST}
    if len(typed["word"] or "") > LONGEST_WORD:
        problems["word"] = Problem.WORD_TOO_LONG
    found = {name: typed[name] for name in kept_by(identity, road)}
    if found.get("email") and (email := address_as_kept(found["email"] or "")) is None:
        problems["email"] = Problem.BAD_EMAIL
    elif found.get("email"):
        found["email"] = email
    if found.get("phone") and (phone := number_as_kept(found["phone"] or "", country)) is None:
        problems["phone"] = Problem.BAD_PHONE
    elif found.get("phone"):
        found["phone"] = phone
    if not kept:
        problems = _missing(road, found) | problems
    if problems:
        raise ContactRefused(problems)
    return Values(**found)


def _tidy(value: str | None) -> str | None:
    """The text with one space between words; lines stay lines."""
    lines = (" ".join(line.split()) for line in (value or "").splitlines())
    return "\n".join(filter(None, lines)) or None


def kept_by(identity: Identity, road: Road) -> tuple[str, ...]:
    """Return the names of the values that the identity and road need."""
    who = () if identity is Identity.ANONYMOUS else ("name", "organisation")
    takes_number = road is not Road.RELAY or gateways.is_there()
    return (*who, *(name for name in _GOES_BY[road] if name != "phone" or takes_number))


def _missing(road: Road, found: dict[str, str | None]) -> dict[str, Problem]:
    if road is Road.RELAY and not (found.get("email") or found.get("phone")):
        return {"email": Problem.NEEDS_EMAIL_OR_PHONE if "phone" in found else Problem.NEEDS_EMAIL}
    if road in (Road.DIRECT, Road.CUSTODIAN) and not any(found.get(name) for name in ("email", "phone", "post")):
        return {"email": Problem.NEEDS_EMAIL_OR_PHONE}
    if road is Road.FACILITATOR and not found.get("facilitator"):
        return {"facilitator": Problem.NEEDS_FACILITATOR}
    return {}


def address_as_kept(typed: str) -> str | None:
    """Return an e-mail address as it is kept, or None where it cannot be one. No server is asked."""
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def number_as_kept(typed: str, country: str) -> str | None:
    """Return a phone number as +381111234567, or None if no such number can exist.

    Without its country's number it is read as one of the country (ISO 3166 alpha-2)."""
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
