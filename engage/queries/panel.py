"""What those who decide an appeal see among themselves. Their notes are read here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from engage.domain.policy import NotAllowed, Permission
from engage.extensions import db
from engage.models import Appeal, CaseEvent, PanelNote, Proposal, StaffUser
from engage.queries.case_page import CasePage

# What was decided on the case before, as the record names it.
DECISIONS = (
    "CaseScreenedOut",
    "ProposalApproved",
    "ProposalReturned",
    "ProposalSent",
    "CaseLapsed",
    "CaseVerified",
    "CaseAnswered",
    "AppealDecided",
    "ReviewReported",
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that was decided: what, by which role, and when."""

    kind: str
    role: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a member, with their name."""

    author: str
    words: str
    dissents: bool
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who sits on the panel, and when they said that they have no conflict of interest."""

    name: str
    declared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Room:
    """The panel's own room: the appeal, who sits, what was decided and proposed before, and what they write."""

    appeal: Appeal
    members: Sequence[Member]
    decisions: Sequence[Decision]
    proposals: Sequence[Proposal]
    notes: Sequence[Note]


def room(page: CasePage) -> Room:
    """Return the room of the newest appeal on whose panel the reader sits or sat until its decision.

    Raises:
        NotAllowed: they sit on none, were taken off, or have not said that they have no conflict of interest.
    """
    appeal = _own_appeal(page)
    case_id = page.case.id
    decided = select(CaseEvent.kind, CaseEvent.actor_role, CaseEvent.at).where(
        CaseEvent.case_id == case_id, CaseEvent.kind.in_(DECISIONS)
    )
    offered = select(Proposal).options(lazyload(Proposal.approvals))
    return Room(
        appeal=appeal,
        members=sorted(_members(page, appeal), key=lambda one: one.name),
        decisions=[Decision(*row) for row in db.session.execute(decided.order_by(CaseEvent.number))],
        proposals=db.session.scalars(
            offered.where(Proposal.case_id == case_id, Proposal.sent_at.is_not(None)).order_by(Proposal.number)
        ).all(),
        notes=_notes(appeal),
    )


def _members(page: CasePage, appeal: Appeal) -> list[Member]:
    return [Member(page.names.get(seat.user_id, ""), seat.declared_at) for seat in appeal.seats]


def _own_appeal(page: CasePage) -> Appeal:
    if page.may(Permission.DELIBERATE):
        for appeal in reversed(page.case.appeals):
            if any(seat.user_id == page.actor.id and seat.declared_at is not None for seat in appeal.seats):
                return appeal
    raise NotAllowed(Permission.DELIBERATE)


def _notes(appeal: Appeal) -> list[Note]:
    wanted = (
        select(StaffUser.name, PanelNote.words, PanelNote.dissents, PanelNote.written_at)
        .join(StaffUser, StaffUser.id == PanelNote.author_id)
        .where(PanelNote.appeal_id == appeal.id)
        .order_by(PanelNote.written_at, PanelNote.id)
    )
    return [Note(*row) for row in db.session.execute(wanted)]
