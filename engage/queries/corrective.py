"""What is changed because of a case so that it does not happen again, and what keeps happening with it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select

from engage.domain import systemic
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, CorrectiveAction, IssueCase, StaffUser, SystemicIssue
from engage.scope import visible_to

MOST = 50  # Ours: more than a box of a page can show; the page of the issue has them all.


@dataclass(frozen=True, slots=True)
class Changes:
    """What was decided, with the names of who sees to it; the issue and what is of it only for those who read it."""

    own: Sequence[tuple[CorrectiveAction, str]] = ()
    issue: SystemicIssue | None = None
    of_issue: Sequence[tuple[CorrectiveAction, str]] = ()
    others: Sequence[str] = ()  # references of the issue's other cases that the reader may see

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.own or self.issue)


# Built once: putting a statement together costs as much as running it.
_ID = bindparam("id", type_=Uuid())


def _with_owner(condition: ColumnElement[bool]) -> Select[CorrectiveAction, str]:
    found = select(CorrectiveAction, StaffUser.name).join(StaffUser, StaffUser.id == CorrectiveAction.owner_id)
    return found.where(condition).order_by(CorrectiveAction.due_at, CorrectiveAction.id)


_OF_CASE, _OF_ISSUE = _with_owner(CorrectiveAction.case_id == _ID), _with_owner(CorrectiveAction.issue_id == _ID)
_ISSUE = select(SystemicIssue).join(IssueCase, IssueCase.issue_id == SystemicIssue.id).where(IssueCase.case_id == _ID)
_SHARED = (
    select(CorrectiveAction)
    .where(CorrectiveAction.case_id == _ID, CorrectiveAction.shared_words.is_not(None))
    .order_by(CorrectiveAction.due_at, CorrectiveAction.id)
)


def of(case_id: uuid.UUID, actor: Actor) -> Changes:
    """Return what is changed because of a case that the actor may see."""
    own = [(row, name) for row, name in db.session.execute(_OF_CASE, {"id": case_id})]
    issue = db.session.scalar(_ISSUE, {"id": case_id})
    if issue is None or not systemic.may(actor, "read", issue.site_id):
        return Changes(own)
    of_issue = [(row, name) for row, name in db.session.execute(_OF_ISSUE, {"id": issue.id})]
    others = (
        select(Case.reference)
        .join(IssueCase, IssueCase.case_id == Case.id)
        .where(IssueCase.issue_id == issue.id, Case.id != case_id, visible_to(actor))
        .order_by(Case.received_at.desc(), Case.id)
    )
    return Changes(own, issue, of_issue, db.session.scalars(others.limit(MOST)).all())


def shared_in(case_id: uuid.UUID) -> Sequence[CorrectiveAction]:
    """Return what the person of a case may read of what is changed, the first due first."""
    return db.session.scalars(_SHARED, {"id": case_id}).all()
