"""Training of our people: written down by administrators, and roles that rest where it ran out.

A role that rests stays in the list of roles and opens nothing: `StaffMembership.counts` says so to policy, scope and
notices at once. It never leaves a site with nobody who is told of what comes in: then the role goes on, and
administrators are told that it should not.
"""

import logging
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engage import clock
from engage.domain import training as rules
from engage.domain.administration import may_train, require_sites
from engage.domain.guards import stop_if
from engage.domain.policy import Actor, Membership, NotAllowed
from engage.domain.training import Course
from engage.extensions import db
from engage.models import Site, StaffMembership, StaffUser, TrainingRecord
from engage.notify import account_rules
from engage.queries import staffing
from engage.services import leaving, people
from engage.services.audit import Change, note
from engage.services.handed import counted
from engage.services.sites import SHIPPED
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A course somebody took, as an administrator writes it down."""

    course: str
    taken_on: date
    evidence: str


@lru_cache(maxsize=1)
def courses() -> tuple[Course, ...]:
    """Return the shipped courses."""
    return rules.read_courses(tomllib.loads((SHIPPED / "training.toml").read_text("utf-8")))


def record(user_id: uuid.UUID, taken: Taken, *, actor: Actor) -> None:
    """Write down that somebody took a course; a role of theirs that rested for it opens again.

    Raises:
        NotAllowed: the user has no role at the actor's sites, or is the actor.
        Refused: there is no such course, it was not taken yet or long ago, or nothing shows it.
    """
    user = people.locked(user_id)
    if not may_train(actor, user_id, people.memberships_of(user)):
        raise NotAllowed("training")
    now = clock.utcnow()
    stop_if(rules.why_not_record(taken.course, taken.taken_on, taken.evidence, courses(), now.date()))
    row = TrainingRecord(id=uuid.uuid4(), user_id=user_id, recorded_by_id=actor.id, recorded_at=now, **_plain(taken))
    db.session.add(row)
    told: dict[str, object] = {"course": taken.course, "taken_on": taken.taken_on.isoformat()}
    note(Change.TRAINING_RECORDED, actor=actor, subject_id=user_id, after=told)
    review_one(user)


def demand(code: str, since: date | None, *, actor: Actor) -> None:
    """Let roles at the site need their training from a day on; None lets all of them open again.

    Roles at all sites follow the group intake.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
    """
    site = db.session.scalars(select(Site).where(Site.code == code).with_for_update()).one()
    require_sites(actor, [None if site.is_group_intake else site.id])
    before, site.training_since = site.training_since, since
    if before == since:
        return
    note(
        Change.TRAINING_DEMANDED,
        actor=actor,
        subject_id=site.id,
        before={"since": before.isoformat() if before else None},
        after={"since": since.isoformat() if since else None},
    )
    db.session.flush()
    for user_id in _concerned(site):
        review_one(people.locked(user_id))


def review() -> int:
    """Let roles rest whose training ran out, and tell who will be next; return how many changed. Safe to run twice.

    Each person is a unit of work of its own; one that fails stops no other.
    """
    demanding = select(Site.id).where(Site.training_since.is_not(None))
    if db.session.scalar(demanding.limit(1)) is None:
        return 0
    active = db.session.scalars(select(StaffUser.id).where(StaffUser.is_active).order_by(StaffUser.id)).all()
    count = 0
    for user_id in active:
        try:
            with unit_of_work():
                count += review_one(people.locked(user_id))
        except Exception:  # one person must not keep the roles of the others open; tried again by the next run
            log.exception("the training of %s could not be reviewed", user_id)
    return count


def review_one(user: StaffUser) -> int:
    """Let each role of the user rest or open as their training says now; return how many changed."""
    now, taken, sites = clock.utcnow(), taken_by(user.id), _sites(user)
    changed = 0
    for row in sorted(user.memberships if user.is_active else (), key=lambda one: (one.role.value, str(one.site_id))):
        site = sites.get(row.site_id)
        since = site.training_since if site is not None else None
        on = rules.rests_from(row.role, courses(), taken, since) if since is not None else None
        today = _today(site, row, now) if site is not None else now.date()
        if on is None or today < on:
            changed += _open(user, row)
            if on is not None and rules.is_told_of(on, today):
                account_rules.training_ends(user, row.site_id, on)
        elif row.counts:
            changed += _rest(user, row, on)
    return changed


def taken_by(user_id: uuid.UUID) -> dict[str, date]:
    """Return the day on which each course was taken last, by its code."""
    rows = db.session.execute(
        select(TrainingRecord.course, TrainingRecord.taken_on)
        .where(TrainingRecord.user_id == user_id)
        .order_by(TrainingRecord.taken_on)
    )
    return {course: taken_on for course, taken_on in rows}


def _plain(taken: Taken) -> Mapping[str, object]:
    return {"course": taken.course, "taken_on": taken.taken_on, "evidence": taken.evidence.strip()}


def _concerned(site: Site) -> list[uuid.UUID]:
    here = StaffMembership.site_id == site.id
    if site.is_group_intake:
        here |= StaffMembership.site_id.is_(None)
    held = select(StaffMembership.user_id).where(here)
    active = select(StaffUser.id).where(StaffUser.is_active, StaffUser.id.in_(held))
    return list(db.session.scalars(active.order_by(StaffUser.id)))


def _sites(user: StaffUser) -> dict[uuid.UUID | None, Site]:
    """The sites of the user's roles; the group intake stands for all of them."""
    held = {row.site_id for row in user.memberships if row.site_id is not None}
    rows = db.session.scalars(select(Site).where(Site.id.in_(held) | Site.is_group_intake)).all()
    found: dict[uuid.UUID | None, Site] = {site.id: site for site in rows}
    found |= {None: site for site in rows if site.is_group_intake}  # noqa: B035 - there is one at most
    return found


def _today(site: Site, row: StaffMembership, now: datetime) -> date:
    return now.astimezone(ZoneInfo(site.time_zone if row.site_id is not None else "UTC")).date()


def _open(user: StaffUser, row: StaffMembership) -> int:
    if row.counts:
        return 0
    row.suspended_at = None
    db.session.flush()
    note(Change.ROLE_OPENED, actor=None, subject_id=user.id, after={"role": _code(row)})
    return 1


def _rest(user: StaffUser, row: StaffMembership, on: date) -> int:
    before = staffing.held()
    row.suspended_at = clock.utcnow()
    db.session.flush()
    if _leaves_nobody(before, row):
        row.suspended_at = None
        db.session.flush()
        log.error("a role whose training ran out goes on, since nobody else holds it: name somebody, or train them")
        account_rules.cannot_rest(user, row.site_id, on)
        return 0
    found = leaving.hand_over(user)
    note(Change.ROLE_RESTS, actor=None, subject_id=user.id, after={"role": _code(row), **counted(found)})
    account_rules.role_rests(user, row.site_id, on)
    return 1


def _leaves_nobody(before: staffing.Held, row: StaffMembership) -> bool:
    """Whether a site has lost by it whoever is told of new concerns, restricted or not, or all have lost their
    administrator. Where nobody was before nothing is lost."""
    after = staffing.held()
    sites = [site_id for site_id, _ in staffing.open_sites() if row.site_id in (None, site_id)]
    lost = (
        (before.hears_of_new(site_id) and not after.hears_of_new(site_id))
        or (before.sits(staffing.FOCAL, site_id) and not after.sits(staffing.FOCAL, site_id))
        for site_id in sites
    )
    return any(lost) or (before.has_admin and not after.has_admin)


def _code(row: StaffMembership) -> str:
    return people.codes_of([Membership(row.role, row.site_id)])[0]
