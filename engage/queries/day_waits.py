"""What waits for the word of one member of staff: decisions, seats, replies and pauses, each a part of their day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    null,
    or_,
    select,
)
from sqlalchemy import case as when

from engage.domain.case import CaseClass
from engage.domain.conflicts import INVESTIGATES
from engage.domain.deadlines import Promise
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Membership, Permission, Role
from engage.models import (
    Appeal,
    Approval,
    Case,
    CaseEvent,
    Deadline,
    ExtensionRequest,
    Opening,
    PanelSeat,
    Pause,
    Proposal,
    Rating,
    Screening,
)
from engage.queries.day_lines import line
from engage.scope import open_to, visible_to

UNDECLARED = "undeclared"  # of a seat: the title is not for its member yet
PAUSE_SOON = timedelta(days=3)  # Ours: so long before its end a pause is worth a thought.


def waits(actor: Actor, mine: ColumnElement[bool], now: datetime) -> list[Select[*tuple[Any, ...]]]:
    """Return the lines; `mine` holds for the cases that are in the reader's hands."""
    nothing = null()
    did = exists().where(
        CaseEvent.case_id == Case.id, CaseEvent.actor_id == actor.id, CaseEvent.kind.in_(sorted(INVESTIGATES))
    )
    newest = select(CaseEvent.at).where(CaseEvent.case_id == Case.id).order_by(CaseEvent.number.desc()).limit(1)
    return [
        line("proposal", nothing, Proposal.drafted_at, Proposal.id)
        .join(Proposal, Proposal.case_id == Case.id)
        .where(
            open_to(actor, Permission.APPROVE_PROPOSAL),
            Proposal.sent_at.is_(None),
            Proposal.returned_at.is_(None),
            Case.stage != Stage.CLOSED,
            Proposal.drafted_by_id != actor.id,
            Case.assignee_id.is_distinct_from(actor.id),
            ~did,
            ~exists().where(Approval.proposal_id == Proposal.id, Approval.user_id == actor.id),
        ),
        line("screening", Screening.reason_code, Screening.asked_at, Screening.id)
        .join(Screening, Screening.case_id == Case.id)
        .where(
            open_to(actor, Permission.APPROVE_SCREEN_OUT),
            Screening.decided_at.is_(None),
            Screening.asked_by_id != actor.id,
        ),
        line("rating", nothing, Rating.rated_at, Rating.id)
        .join(Rating, Rating.case_id == Case.id)
        .where(
            open_to(actor, Permission.APPROVE_RATING),
            Rating.needs_second,
            Rating.decided_at.is_(None),
            Rating.rated_by_id.is_distinct_from(actor.id),
        ),
        line("extension", Deadline.promise, ExtensionRequest.asked_at, ExtensionRequest.id)
        .join(ExtensionRequest, ExtensionRequest.case_id == Case.id)
        .join(Deadline, Deadline.id == ExtensionRequest.deadline_id)
        .where(
            open_to(actor, Permission.EXTEND_AGAIN),
            ExtensionRequest.decided_at.is_(None),
            Deadline.ended_at.is_(None),
            ExtensionRequest.asked_by_id != actor.id,
            ExtensionRequest.first_by_id.is_distinct_from(actor.id),
            # As seniority.is_above says it: those of all sites, and focal points, are above everybody.
            *([] if Membership(Role.APPROVER, None) in actor.memberships else [_site_may_decide()]),
        ),
        line("opening", nothing, Opening.asked_at, Opening.id)
        .join(Opening, Opening.case_id == Case.id)
        .where(
            open_to(actor, Permission.DECIDE_OPENING),
            Opening.decided_at.is_(None),
            Opening.asked_by_id != actor.id,
            Case.stage != Stage.CLOSED,
        ),
        line("panel", nothing, Deadline.due_at, Deadline.id)
        .join(Deadline, Deadline.case_id == Case.id)
        .where(
            open_to(actor, Permission.SEAT_PANEL),
            Deadline.promise == Promise.FORM_PANEL,
            Deadline.ended_at.is_(None),
        ),
        line("seat", when((PanelSeat.declared_at.is_(None), UNDECLARED), else_=nothing), Appeal.lodged_at, Appeal.id)
        .join(Appeal, Appeal.case_id == Case.id)
        .join(PanelSeat, PanelSeat.appeal_id == Appeal.id)
        .where(
            visible_to(actor),
            PanelSeat.user_id == actor.id,
            Appeal.decided_at.is_(None),
            Case.stage == Stage.APPEALED,  # of one that was withdrawn nothing is left to decide
        ),
        line("reply", nothing, newest.scalar_subquery(), Case.id).where(mine, Case.unread_reply),
        line("pause", Pause.reason_code, Pause.ends_at, Pause.id)
        .join(Pause, Pause.case_id == Case.id)
        .where(mine, Pause.over_at.is_(None), Pause.starts_at <= now, Pause.ends_at <= now + PAUSE_SOON),
    ]


def _site_may_decide() -> ColumnElement[bool]:
    return or_(~ExtensionRequest.needs_top, Case.class_ == CaseClass.RESTRICTED)
