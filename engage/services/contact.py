"""Who the person is and how to reach them: sealed, changed, tightened, loosened, burned."""

import json
import uuid
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete

from engage import data_keys, vault
from engage.domain.case import ROADS, CaseClass, Identity, Road, class_of
from engage.domain.events import ContactChanged, IdentityChanged
from engage.domain.policy import Actor, Party, Permission, require
from engage.extensions import db
from engage.models import Case, ContactPreference, SamePerson, SealedContact, SealedIdentity, Site, SmsThread
from engage.notify import gateways
from engage.services import address_changes, originals
from engage.services.receipt_codes import end_links
from engage.services.timeline import record

LONGEST_WORD = 30  # Ours: it stands before each text, of which 160 characters are one.
LONGEST = 200  # Ours: names, organisations and what is known of a trusted person fit on a line or two.
ADDRESSED = (Road.DIRECT, Road.CUSTODIAN, Road.RELAY)
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
    found = {name: typed[name] for name in _kept_by(identity, road)}
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


def set_contact(
    case: Case, *, identity: Identity, road: Road, values: Values, actor: Actor, tells_former: bool = False
) -> None:
    """Keep who the person is and how to reach them, sealed; what they no longer want kept is erased.

    A value left empty stays as it was. A direct address may become a relay address without being typed again; the
    way back is closed, because nobody on this side can open it. With `tells_former` a mail address that is left is
    told once, so that its owner notices a change that somebody else made. The class follows the identity, but a
    restricted case stays restricted. Setting what is set already changes nothing and records nothing.

    Raises:
        NotAllowed: neither the person nor someone who may see the contact, nor who is taking the concern down.
        ContactRefused: see `checked`.
    """
    before = db.session.get(SealedContact, case.id)
    if not (before is None and actor.party is Party.STAFF and actor.id == case.recorded_by_id):
        require(actor, Permission.VIEW_CONTACT, case.facts)
    site = db.session.get_one(Site, case.site_id)
    old = _opened(before) if road is not Road.NONE else {}  # what goes is not opened
    kept = _can_keep(before, case.road, road, old)
    found = checked(identity, road, values, country=site.country, kept=kept)
    if before is not None and before.to_worker and road is Road.RELAY:
        _refuse_half(before, found)
    stays = bool(old.get("email")) and (found.email or old["email"]) == old["email"]
    former = address_changes.before(case) if before is not None and road is not Road.NONE and not stays else None
    changed = _keep(case, identity, before, road, found, old if kept else {})
    if case.identity is not identity:
        case.identity = identity
        _reclass(case)
        record(case, IdentityChanged(identity=identity.value), actor=actor)
        if identity is Identity.ANONYMOUS:
            originals.forget(case, actor=actor)
    if changed:
        _forget_threads(case.id)
    if road is Road.NONE:
        db.session.execute(delete(ContactPreference).where(ContactPreference.case_id == case.id))
    if changed or case.road is not road:
        is_news = before is not None or case.road is not road
        case.road = road
        end_links(case.id)  # one on its way to the old address opens nothing any more
        if is_news:
            record(case, ContactChanged(road=road.value), actor=actor)
            db.session.execute(delete(SamePerson).where(SamePerson.case_id == case.id))
            if stays and road in address_changes.BY_MAIL:
                address_changes.forget(case.id)
            else:
                address_changes.note(case, former, tells_former=tells_former)


def burn(case: Case, *, actor: Actor, name_too: bool) -> None:
    """Erase how to reach the person, and who they are when they want that too; the code stays the only road.

    Safe to run twice. What was sealed is gone from the database; the record keeps that it went, not what it was.
    """
    identity = Identity.ANONYMOUS if name_too else case.identity
    set_contact(case, identity=identity, road=Road.NONE, values=Values(), actor=actor)


def _refuse_half(before: SealedContact, found: Values) -> None:
    """What lies under the worker's key cannot be added to: whoever changes a part of it types the rest again."""
    typed = {"email": found.email, "phone": found.phone, "word": found.word}
    held = {"email": before.has_email, "phone": before.has_phone}
    missing = [name for name, is_held in held.items() if is_held and not typed[name]]
    if missing and any(typed.values()):
        raise ContactRefused(dict.fromkeys(missing, Problem.NEEDS_ALL_AGAIN))


def _forget_threads(case_id: uuid.UUID) -> None:
    """A text from a number that the person left belongs to their case no more."""
    db.session.execute(delete(SmsThread).where(SmsThread.case_id == case_id))


def _tidy(value: str | None) -> str | None:
    """The text with one space between words; lines stay lines."""
    lines = (" ".join(line.split()) for line in (value or "").splitlines())
    return "\n".join(filter(None, lines)) or None


def _kept_by(identity: Identity, road: Road) -> tuple[str, ...]:
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


def _opened(row: SealedContact | None) -> dict[str, str]:
    return data_keys.opened(row) if row is not None and not row.to_worker else {}


def _can_keep(row: SealedContact | None, before: Road, road: Road, old: dict[str, str]) -> bool:
    """Whether what is stored serves the road too, so that it need not be typed again."""
    if row is None:
        return False
    if road is before:
        return True
    if road is Road.RELAY:
        return any(old.get(name) for name in ("email", "phone") if name in _kept_by(Identity.ANONYMOUS, road))
    return road in ADDRESSED and before in ADDRESSED and bool(old)


def _keep(
    case: Case, identity: Identity, reach: SealedContact | None, road: Road, found: Values, old: dict[str, str]
) -> bool:
    """Seal, replace or erase what we know of the person; whether the address is different now.

    Whatever changes, all that stays is sealed under a fresh key: the key in an older backup opens nothing of today,
    and today's opens nothing in that backup. What goes is not opened, so it goes even when the keys are lost.
    """
    who = db.session.get(SealedIdentity, case.id)
    goes = {SealedIdentity: identity is Identity.ANONYMOUS, SealedContact: road is Road.NONE}
    gone = [row for row in (who, reach) if row is not None and goes[type(row)]]
    stays = {row: data_keys.content(row) for row in (who, reach) if row is not None and row not in gone}
    contents = dict(stays)
    if not goes[SealedIdentity]:
        _keep_identity(case, who, found, contents)
    changed = reach in gone if goes[SealedContact] else _keep_contact(case, reach, road, found, old, contents)
    for row in gone:
        db.session.delete(row)
    if gone or contents != stays:
        data_keys.seal(case.id, contents)
        db.session.add_all(contents)
    return changed


def _keep_identity(case: Case, row: SealedIdentity | None, found: Values, contents: dict[data_keys.Row, bytes]) -> None:
    typed = _present(name=found.name, organisation=found.organisation)
    if typed and row is None:
        contents[SealedIdentity(case_id=case.id)] = json.dumps(typed).encode()
    elif typed and row is not None:
        contents[row] = json.dumps(json.loads(contents[row]) | typed).encode()


def _keep_contact(
    case: Case,
    row: SealedContact | None,
    road: Road,
    found: Values,
    old: dict[str, str],
    contents: dict[data_keys.Row, bytes],
) -> bool:
    typed = _present(
        email=found.email, phone=found.phone, facilitator=found.facilitator, post=found.post, word=found.word
    )
    to_worker = road is Road.RELAY
    if not typed and row is not None and row.to_worker is to_worker:
        return False
    values = {name: value for name, value in (old | typed).items() if name in _kept_by(Identity.ANONYMOUS, road)}
    if row is not None and not to_worker and values == old:
        return False
    row = row or SealedContact(case_id=case.id)
    contents[row] = vault.seal_to_worker(values) if to_worker else json.dumps(values).encode()
    row.has_email, row.has_phone, row.has_post = "email" in values, "phone" in values, "post" in values
    row.to_worker = to_worker
    return True


def _reclass(case: Case) -> None:
    if case.class_ is not CaseClass.RESTRICTED:
        case.class_ = class_of(
            case.identity, category=case.category, subcategory=case.subcategory, harms_child=case.harms_child
        )


def _present(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
