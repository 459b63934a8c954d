"""When sites work, and which days their communities keep for themselves. Nothing of any case is read here."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, true

from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Closure, CommunityPeriod, Site
from engage.working_hours import calendar_of as calendar_of
from engage.working_hours import closed_periods as closed_periods
from engage.working_hours import countries as countries
from engage.working_hours import hours_of as hours_of
from engage.working_hours import public_holidays as public_holidays
from engage.working_hours import regions as regions


@dataclass(frozen=True, slots=True)
class Free:
    """A day or more on which a site does not work, and why."""

    first: date
    last: date
    reason: str
    is_holiday: bool


def sites_of(actor: Actor) -> Sequence[Site]:
    """Return the sites at which the actor holds a role, by name; a role at all sites is one at each."""
    held = {one.site_id for one in actor.memberships}
    own = true() if None in held else Site.id.in_(held)
    return db.session.scalars(select(Site).where(own).order_by(Site.is_group_intake, Site.name)).all()


def closures(site_id: uuid.UUID, *, since: date) -> Sequence[Closure]:
    """Return the closures of a site that are not over on the day, the next first."""
    wanted = select(Closure).where(Closure.site_id == site_id, Closure.last_day >= since)
    return db.session.scalars(wanted.order_by(Closure.first_day, Closure.last_day, Closure.reason)).all()


def free_days(site_id: uuid.UUID, *, since: date, until: date) -> Sequence[Free]:
    """Return public holidays and closures of a site between two days, both included, in their order."""
    hours = hours_of(site_id)
    found = [Free(row.first_day, row.last_day, row.reason, False) for row in closures(site_id, since=since)]
    kept = public_holidays(hours.country, hours.region) if hours else {}
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        if day in kept:
            found.append(Free(day, day, kept[day], True))
    return sorted((one for one in found if one.first <= until), key=lambda one: (one.first, one.last, one.reason))


def community_periods(site_id: uuid.UUID, first: date, last: date) -> Sequence[CommunityPeriod]:
    """Return the days that communities of a site keep for themselves, as far as they overlap the days given.

    Days are those of the site; both ends are included. The reason's code is one of the site's pause reasons.
    """
    return db.session.scalars(
        select(CommunityPeriod)
        .where(CommunityPeriod.site_id == site_id, CommunityPeriod.first_day <= last, CommunityPeriod.last_day >= first)
        .order_by(CommunityPeriod.first_day, CommunityPeriod.community, CommunityPeriod.id)
    ).all()


def coming_periods(site_id: uuid.UUID, since: date) -> Sequence[CommunityPeriod]:
    """Return the days of communities of a site that are not over on the day, the next first."""
    return community_periods(site_id, since, date.max)
