"""Receipt codes: a code opens a case, is changed for another, and is made anew by a link to the person's address."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, delete, insert, literal, select, update

from engage import clock, data_keys, vault
from engage.domain import receipts
from engage.domain.case import Road
from engage.domain.events import CodeChanged
from engage.domain.policy import Actor, Party
from engage.domain.reaching import Way
from engage.extensions import db
from engage.models import Case, CodeLink, DataKey, LaneReceipt, Receipt, Recipient, SealedContact, SignInTry
from engage.notify import outbox, to_person, unseen
from engage.notify.destinations import CODE_LINK, FIRST_LINK
from engage.services.timeline import record
from engage.unit_of_work import after_commit

SHOWN_FOR = timedelta(hours=24)  # Source: product 5: the same code until its first use or for 24 hours.
# Ours: mail is read once a day where there is little signal. It runs from when the link left.
LINK_LIVES = timedelta(hours=24)
LINK_KEPT = timedelta(days=7)  # Ours: longer than a mail server stays away, and the day after that
LINK_EVERY = timedelta(hours=1)  # Ours: whoever knows a reference cannot flood the address behind it,
LINKS_A_DAY = 3  # and a person who was too quick with the first can ask again.
LINK_ROADS = (Road.DIRECT, Road.RELAY)  # Source: product 5, lost code.
# What is looked up for a text that cannot be a code, so that it costs what a wrong code costs.
_NO_CODE = "0" * receipts.CODE_LENGTH
_NO_CASE = uuid.UUID(int=0)
# Cases and reports of the lane are looked for by the same statement, so that nobody learns from the time an answer
# takes which of them a code opens.
_DIGEST = bindparam("digest", type_=String())
_IN_LANE = "in_lane"
_BY_CODE = (
    select(Receipt.id, Receipt.case_id, Receipt.must_change, Receipt.first_used_at, literal(False).label(_IN_LANE))
    .where(Receipt.code_digest == _DIGEST, Receipt.ended_at.is_(None))
    .union_all(
        select(
            LaneReceipt.id,
            LaneReceipt.report_id,
            LaneReceipt.must_change,
            LaneReceipt.first_used_at,
            literal(True).label(_IN_LANE),
        ).where(LaneReceipt.code_digest == _DIGEST, LaneReceipt.ended_at.is_(None))
    )
)


class WrongCode(ValueError):
    """No living code reads like this. It is never said whether one ever did."""


class DeadLink(ValueError):
    """The link was used, is too old, or never was."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as it was opened, or a report of the lane: what the session keeps is the receipt, never the code."""

    receipt_id: uuid.UUID
    case_id: uuid.UUID
    must_change: bool


@dataclass(frozen=True, slots=True)
class NewCode:
    """A fresh code, to be shown once."""

    receipt_id: uuid.UUID
    case_id: uuid.UUID
    reference: str
    code: str


def open_case(typed: str) -> Opened:
    """Open what the code belongs to as it was typed; spaces, dashes, lower case, O/0 and I/L/1 are forgiven.

    A text that cannot be a code costs the same digest and the same query as one that could.

    Raises:
        WrongCode: unknown, replaced, or not a code at all.
    """
    digest = vault.digest(receipts.normalised(typed) or _NO_CODE, vault.CODE)
    found = db.session.execute(_BY_CODE, {"digest": digest}).one_or_none()
    if found is None:
        raise WrongCode
    receipt_id, about, must_change, first_used_at, in_lane = found
    if first_used_at is None:
        kind = LaneReceipt if in_lane else Receipt
        db.session.execute(update(kind).where(kind.id == receipt_id).values(first_used_at=clock.utcnow()))
    unseen.opened(about)  # of a report of the lane it finds nothing, and costs the same
    return Opened(receipt_id, about, must_change)


def change_code(case: Case, token: str, *, why: str = "person") -> NewCode:
    """Give the case a code made from the form's random token (32 hexadecimal characters); the old one dies.

    The same form sent twice gives the same code. The caller holds the case by its lock.
    """
    if found := _code_of_form(case.id, token):
        return found
    code = vault.code_for(bytes.fromhex(token))
    if _receipt_of(code) is not None:  # a form we know from elsewhere, or from long ago: never its code again
        code = vault.code_for(secrets.token_bytes(16))
    now = clock.utcnow()
    db.session.execute(
        update(Receipt).where(Receipt.case_id == case.id, Receipt.ended_at.is_(None)).values(ended_at=now)
    )
    receipt = Receipt(id=uuid.uuid4(), case_id=case.id, code_digest=vault.digest(code, vault.CODE), made_at=now)
    db.session.add(receipt)
    end_links(case.id)
    record(case, CodeChanged(why=why), actor=Actor(id=None, party=Party.PERSON, case_id=case.id))
    return NewCode(receipt.id, case.id, case.reference, receipts.grouped(code))


def changed_before(receipt_id: uuid.UUID, token: str) -> NewCode | None:
    """Return the code that the same form made a moment ago, when the session still holds the code that died by it."""
    ended = db.session.get(Receipt, receipt_id)
    return _code_of_form(ended.case_id, token) if ended is not None else None


def ask_for_link(reference: str, address: str, *, may_send: bool = True) -> None:
    """Send a single-use link to the address that is stored with the case, if the person may have one.

    Nothing is returned and nothing is said, whatever was typed: it answers neither "is there such a case" nor "is
    this its address", and every answer costs the same: as many statements, a sealed text opened, something written,
    a nudge. An address we can read must be the one typed. A relay address cannot be compared, because no page can open
    it; the link goes to it all the same, and nowhere else. At most one an hour and three a day, so that a known
    reference is no means to flood a person. With `may_send=False` nothing is sent, at the same cost.
    """
    now = clock.utcnow()
    after_commit(outbox.nudge)
    case = db.session.execute(
        select(Case.id, Case.reference, Case.locale, Case.road, Case.site_id)
        .where(Case.reference == receipts.reference_as_issued(reference))
        .with_for_update(of=Case)
    ).one_or_none()
    case_id = case.id if case is not None else _NO_CASE
    contact, _key = _contact_with_key(case_id)  # held, so that opening it costs no statement more
    _forget_old_links(case_id, now)
    expiries = _expiries(case_id, now)
    fits = _is_address_of(contact, address)
    if case is None or case.road not in LINK_ROADS or not fits or _is_early(expiries, now) or not may_send:
        _write_in_vain(now)
        return
    _owe_link(CODE_LINK, case_id, case.locale, case.site_id, now)


def send_first_link(case: Case) -> None:
    """Send whoever wrote a mail that became a case the link with which they make their code. They saw no receipt."""
    _owe_link(FIRST_LINK, case.id, case.locale, case.site_id, clock.utcnow())


def send_link_again(case: Case) -> bool:
    """Send whoever raised the case by text, and made no code yet, another link; False where they may get none.

    They have no other road to a code: the first link lives for a day, and they know no reference to ask with. Once
    there is a code, whoever holds the phone gets none by it. At most one an hour and three a day, as by mail: until
    then a link that works is on the phone. The caller holds the case by its lock.
    """
    made = select(Receipt.id).where(
        Receipt.case_id == case.id, Receipt.ended_at.is_not(None) | Receipt.first_used_at.is_not(None)
    )
    way = to_person.link_way(case, db.session.get(SealedContact, case.id), case.preference)
    if way is not Way.SMS or db.session.scalars(made).first() is not None:
        return False
    now = clock.utcnow()
    _forget_old_links(case.id, now)
    if not _is_early(_expiries(case.id, now), now):
        _owe_link(CODE_LINK, case.id, case.locale, case.site_id, now)
    return True


def _expiries(case_id: uuid.UUID, now: datetime) -> Sequence[datetime]:
    lately = (CodeLink.case_id == case_id, CodeLink.expires_at > now)
    return db.session.scalars(select(CodeLink.expires_at).where(*lately)).all()


def _is_early(expiries: Sequence[datetime], now: datetime) -> bool:
    """Whether links with these ends are so young, or so many, that no other goes out yet."""
    return len(expiries) >= LINKS_A_DAY or any(now < at - LINK_LIVES + LINK_EVERY for at in expiries)


def _owe_link(template: str, case_id: uuid.UUID, locale: str, site_id: uuid.UUID, now: datetime) -> None:
    link_id = uuid.uuid4()
    link = {"id": link_id, "case_id": case_id, "expires_at": now + LINK_LIVES}
    db.session.execute(insert(CodeLink).values(**link, link_digest=vault.digest(vault.link_token(link_id), vault.LINK)))
    outbox.enqueue(
        outbox.Owed(
            dedupe_key=_key_of(link_id),
            template=template,
            locale=locale,
            recipient=Recipient.PERSON,
            case_id=case_id,
            # The id alone opens nothing: the worker derives the secret part from it with vault.link_token.
            context={"link_id": str(link_id)},
            site_id=site_id,
        )
    )


def _key_of(link_id: uuid.UUID) -> str:
    return f"code-link:{link_id}"


def _contact_with_key(case_id: uuid.UUID) -> tuple[SealedContact | None, DataKey | None]:
    found = db.session.execute(
        select(SealedContact, DataKey)
        .outerjoin(DataKey, DataKey.case_id == SealedContact.case_id)
        .where(SealedContact.case_id == case_id)
    ).one_or_none()
    return (found[0], found[1]) if found is not None else (None, None)


def _is_address_of(contact: SealedContact | None, typed: str) -> bool:
    """Whether the link may go to what is sealed; a text is opened and compared where there is none to open, too."""
    can_read = contact is not None and not contact.to_worker
    kept = data_keys.opened(contact) if contact is not None and can_read else data_keys.spend_as_much()
    is_same = secrets.compare_digest(
        kept.get("email", "").casefold().encode(), typed.strip().casefold().encode(errors="replace")
    )
    return contact is not None and contact.has_email and (is_same or not can_read)


def _write_in_vain(now: datetime) -> None:
    """Cost what a link costs, its digest and two rows, and leave nothing: a commit that writes takes longer."""
    nothing = vault.digest(vault.link_token(uuid.uuid4()), vault.LINK)
    db.session.execute(insert(SignInTry).values(digest=nothing, count=0, not_before=now, last_at=now))
    db.session.execute(delete(SignInTry).where(SignInTry.digest == nothing))


def check_link(link: str) -> None:
    """Let a link pass that still works; opening the page of it changes nothing, since mail filters open links too.

    Raises:
        DeadLink: it was used, is too old, or never was.
    """
    row = db.session.scalar(select(CodeLink).where(CodeLink.link_digest == vault.digest(link, vault.LINK)))
    if row is None or row.used_at is not None:
        raise DeadLink
    left_at = outbox.left_at(_key_of(row.id))  # later than it was asked for, where the mail server was away
    if (row.expires_at if left_at is None else left_at + LINK_LIVES) <= clock.utcnow():
        raise DeadLink


def code_from_link(link: str, token: str) -> NewCode:
    """Make a new code with the link, which dies together with the old code. The same form twice gives the same code.

    Raises:
        DeadLink: the link was used, is too old, or never was.
    """
    case_id = db.session.scalar(select(CodeLink.case_id).where(CodeLink.link_digest == vault.digest(link, vault.LINK)))
    if case_id is None:
        raise DeadLink
    # Locked before the link is looked at, so that of two browsers with one link the second finds it used.
    case = db.session.scalars(select(Case).where(Case.id == case_id).with_for_update(of=Case)).one()
    if found := _code_of_form(case_id, token):
        return found
    check_link(link)
    return change_code(case, token, why="link")


def end_links(case_id: uuid.UUID) -> None:
    """Let every link of the case that is on its way open nothing any more."""
    now = clock.utcnow()
    db.session.execute(
        update(CodeLink).where(CodeLink.case_id == case_id, CodeLink.used_at.is_(None)).values(used_at=now)
    )


def _receipt_of(code: str) -> Receipt | None:
    return db.session.scalar(select(Receipt).where(Receipt.code_digest == vault.digest(code, vault.CODE)))


def _code_of_form(case_id: uuid.UUID, token: str) -> NewCode | None:
    """The code that the form made for this case, while nobody used it and it is younger than a day."""
    code = vault.code_for(bytes.fromhex(token))
    receipt = _receipt_of(code)
    if receipt is None or receipt.case_id != case_id or receipt.ended_at or receipt.first_used_at:
        return None
    if clock.utcnow() >= receipt.made_at + SHOWN_FOR:
        return None
    reference = db.session.scalars(select(Case.reference).where(Case.id == case_id)).one()
    return NewCode(receipt.id, case_id, reference, receipts.grouped(code))


def _forget_old_links(case_id: uuid.UUID, now: datetime) -> None:
    over = (CodeLink.case_id == case_id, CodeLink.expires_at <= now - LINK_KEPT)
    db.session.execute(delete(CodeLink).where(*over))
