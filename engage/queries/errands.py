"""Errands as those who carry them see them: what may be read to the person, and slips for the notice board."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage.domain.case import CaseClass, Writer
from engage.domain.errands import BOARD
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, Errand, Message, OutboxMessage, Site
from engage.notify import lettering
from engage.queries.case_page import CasePage
from engage.scope import open_to

MOST = 200  # Ours: slips on a few sheets; what hangs makes room for the rest.
_LAST = 3  # Ours: what was written since the person was last told is seldom more.


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that is to hang on the notice board of a site. Of the case nothing but its public name."""

    id: uuid.UUID
    reference: str
    site: str
    locale: str
    due_at: datetime
    time_zone: str


def slips(actor: Actor) -> Sequence[Slip]:
    """Return the slips that the actor may see to, by site and reference. Never of a restricted case."""
    rows = db.session.execute(
        select(Errand.id, Case.reference, Site.name, Case.locale, Errand.due_at, Site.time_zone)
        .join(Case, Case.id == Errand.case_id)
        .join(Site, Site.id == Case.site_id)
        .where(
            Errand.road == BOARD,
            Errand.finished_at.is_(None),
            Case.class_ != CaseClass.RESTRICTED,
            open_to(actor, Permission.TELL_PERSON),
        )
        .order_by(Site.name, Case.reference)
        .limit(MOST)
    )
    return [Slip(*row) for row in rows]


def letter_of(case: Case, errand: Errand) -> str | None:
    """Return what a letter about the errand says; None where no notice stands behind it."""
    message = db.session.get(OutboxMessage, errand.outbox_message_id) if errand.outbox_message_id else None
    return lettering.words_of(message, case) if message is not None else None


def to_read(page: CasePage, errand: Errand) -> Sequence[str]:
    """Return our words to the person that they have not answered, as their own page shows them, the oldest first.

    Notes among staff and what others said are never among them.
    """
    ours: list[Message] = []
    for message in sorted(page.messages, key=lambda one: one.written_at):
        if message.writer is Writer.PERSON:
            ours.clear()
        elif message.writer is Writer.STAFF:
            ours.append(message)
    found = [message.words for message in ours[-_LAST:]]
    offered = page.proposal
    if errand.template in ("proposal_waiting", "reminder_to_answer") and offered is not None:
        found += [offered.shared_findings, *(remedy.words for remedy in offered.remedies)]
    return [words for words in found if words]
