"""Tasks as pages show them."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from engage.domain import policy, tasks
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, Site, StaffMembership, StaffUser, Statement, Task
from engage.scope import readable_by


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One task, with what the reader may do with it."""

    task: Task
    case: Case | None
    title: str | None  # of the case
    site_name: str
    time_zone: str
    owner: str
    added_by: str | None
    can_take: bool
    can_settle: bool  # end it, or give it to somebody else


def page(task_id: uuid.UUID, actor: Actor) -> TaskPage | None:
    """Return the task, or None: there is none, or the actor may not read it or its case as they were written."""
    owner, giver = aliased(StaffUser), aliased(StaffUser)
    row = db.session.execute(
        select(Task, Site.name, Site.time_zone, owner.name.label("owner"), giver.name.label("giver"))
        .join(Site, Site.id == Task.site_id)
        .join(owner, owner.id == Task.owner_id)
        .outerjoin(giver, giver.id == Task.added_by_id)
        .where(Task.id == task_id)
    ).one_or_none()
    if row is None:
        return None
    task: Task = row.Task
    found = None
    if task.case_id is not None:
        wanted = select(Case, Statement.title).join(Statement, Statement.case_id == Case.id)
        found = db.session.execute(wanted.where(Case.id == task.case_id, readable_by(actor))).one_or_none()
        if found is None:
            return None
        works = policy.may(actor, Permission.TASK, found.Case.facts)
        directs = policy.may(actor, Permission.ASSIGN, found.Case.facts)
    else:
        works, directs = tasks.works_at(actor, task.site_id), tasks.directs_at(actor, task.site_id)
        if not works and task.owner_id != actor.id:
            return None
    is_open = task.finished_at is None
    return TaskPage(
        task=task,
        case=found.Case if found else None,
        title=found.title if found else None,
        site_name=row.name,
        time_zone=row.time_zone,
        owner=row.owner,
        added_by=row.giver,
        can_take=is_open and works and task.owner_id != actor.id,
        can_settle=is_open and (directs or actor.id in (task.owner_id, task.added_by_id)),
    )


def workers_at(site_ids: list[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Return the active people who work at all of the sites, by name: whoever may be given a task there."""
    rows = db.session.execute(
        select(StaffUser.id, StaffUser.name, StaffMembership.site_id)
        .join(StaffMembership, StaffMembership.user_id == StaffUser.id)
        .where(StaffUser.is_active, StaffMembership.counts, StaffMembership.role.in_(sorted(tasks.WORKERS)))
        .order_by(StaffUser.name, StaffUser.id)
    )
    held: dict[tuple[uuid.UUID, str], set[uuid.UUID | None]] = {}
    for user_id, name, site_id in rows:
        held.setdefault((user_id, name), set()).add(site_id)
    wanted = set(site_ids)
    return [who for who, sites in held.items() if None in sites or wanted <= sites]


def sites_of(actor: Actor) -> list[tuple[uuid.UUID, str, str]]:
    """Return the open sites where the actor may have tasks that belong to no case: id, name and time zone."""
    rows = db.session.execute(
        select(Site.id, Site.name, Site.time_zone).where(Site.is_open).order_by(Site.is_group_intake, Site.name)
    )
    return [(site_id, name, zone) for site_id, name, zone in rows if tasks.works_at(actor, site_id)]
