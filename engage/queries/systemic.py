"""What keeps happening at the reader's sites; its cases only as far as the reader may see them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from engage.domain.case import CaseClass
from engage.domain.policy import Actor
from engage.domain.systemic import READS
from engage.extensions import db
from engage.models import (
    Case,
    CaseSubject,
    CorrectiveAction,
    IssueCase,
    Site,
    StaffMembership,
    StaffUser,
    Statement,
    SystemicIssue,
)
from engage.scope import readable_by, visible_to

MOST = 200  # Ours: more than anybody reads of one page; the open ones come first.


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    issue: SystemicIssue
    site: Site
    cases: int
    open_actions: int


@dataclass(frozen=True, slots=True)
class Member:
    """A case of an issue that the reader may see."""

    reference: str
    title: str
    community: str | None


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One issue, its actions with their owners, and those of its cases that the reader may see."""

    issue: SystemicIssue
    site: Site
    actions: Sequence[tuple[CorrectiveAction, str]]
    of_cases: Sequence[tuple[CorrectiveAction, str, str]]  # of single cases the reader may read, with their reference
    members: Sequence[Member]
    count: int  # of all its cases but the restricted, and those about the reader: they do not exist for them


def _readable(actor: Actor) -> ColumnElement[bool]:
    held = {one.site_id for one in actor.memberships if one.role in READS}
    return true() if None in held else SystemicIssue.site_id.in_(held)


def _cases(actor: Actor) -> Select[int]:
    """Count cases. One that is about the reader is not counted: what is missing in the list would be exactly that."""
    joined = select(func.count()).select_from(IssueCase).join(Case, Case.id == IssueCase.case_id)
    about_them = select(CaseSubject.case_id).where(CaseSubject.user_id == actor.id)
    return joined.where(Case.class_ != CaseClass.RESTRICTED, Case.id.not_in(about_them))


def issues_for(actor: Actor) -> list[Listed]:
    """Return what keeps happening at the reader's sites, open ones first, the newest first."""
    size = _cases(actor).where(IssueCase.issue_id == SystemicIssue.id).scalar_subquery()
    left = (
        select(func.count())
        .where(CorrectiveAction.issue_id == SystemicIssue.id, CorrectiveAction.finished_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(SystemicIssue, Site, size, left)
        .join(Site, Site.id == SystemicIssue.site_id)
        .where(_readable(actor))
        .order_by(SystemicIssue.closed_at.is_not(None), SystemicIssue.opened_at.desc(), SystemicIssue.id)
        .limit(MOST)
    )
    return [Listed(*row) for row in rows]


def issue_page(issue_id: uuid.UUID, actor: Actor) -> IssuePage:
    """Return one issue.

    Raises:
        NoResultFound: there is none, or it is at no site of the reader's.
    """
    issue, site = db.session.execute(
        select(SystemicIssue, Site)
        .join(Site, Site.id == SystemicIssue.site_id)
        .where(SystemicIssue.id == issue_id, _readable(actor))
    ).one()
    actions = db.session.execute(
        select(CorrectiveAction, StaffUser.name)
        .join(StaffUser, StaffUser.id == CorrectiveAction.owner_id)
        .where(CorrectiveAction.issue_id == issue_id)
        .order_by(CorrectiveAction.due_at, CorrectiveAction.id)
    )
    of_cases = db.session.execute(
        select(CorrectiveAction, StaffUser.name, Case.reference)
        .join(StaffUser, StaffUser.id == CorrectiveAction.owner_id)
        .join(Case, Case.id == CorrectiveAction.case_id)
        .join(IssueCase, IssueCase.case_id == Case.id)
        .where(IssueCase.issue_id == issue_id, Case.erased_at.is_(None), readable_by(actor))
        .order_by(CorrectiveAction.due_at, CorrectiveAction.id)
        .limit(MOST)
    )
    members = db.session.execute(
        select(Case.reference, Statement.title, Statement.community)
        .join(IssueCase, IssueCase.case_id == Case.id)
        .join(Statement, Statement.case_id == Case.id)
        .where(IssueCase.issue_id == issue_id, visible_to(actor))
        .order_by(Case.received_at.desc())
        .limit(MOST)
    )
    count = db.session.scalar(_cases(actor).where(IssueCase.issue_id == issue_id)) or 0
    shown = [Member(*row) for row in members]
    own = [(row, name) for row, name in actions]
    theirs = [(row, name, reference) for row, name, reference in of_cases]
    return IssuePage(issue, site, own, theirs, shown, count)


def owners_at(site_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return who may see to something at the site, by name."""
    rows = db.session.execute(
        select(StaffUser.id, StaffUser.name)
        .join(StaffMembership, StaffMembership.user_id == StaffUser.id)
        .where(
            StaffUser.is_active,
            StaffMembership.counts,
            StaffMembership.role.in_(READS),
            or_(StaffMembership.site_id.is_(None), StaffMembership.site_id == site_id),
        )
        .distinct()
        .order_by(StaffUser.name, StaffUser.id)
    )
    return [(user_id, name) for user_id, name in rows]
