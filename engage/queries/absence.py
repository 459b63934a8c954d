"""Who is away, until when, and who stands in for them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage.domain.absence import fits, follow, may_set
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Absence, Site, StaffUser
from engage.scope import replacements


def replacement_for(user_id: uuid.UUID, now: datetime) -> uuid.UUID | None:
    """Return the active colleague who stands in for the user at the instant, or None: not away, or nobody does.

    Where the replacement is away too, whoever stands in for them. Whether they may know of a case is not asked here.
    """
    return follow(user_id, replacements(now))


def away_until(now: datetime) -> Mapping[uuid.UUID, datetime]:
    """Return until when those are away who are, by their id."""
    rows = db.session.execute(
        select(Absence.user_id, Absence.ends_at)
        .where(Absence.starts_at <= now, Absence.ends_at > now)
        .order_by(Absence.ends_at)
    )
    return {user_id: ends_at for user_id, ends_at in rows}


def replaced_by(user_id: uuid.UUID, now: datetime) -> Sequence[uuid.UUID]:
    """Return for whom the user stands in at the instant."""
    held = replacements(now)
    return sorted(absent for absent in held if follow(absent, held) == user_id)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody whose absence the reader may set."""

    id: uuid.UUID
    name: str
    actor: Actor
    time_zone: str  # of their sites; UTC for whoever works in several
    away_until: datetime | None


def colleagues(actor: Actor, now: datetime) -> list[Colleague]:
    """Return everybody whose absence the actor may set, by name, the actor among them."""
    zones = {site_id: zone for site_id, zone in db.session.execute(select(Site.id, Site.time_zone))}
    away = away_until(now)
    found = []
    for user in _people():
        if may_set(actor, user.actor):
            places = {zones.get(held.site_id, "UTC") if held.site_id else "UTC" for held in user.memberships}
            zone = places.pop() if len(places) == 1 else "UTC"
            found.append(Colleague(user.id, user.name, user.actor, zone, away.get(user.id)))
    return found


def candidates(absent: Actor) -> list[tuple[uuid.UUID, str]]:
    """Return who could stand in for somebody, by name: those who may do the same work at the same places."""
    return [(user.id, user.name) for user in _people() if user.id != absent.id and fits(user.actor, absent)]


def names() -> dict[uuid.UUID, str]:
    """Return the names of everybody who works here."""
    return {user.id: user.name for user in _people()}


def _people() -> Sequence[StaffUser]:
    wanted = select(StaffUser).where(StaffUser.is_active).order_by(StaffUser.name, StaffUser.id)
    return db.session.scalars(wanted).all()


def of(user_id: uuid.UUID, now: datetime) -> Sequence[Absence]:
    """Return the absences of the user that are not over, the next first."""
    wanted = select(Absence).where(Absence.user_id == user_id, Absence.ends_at > now)
    return db.session.scalars(wanted.order_by(Absence.starts_at)).all()
