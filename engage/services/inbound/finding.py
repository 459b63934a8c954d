"""To what a mail belongs: the notice it answers, the site it was sent to, the cases it may be about. Reads only."""

import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr

from sqlalchemy import ColumnElement, func, or_, select

from engage import data_keys, lane_keys, vault
from engage.domain import mail_addresses
from engage.domain.case import Road
from engage.domain.events import ContactChanged
from engage.domain.mail_addresses import Kind
from engage.domain.received_mail import GuessedBy, is_number, references_in
from engage.extensions import db
from engage.incoming.mail import Incoming
from engage.models import Case, CaseEvent, LaneReport, OutboxMessage, SamePerson, SealedContact, Site
from engage.notify import threads
from engage.services.same_person import digest_of_address
from engage.settings import settings
from engage.vault import Unreadable

BY_MAIL = (Road.DIRECT, Road.RELAY)
_OWN_ID = re.compile(r"<([0-9a-f-]{36})@([^<>\s]+)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answered:
    """The notice that a mail answers, and by what that was seen."""

    notice: OutboxMessage
    kind: Kind
    is_signed: bool  # by an address that only its reader was given; else by what mail programs write into headers


@dataclass(frozen=True, slots=True)
class Guess:
    """A case to which a mail may belong."""

    case: Case
    by: GuessedBy


def answered(mail: Incoming) -> Answered | None:
    """Return the notice that the mail answers: by our signed address, else by the newest of its references."""
    inbox, key = settings().MAIL_INBOX, vault.key_for(vault.MAIL_ADDRESS)
    for address in mail.recipients if inbox else ():
        found = mail_addresses.read_address(address, str(inbox), key)
        if found is not None and (notice := db.session.get(OutboxMessage, found[1])) is not None:
            return Answered(notice, found[0], is_signed=True)
    for reference in reversed(mail.references):
        if (notice := notice_of(reference)) is not None:
            return Answered(notice, Kind.REPLY, is_signed=False)
    return None


def answers_what_is_gone(mail: Incoming) -> bool:
    """Whether the mail was sent to an address that we signed for a notice which is not there any more.

    Notices go with a case that moves into the restricted lane, so it may be the answer of a survivor.
    """
    inbox, key = settings().MAIL_INBOX, vault.key_for(vault.MAIL_ADDRESS)
    return inbox is not None and any(mail_addresses.read_address(one, inbox, key) for one in mail.recipients)


def names_a_notice(mail: Incoming) -> bool:
    """Whether one of its references has the form of our Message-IDs, be the notice there or not."""
    return any(_notice_id(reference) is not None for reference in mail.references)


def notice_of(message_id: str) -> OutboxMessage | None:
    """Return the notice that has this Message-ID, None where it is none of ours."""
    notice_id = _notice_id(message_id)
    return db.session.get(OutboxMessage, notice_id) if notice_id is not None else None


def _notice_id(message_id: str) -> uuid.UUID | None:
    match = _OWN_ID.fullmatch(message_id.strip())
    if match is None or match[2].lower() != own_domain():
        return None
    try:
        return uuid.UUID(match[1])
    except ValueError:  # dashes in other places
        return None


def own_domain() -> str:
    """Return the domain that stands in our Message-IDs."""
    return settings().MAIL_FROM.rpartition("@")[2].strip("> ").lower()


def own_domains() -> frozenset[str]:
    """Return the domains whose own mail is ours."""
    inbox = (settings().MAIL_INBOX or "").rpartition("@")[2].lower()
    return frozenset({own_domain(), inbox} - {""})


def own_addresses() -> frozenset[str]:
    """Return the addresses that our mails come from and that answers go to."""
    return frozenset({parseaddr(settings().MAIL_FROM)[1].lower(), (settings().MAIL_INBOX or "").lower()} - {""})


def site_of(mail: Incoming) -> Site | None:
    """Return the site whose address the mail was sent to: its own, or the inbox with its code behind a plus.

    Of several it is the first of the recipients, whom the server was told before whom the mail names; one that is open
    goes before all that are closed.
    """
    local, _, domain = (settings().MAIL_INBOX or "").lower().rpartition("@")
    codes = {
        address[len(local) + 1 :].partition("@")[0].upper(): place
        for place, address in reversed([*enumerate(mail.recipients)])
        if local and address.startswith(f"{local}+") and address.endswith(f"@{domain}")
    }
    places = {address: place for place, address in enumerate(mail.recipients)}
    wanted = or_(Site.mail_address.in_(places), Site.code.in_(codes))
    last = len(places)

    def order(site: Site) -> tuple[bool, int]:
        return not site.is_open, min(places.get(site.mail_address or "", last), codes.get(site.code, last))

    return min(db.session.scalars(select(Site).where(wanted)), key=order, default=None)


def is_from_person(case: Case, sender: str | None) -> bool:
    """Whether the mail came from the address that the case's person left. Only the worker can tell of a relay."""
    return case.road in BY_MAIL and _same(_address_of(case.id), sender)


def kept_addresses(mail: Incoming, target_id: uuid.UUID | None = None) -> tuple[str, ...]:
    """Return the addresses that the persons left whose cases, or whose report, the mail may belong to.

    It may quote what we wrote there, whatever mailbox it comes from. `target_id` is the case that was chosen for it.
    One that no key opens any more is left out: nothing of ours goes there.

    Raises:
        Unreadable: the address of the report's holder opens with no key that is here.
    """
    answer = answered(mail)
    found: list[str | None] = []
    for case_id in {one.case.id for one in guesses(mail, answer)} | ({target_id} if target_id else set()):
        with suppress(Unreadable):
            found.append(_address_of(case_id))
    if (report_id := report_of(answer)) is not None:
        found.append(lane_keys.address_of(report_id))
    return tuple(one for one in found if one)


def _address_of(case_id: uuid.UUID) -> str | None:
    """The mail address of the case's person, None where they left none."""
    row = db.session.get(SealedContact, case_id)
    if row is None or not row.has_email:
        return None
    return (data_keys.opened_by_worker(row) if row.to_worker else data_keys.opened(row)).get("email")


def is_from_holder(report_id: uuid.UUID, sender: str | None) -> bool:
    """Whether the mail came from the address that the holder of a report in the restricted lane left."""
    return _same(lane_keys.address_of(report_id), sender)


def is_outdated(notice: OutboxMessage, case: Case) -> bool:
    """Whether the person left the address, or changed how to be reached, after the notice was made.

    Who answers it then may be whoever reads the old mailbox.
    """
    if case.road not in BY_MAIL:
        return True
    changed = db.session.scalar(
        select(func.max(CaseEvent.at, type_=CaseEvent.at.type)).where(
            CaseEvent.case_id == case.id, CaseEvent.kind == ContactChanged.__name__
        )
    )
    return changed is not None and changed > notice.created_at


def guesses(mail: Incoming, answer: Answered | None) -> list[Guess]:
    """Return the cases to which the mail may belong, the likeliest first, each once. Erased ones are none.

    One that moved into the restricted lane is among them: what speaks of it is for focal points alone. So is one of
    which a notice is answered, erased or not: whoever it was about does not read the answer.
    """
    found: dict[uuid.UUID, Guess] = {}
    if answer is not None and answer.notice.case_id is not None:
        case = db.session.get_one(Case, answer.notice.case_id)
        found[case.id] = Guess(case, GuessedBy.ANSWER)
    if references := references_in(mail.subject, mail.text):
        _add(found, GuessedBy.REFERENCE, Case.reference.in_(references))
    if mail.sender and is_number(mail.sender):
        _add(found, GuessedBy.SAME_NUMBER, Case.id.in_(threads.written_to(vault.digest(mail.sender, vault.SMS_THREAD))))
    elif mail.sender:
        same = select(SamePerson.case_id).where(SamePerson.digest == digest_of_address(mail.sender))
        _add(found, GuessedBy.SAME_PERSON, Case.id.in_(same))
    return list(found.values())


def _add(found: dict[uuid.UUID, Guess], by: GuessedBy, where: ColumnElement[bool]) -> None:
    cases = select(Case).where(where, Case.erased_at.is_(None)).order_by(Case.reference)
    for case in db.session.scalars(cases):
        found.setdefault(case.id, Guess(case, by))


def report_of(answer: Answered | None) -> uuid.UUID | None:
    """Return the report of the restricted lane that is answered, of a case that moved into it too, or None."""
    if answer is None or answer.notice.lane_report_id is not None or answer.notice.case_id is None:
        return answer.notice.lane_report_id if answer is not None else None
    return db.session.scalar(select(LaneReport.id).where(LaneReport.case_id == answer.notice.case_id))


def _same(kept: str | None, sender: str | None) -> bool:
    return bool(kept and sender) and str(kept).casefold() == str(sender).casefold()
