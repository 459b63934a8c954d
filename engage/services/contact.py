"""Who the person is and how to reach them: sealed, changed, tightened, loosened, burned."""

import json
import uuid

from sqlalchemy import delete, exists, select

from engage import data_keys, vault
from engage.domain.case import CaseClass, Identity, Road, class_of
from engage.domain.events import ContactChanged, IdentityChanged
from engage.domain.policy import Actor, Party, Permission, require
from engage.extensions import db
from engage.models import Case, ContactPreference, SamePerson, SealedContact, SealedIdentity, Site, SmsThread
from engage.services import address_changes, errands, openings, originals
from engage.services.contact_values import ContactRefused as ContactRefused
from engage.services.contact_values import Problem as Problem
from engage.services.contact_values import Values as Values
from engage.services.contact_values import address_as_kept as address_as_kept
from engage.services.contact_values import checked as checked
from engage.services.contact_values import kept_by
from engage.services.contact_values import number_as_kept as number_as_kept
from engage.services.inbound import raw_copy
from engage.services.receipt_codes import end_links
from engage.services.timeline import record

ADDRESSED = (Road.DIRECT, Road.CUSTODIAN, Road.RELAY)


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
    changed = _keep(case, identity, before, road, found, old if kept else {}, actor)
    if case.identity is not identity:
        case.identity = identity
        _reclass(case)
        openings.end_all(case, actor=actor)
        record(case, IdentityChanged(identity=identity.value), actor=actor)
        if identity is Identity.ANONYMOUS:
            originals.forget(case, actor=actor)
    if changed:
        _heed_number(case.id, old.get("phone"), found.phone)
    if road is Road.NONE:
        db.session.execute(delete(ContactPreference).where(ContactPreference.case_id == case.id))
    if changed or case.road is not road:
        is_news = before is not None or case.road is not road
        case.road = road
        end_links(case.id)  # one on its way to the old address opens nothing any more
        if is_news:
            record(case, ContactChanged(road=road.value), actor=actor)
            _forget_address(case, former, stays=stays, tells_former=tells_former)
        if road is Road.NONE:
            errands.end_at_burning(case)


def _forget_address(case: Case, former: bytes | None, *, stays: bool, tells_former: bool) -> None:
    """Let go of what hung on the way that was left; the address stays where another part of the contact changed."""
    db.session.execute(delete(SamePerson).where(SamePerson.case_id == case.id))
    if not stays:
        raw_copy.forget_of_case(case.id)
    if stays and case.road in address_changes.BY_MAIL:
        address_changes.forget(case.id)
    else:
        address_changes.note(case, former, tells_former=tells_former)


def burn(case: Case, *, actor: Actor, name_too: bool) -> None:
    """Erase how to reach the person, and who they are when they want that too; the code stays the only road.

    Safe to run twice. What was sealed is gone from the database; the record keeps that it went, not what it was.
    """
    identity = Identity.ANONYMOUS if name_too else case.identity
    set_contact(case, identity=identity, road=Road.NONE, values=Values(), actor=actor)


def drop_mail(case: Case, *, actor: Actor) -> None:
    """Let no mail go to the person any more; a phone and a postal address stay, and the code always opens the case.

    The mail address is erased, but for one that is sealed to the worker beside a phone: nobody on this side can part
    the two. It then counts as none (`has_email`), and nothing reads it. Safe to run twice.
    """
    row = db.session.get(SealedContact, case.id)
    if row is None or not row.has_email:
        return
    if not row.has_phone and not row.has_post:
        set_contact(case, identity=case.identity, road=Road.NONE, values=Values(), actor=actor)
        return
    require(actor, Permission.VIEW_CONTACT, case.facts)
    if row.to_worker:
        row.has_email = False
    else:
        left = {name: value for name, value in _opened(row).items() if name != "email"}
        _keep(case, case.identity, row, case.road, Values(**left), {}, actor)
    end_links(case.id)
    record(case, ContactChanged(road=case.road.value), actor=actor)
    db.session.execute(delete(SamePerson).where(SamePerson.case_id == case.id))
    address_changes.forget(case.id)
    raw_copy.forget_of_case(case.id)


def _refuse_half(before: SealedContact, found: Values) -> None:
    """What lies under the worker's key cannot be added to: whoever changes a part of it types the rest again."""
    typed = {"email": found.email, "phone": found.phone, "word": found.word}
    held = {"email": before.has_email, "phone": before.has_phone}
    missing = [name for name, is_held in held.items() if is_held and not typed[name]]
    if missing and any(typed.values()):
        raise ContactRefused(dict.fromkeys(missing, Problem.NEEDS_ALL_AGAIN))


def _heed_number(case_id: uuid.UUID, before: str | None, typed: str | None) -> None:
    """A text from a number that the person left belongs to their case no more, and STOP was said of that number alone.

    Whether a hidden number is the one before is seen by the hash of the number that was last written to.
    """
    digest = vault.digest(typed, vault.SMS_THREAD) if typed else ""
    written_to = exists().where(SmsThread.case_id == case_id, SmsThread.digest == digest)
    is_another = bool(typed) and typed != before and not db.session.scalar(select(written_to))
    preference = db.session.get(ContactPreference, case_id)
    if is_another and preference is not None:
        preference.stopped_at = None
    db.session.execute(delete(SmsThread).where(SmsThread.case_id == case_id, SmsThread.digest != digest))


def _opened(row: SealedContact | None) -> dict[str, str]:
    return data_keys.opened(row) if row is not None and not row.to_worker else {}


def _can_keep(row: SealedContact | None, before: Road, road: Road, old: dict[str, str]) -> bool:
    """Whether what is stored serves the road too, so that it need not be typed again."""
    if row is None:
        return False
    if road is before:
        return True
    if road is Road.RELAY:
        return any(old.get(name) for name in ("email", "phone") if name in kept_by(Identity.ANONYMOUS, road))
    return road in ADDRESSED and before in ADDRESSED and bool(old)


def _keep(
    case: Case,
    identity: Identity,
    reach: SealedContact | None,
    road: Road,
    found: Values,
    old: dict[str, str],
    actor: Actor,
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
        if who is not None and contents[who] != stays[who]:
            openings.end_all(case, actor=actor)  # another name than the one that was opened
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
    values = {name: value for name, value in (old | typed).items() if name in kept_by(Identity.ANONYMOUS, road)}
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
