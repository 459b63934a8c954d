"""A concern comes in: from the person through the form, or taken down by staff."""

import secrets
import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from engage import clock, vault
from engage.domain.case import Identity, Road, Writer
from engage.domain.policy import Actor, NotAllowed, Role
from engage.extensions import db
from engage.models import Attachment, Case, OutboxMessage, Receipt, Statement
from engage.models.base import table_of
from engage.notify import outbox, rules
from engage.queries.receipt import NextDays, days_of
from engage.services import attachments, contact, new_case, receipt_proof, search_index, sites
from engage.services.attachments import Checked
from engage.services.new_case import Concern as Concern
from engage.services.new_rows import NewRow, row_of

CODE_SHOWN_FOR = timedelta(hours=24)  # Source: product 5, receipt code.
# Who may take down a concern for somebody. Source: product 6.
TAKERS = (Role.LIAISON, Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.FOCAL)

NOTHING = contact.Values()


class AnotherConcern(ValueError):
    """The form's token belongs to a concern that was sent before with other words."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the person is given: the code only while it may still be shown."""

    case_id: uuid.UUID
    reference: str
    code: str | None
    is_new: bool
    days: NextDays | None = None  # of a new case, what happens next
    proof: Sequence[str] = ()  # that its words came: see receipt_proof


def new_token() -> str:
    """Return a fresh token for a form: 128 random bits, from which the receipt code is derived."""
    return secrets.token_hex(16)


def is_token(text: str) -> bool:
    """Whether the text is a form's token: 32 hexadecimal characters, as `new_token` makes them."""
    return len(text) == 32 and all(char in "0123456789abcdef" for char in text)


def submit(
    token: str,
    concern: Concern,
    *,
    site_id: uuid.UUID | None = None,
    reach: contact.Values = NOTHING,
    files: Sequence[Checked] = (),
    received_at: datetime | None = None,
) -> Received:
    """Make a case of the concern, or find the one that the same form made before.

    A double click, a reload or a resend carries the same token and is answered with the same case, and with the same
    code until the code's first use or for 24 hours. Without a site the case waits at the group intake. `reach` holds
    who the person is and where to reach them, as the concern's identity and road need it. `received_at` is when it
    reached us, where that was before now: clocks run from it (R08).

    Raises:
        ContactRefused: what was typed to reach the person cannot be kept.
        FileRefused: there is no room for the files.
    """
    return _receive(token, concern, site_id, reach, files, received_at=received_at or clock.utcnow(), taker=None)


def take_down(
    token: str,
    concern: Concern,
    *,
    site_id: uuid.UUID,
    received_at: datetime,
    actor: Actor,
    reach: contact.Values = NOTHING,
    files: Sequence[Checked] = (),
) -> Received:
    """Make a case of what somebody told a member of staff. Clocks run from the day anyone of us was told (R08).

    The operator sees the code, so the person must change it at its first use.

    Raises:
        NotAllowed: the actor takes down no concerns at this site.
        ContactRefused: what was typed to reach the person cannot be kept.
        FileRefused: there is no room for the files.
    """
    if not any(actor.has(role, site_id) for role in TAKERS):
        raise NotAllowed("take_down")
    return _receive(token, concern, site_id, reach, files, received_at=received_at, taker=actor)


def already_received(token: str, words: Mapping[str, str | None], files: Set[str] = frozenset()) -> Received | None:
    """Return what the form made before, or None while it made nothing.

    `words` are its fields by name, `files` the SHA-256 of its files as they are kept.

    Raises:
        AnotherConcern: the form was sent before with other words or files; what came now would be lost if it were
            taken for a resend. Empty fields are those of a form whose words lay in a draft.
    """
    raw = bytes.fromhex(token)
    case = _case_of(raw)
    if case is None:
        return None
    stated = db.session.get(Statement, case.id)
    for name in ("what_happened", "where_it_happened", "when_it_happened", "what_would_make_it_right"):
        if stated is not None and words.get(name) and words[name] != getattr(stated, name):
            raise AnotherConcern
    if files and files - set(db.session.scalars(select(Attachment.sha256).where(Attachment.case_id == case.id))):
        raise AnotherConcern
    return _received_before(case, raw)


def _receive(
    token: str,
    concern: Concern,
    site_id: uuid.UUID | None,
    reach: contact.Values,
    files: Sequence[Checked],
    *,
    received_at: datetime,
    taker: Actor | None,
) -> Received:
    raw, place = bytes.fromhex(token), sites.for_intake(site_id)
    begun = partial(new_case.of, concern, place, vault.digest(raw, vault.TOKEN), received_at, taker)
    code, must_change = vault.code_for(raw), taker is not None
    made = begun()
    while not new_case.inserted(made.case, _rows_with(made, code, must_change=must_change)):
        # The same form was here before, maybe a moment ago: its case is the one. Else the reference was taken, of
        # which there are 33 million a site and year, and another is drawn.
        if found := _case_of(raw):
            return _received_before(found, raw)
        made = begun()
    case = made.case
    if case.flagged:  # one notice speaks for many of them, and may be there already
        called = rules.called_for(made.event, case, event_id=made.row.id)
        outbox.enqueue(*(notice for notice in called if notice.is_shared))
    if (concern.identity, concern.road) != (Identity.ANONYMOUS, Road.NONE):
        contact.set_contact(case, identity=concern.identity, road=concern.road, values=reach, actor=made.actor)
    attachments.add_all(case, files, actor=made.actor, writer=Writer.PERSON, wants_originals=concern.wants_originals)
    days, proof = days_of(case, place.site, made.owed), receipt_proof.of_new(case, made.statement, made.row)
    return Received(case.id, case.reference, code, is_new=True, days=days, proof=proof)


def _rows_with(made: new_case.NewCase, code: str, *, must_change: bool) -> list[NewRow]:
    """What a new case begins with beside itself: words, receipt, record, dates, the notices of it, its index."""
    case = made.case
    receipt = Receipt(
        id=uuid.uuid4(),
        case_id=case.id,
        code_digest=vault.digest(code, vault.CODE),
        must_change=must_change,
        made_at=case.recorded_at,
    )
    called = rules.called_for(made.event, case, event_id=made.row.id)
    notices = outbox.rows_of(notice for notice in called if not notice.is_shared)
    return [
        *map(row_of, (made.statement, receipt, made.row, *made.owed)),
        *((table_of(OutboxMessage), values) for values in notices),
        *search_index.rows_of_new(case, made.statement),
    ]


def _case_of(raw: bytes) -> Case | None:
    return db.session.scalar(select(Case).where(Case.submission_digest == vault.digest(raw, vault.TOKEN)))


def _received_before(case: Case, raw: bytes) -> Received:
    code = _code_still_shown(raw)
    proof = receipt_proof.of_case(case.id) if code else ()
    return Received(case.id, case.reference, code, is_new=False, proof=proof)


def _code_still_shown(raw: bytes) -> str | None:
    """The code of a form that is sent again, while nobody used it and it is younger than a day."""
    code = vault.code_for(raw)
    receipt = db.session.scalar(select(Receipt).where(Receipt.code_digest == vault.digest(code, vault.CODE)))
    if receipt is None or receipt.first_used_at is not None or receipt.ended_at is not None:
        return None
    return code if clock.utcnow() < receipt.made_at + CODE_SHOWN_FOR else None
