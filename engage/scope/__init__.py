"""The SQL mirror of policy: which rows an actor may see, and who holds a role for a case."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from engage.domain.case import CaseClass
from engage.domain.lane_policy import LANE_GRANTS, LanePermission
from engage.domain.pen_policy import PEN_GRANTS
from engage.domain.policy import AFTER_ERASURE, GRANTS, NOT_FOR_PANEL, Actor, Party, Permission, Reach, Role
from engage.extensions import db
from engage.models import (
    Absence,
    Appeal,
    Case,
    CaseSubject,
    LaneReport,
    LaneSubject,
    PanelSeat,
    PenGuess,
    ReceivedMail,
    StaffMembership,
    StaffUser,
)
from engage.scope import seats

# Written into the statement, where a partial index is found by it.
_RESTRICTED = literal(CaseClass.RESTRICTED, Case.class_.type, literal_execute=True)
_IN_REACH_OF_FOCAL = and_(Case.class_ == _RESTRICTED, Case.moved_at.is_(None))


# As the partial index has it: SQLite uses one only where the condition is the same, without parameters.
_UNASSESSED = literal_column("\"case\".stage IN ('received', 'acknowledged')", Boolean)


def _reaches(reach: Reach, actor: Actor) -> ColumnElement[bool]:
    assigned = Case.assignee_id == actor.id
    match reach:
        case Reach.SITE:
            return Case.id.is_not(None)
        case Reach.OPEN_CLASS:
            return or_(assigned, Case.class_ == CaseClass.ORDINARY)
        case Reach.ASSIGNED:
            return assigned
        case Reach.RECORDED:
            return or_(assigned, Case.recorded_by_id == actor.id)
        case Reach.SEATED:
            return exists(
                select(PanelSeat.user_id)
                .join(Appeal, Appeal.id == PanelSeat.appeal_id)
                .where(Appeal.case_id == Case.id, PanelSeat.user_id == actor.id)
            )
        case Reach.SEVERE:
            return Case.level >= 4


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Case that holds for exactly the cases the actor may view.

    Every list, count, search, suggestion, export and page passes it; a test compares it with policy.may.
    """
    return _within(actor, Permission.VIEW)


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Case that holds for the cases whose words the actor may read as they were written."""
    return _within(actor, Permission.READ_UNMASKED)


def open_to(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition on Case that holds for the cases with which policy lets a member of staff do this."""
    condition = _within(actor, permission)
    if permission not in AFTER_ERASURE:
        condition = and_(condition, Case.erased_at.is_(None))
    if permission not in NOT_FOR_PANEL:
        return condition
    seated = select(Appeal.case_id).join(PanelSeat, PanelSeat.appeal_id == Appeal.id)
    return and_(condition, or_(Case.class_ == _RESTRICTED, Case.id.not_in(seated.where(PanelSeat.user_id == actor.id))))


def to_sift_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Case that holds for what looks as if a program sent it, as far as the actor judges that.

    Whoever assesses a case, or ends it, has judged that, too.
    """
    return and_(_UNASSESSED, Case.flagged, open_to(actor, Permission.SIFT))


def _within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    if actor.party is Party.PERSON:
        return Case.id == actor.case_id
    if actor.party is Party.SYSTEM:
        return Case.id.is_not(None)
    grants = GRANTS[permission]
    ways: list[ColumnElement[bool]] = []
    for held in sorted(actor.memberships, key=lambda item: (item.role.value, str(item.site_id))):
        if held.role not in grants:
            continue
        way = and_(
            _IN_REACH_OF_FOCAL if held.role is Role.FOCAL else Case.class_ != _RESTRICTED,
            _reaches(grants[held.role], actor),
        )
        ways.append(way if held.site_id is None else and_(Case.site_id == held.site_id, way))
    if not ways:
        return false()
    # Not "not exists": the few cases that are about somebody are looked up once, not once per row.
    about_them = select(CaseSubject.case_id).where(CaseSubject.user_id == actor.id)
    mine = and_(or_(*ways), Case.id.not_in(about_them))
    return and_(mine, Case.id.not_in(seats.undeclared(actor))) if permission is Permission.READ_UNMASKED else mine


# What `visible_to` says of the person of a case, for statements that are built once: they name the case they hold.
HELD = Case.id == bindparam("case_id", type_=Uuid())


class Where(StrEnum):
    """At which sites a role must be held to count for a case."""

    ANY = "any"  # at its site or at all sites
    SITE = "site"  # at its site only
    ALL_SITES = "all_sites"  # at all sites only: the rung above a site's own


# Built once: putting a statement together costs as much as running it.
_HOLDERS = (
    select(StaffMembership.user_id, StaffMembership.role, StaffMembership.site_id)
    .join(StaffUser, StaffUser.id == StaffMembership.user_id)
    .where(
        StaffUser.is_active,
        StaffMembership.counts,
        StaffMembership.role.in_(bindparam("roles", expanding=True)),
        or_(StaffMembership.site_id.is_(None), StaffMembership.site_id == bindparam("site_id")),
        StaffMembership.user_id.not_in(select(CaseSubject.user_id).where(CaseSubject.case_id == bindparam("case_id"))),
    )
    .order_by(StaffMembership.user_id)
)


def people_with(role: Role, case: Case, where: Where = Where.ANY) -> Sequence[uuid.UUID]:
    """Return the ids of the active users who hold the role for the case, its subjects left out.

    A restricted case has nobody but focal points; a focal point has no other case.
    """
    return _holders(case, role)[role, where]


# Whose turn it is where nobody has something yet: the first of these that anybody holds. Source: product 6.
_TURNS = [(role, where) for where in (Where.SITE, Where.ALL_SITES) for role in (Role.COORDINATOR, Role.APPROVER)]
_FOCAL_TURNS = [(Role.FOCAL, Where.SITE), (Role.FOCAL, Where.ALL_SITES)]


# Who stands above them, the nearest first, as the ladder climbs. Source: product 4.
_ABOVE = [(Role.APPROVER, Where.SITE), (Role.APPROVER, Where.ALL_SITES), (Role.COORDINATOR, Where.ALL_SITES)]


def first_at(site_id: uuid.UUID | None, *, but: Collection[uuid.UUID] = ()) -> Sequence[uuid.UUID]:
    """Return who looks after what belongs to a site and to no case, or to no site at all, found as for a case.

    `but` are those whom it may be about.
    """
    return _first(_held(site_id, None, Role.COORDINATOR, Role.APPROVER), _TURNS, but)


def above_at(site_id: uuid.UUID | None, *, but: Collection[uuid.UUID] = ()) -> Sequence[uuid.UUID]:
    """Return who stands above those of `first_at` and may do the same; empty where nobody does."""
    held = _held(site_id, None, Role.COORDINATOR, Role.APPROVER)
    return _first(held, _ABOVE, {*but, *_first(held, _TURNS, but)})


def focal_at(site_id: uuid.UUID | None, *, but: Collection[uuid.UUID] = ()) -> Sequence[uuid.UUID]:
    """Return the focal points of a site, else those of all sites, for what belongs to no single case or no site."""
    return _first(_held(site_id, None, Role.FOCAL), _FOCAL_TURNS, but)


def focal_above(site_id: uuid.UUID | None, *, but: Collection[uuid.UUID] = ()) -> Sequence[uuid.UUID]:
    """Return the focal points who stand above those of `focal_at`: of all sites, and nobody who is none."""
    held = _held(site_id, None, Role.FOCAL)
    return _first(held, _FOCAL_TURNS[1:], {*but, *_first(held, _FOCAL_TURNS, but)})


# Whom of us a mail in the pen may be about: by the cases it may belong to, and by the reports that these became.
PEN_SUBJECTS = union_all(
    select(PenGuess.mail_id, CaseSubject.user_id).join(CaseSubject, CaseSubject.case_id == PenGuess.case_id),
    select(PenGuess.mail_id, LaneSubject.user_id)
    .join(LaneReport, LaneReport.case_id == PenGuess.case_id)
    .join(LaneSubject, LaneSubject.report_id == LaneReport.id),
).subquery("pen_subject")


def pen_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ReceivedMail that holds for what the actor may place of it; see may_in_pen."""
    ways: list[ColumnElement[bool]] = []
    for held in sorted(actor.memberships, key=lambda item: (item.role.value, str(item.site_id))):
        if held.role in PEN_GRANTS:
            own = ReceivedMail.is_restricted.is_(PEN_GRANTS[held.role])
            ways.append(own if held.site_id is None else and_(own, ReceivedMail.site_id == held.site_id))
    about_them = select(PEN_SUBJECTS.c.mail_id).where(PEN_SUBJECTS.c.user_id == actor.id)
    return and_(or_(false(), *ways), ReceivedMail.id.not_in(about_them))


def first_to_tell(case: Case) -> Sequence[uuid.UUID]:
    """Return who is told of a case that nobody has yet.

    The site's coordinators, else its approvers, else coordinators of all sites, never nobody (product 6): else the
    approvers of all sites. For a restricted case the focal points of the site, else those of all sites.
    """
    if case.class_ is CaseClass.RESTRICTED:
        focal = _holders(case, Role.FOCAL)
        return focal[Role.FOCAL, Where.SITE] or focal[Role.FOCAL, Where.ALL_SITES]
    held = _holders(case, Role.COORDINATOR, Role.APPROVER)
    return next((held[turn] for turn in _TURNS if held[turn]), ())


def in_lane_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on LaneReport that holds for exactly the reports the actor may view; see may_in_lane."""
    if actor.party is Party.PERSON:
        return LaneReport.id == actor.case_id
    sites = {held.site_id for held in actor.memberships if held.role in LANE_GRANTS[LanePermission.VIEW]}
    if actor.party is Party.SYSTEM or not sites:
        return false()
    about_them = select(LaneSubject.report_id).where(LaneSubject.user_id == actor.id)
    here = LaneReport.id.is_not(None) if None in sites else LaneReport.site_id.in_(sites)
    return and_(here, LaneReport.id.not_in(about_them))


def focal_points(report: LaneReport, *, all_sites: bool = False) -> Sequence[uuid.UUID]:
    """Return who is told of a report: the focal points of its site, else those of all sites; nobody it is about."""
    return _in_lane(report, Role.FOCAL, all_sites=all_sites)


def rights_leads(report: LaneReport) -> Sequence[uuid.UUID]:
    """Return who is told that the lane holds something: the leads of the site, else those of all sites."""
    return _in_lane(report, Role.RIGHTS_LEAD)


def _in_lane(report: LaneReport, role: Role, *, all_sites: bool = False) -> Sequence[uuid.UUID]:
    held, about = _held(report.site_id, None, role), report.facts.subjects
    turns = (Where.ALL_SITES,) if all_sites else (Where.SITE, Where.ALL_SITES)
    free = ([user_id for user_id in held[role, where] if user_id not in about] for where in turns)
    return next((people for people in free if people), [])


def replacements(now: datetime) -> Mapping[uuid.UUID, uuid.UUID]:
    """Return who stands in for whom at the instant: of those who are away, whose replacement can sign in."""
    rows = db.session.execute(
        select(Absence.user_id, Absence.replacement_id)
        .join(StaffUser, StaffUser.id == Absence.replacement_id)
        .where(Absence.starts_at <= now, Absence.ends_at > now, StaffUser.is_active)
        .order_by(Absence.set_at)
    )
    return {absent: replacement for absent, replacement in rows}


def _holders(case: Case, *roles: Role) -> Mapping[tuple[Role, Where], Sequence[uuid.UUID]]:
    """Who holds each of the roles for the case, and where."""
    nobody: dict[tuple[Role, Where], Sequence[uuid.UUID]] = {(role, where): [] for role in roles for where in Where}
    fitting = [role for role in roles if (case.class_ is CaseClass.RESTRICTED) is (role is Role.FOCAL)]
    return {**nobody, **_held(case.site_id, case.id, *fitting)} if fitting else nobody


def _first(
    held: Mapping[tuple[Role, Where], Sequence[uuid.UUID]],
    turns: Sequence[tuple[Role, Where]],
    but: Collection[uuid.UUID],
) -> Sequence[uuid.UUID]:
    """Whoever is left on the first of the turns that has anybody."""
    left = ([user_id for user_id in held[turn] if user_id not in but] for turn in turns)
    return next((people for people in left if people), [])


def _held(
    site_id: uuid.UUID | None, case_id: uuid.UUID | None, *roles: Role
) -> Mapping[tuple[Role, Where], Sequence[uuid.UUID]]:
    """Who holds each of the roles where, with one statement."""
    found: dict[tuple[Role, Where], list[uuid.UUID]] = {(role, where): [] for role in roles for where in Where}
    given = {"roles": roles, "site_id": site_id, "case_id": case_id}
    for user_id, role, at in db.session.execute(_HOLDERS, given):
        for where in (Where.ANY, Where.ALL_SITES if at is None else Where.SITE):
            if user_id not in found[role, where]:
                found[role, where].append(user_id)
    return found
