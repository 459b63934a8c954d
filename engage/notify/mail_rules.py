"""Who is told that mail waits in the holding pen: neutral sentences that name no mail and no case."""

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from engage.domain.notice_groups import StaffRoad
from engage.domain.pen_reminders import LONGEST_BETWEEN, Turn, fell_due
from engage.extensions import db
from engage.models import OutboxMessage, ReceivedMail
from engage.notify import outbox
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.timing import StaffHours
from engage.notify.to_users import to_users
from engage.scope import PEN_SUBJECTS, above_at, first_at, focal_above, focal_at

log = logging.getLogger(__name__)
TO_SORT, WAITS = "mail_to_sort", "mail_waits"
_NOBODY = "mail waits in the holding pen and there is nobody to tell: name a coordinator, and a focal point"


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits at one place, or at none, since an instant; it is never told to anybody whom it may be about."""

    site_id: uuid.UUID | None
    is_restricted: bool
    came_at: datetime
    about: frozenset[uuid.UUID] = frozenset()


@dataclass(slots=True)
class _Word:
    """What one reader is to hear: since when it is due, and from which sites."""

    since: datetime
    sites: set[uuid.UUID | None] = field(default_factory=set)


_Reader = tuple[uuid.UUID, str]  # who, and by which message


def tell_of_pen(mail: ReceivedMail, *, now: datetime) -> None:
    """Tell whoever looks after the site that a mail waits, or those of all sites; of a restricted one its focal points.

    Each hears once an hour at most.
    """
    about = select(PEN_SUBJECTS.c.user_id).where(PEN_SUBJECTS.c.mail_id == mail.id)
    subjects = db.session.scalars(about).all()
    people = (focal_at if mail.is_restricted else first_at)(mail.site_id, but=subjects)
    if not people:
        log.error(_NOBODY)
    template = NEUTRAL_FOR_STAFF if mail.is_restricted else TO_SORT
    hour = now.replace(minute=0, second=0, microsecond=0)
    key = f"{TO_SORT}:{template}:{hour.isoformat()}"
    owed = to_users(people, template, key, is_shared=True, site_id=mail.site_id)
    outbox.enqueue(*(outbox.once_an_hour(one, hour) for one in owed))


def remind_of_pen(piles: Iterable[Pile], *, now: datetime) -> int:
    """Tell again of what waits, each reader with one notice for all of it, once a day at most; return how many.

    Who was told since it fell due, or has a notice that has not left yet, hears nothing new.
    """
    words = _words(piles, now)
    told = _told(words, now)
    count = 0
    for (user_id, template), word in words.items():
        key, last = _key(template, now), told.get((user_id, template))
        if last is not None and (last[0] >= word.since or f"{key}:{user_id}" in last[1]):
            continue
        site_id = next(iter(word.sites)) if len(word.sites) == 1 else None
        owed = to_users([user_id], template, key, site_id=site_id, not_before=_leaving(template, word.sites, now))
        outbox.enqueue(*owed)
        count += len(owed)
    return count


def _words(piles: Iterable[Pile], now: datetime) -> Mapping[_Reader, _Word]:
    """Who is to hear, each since the newest time at which something fell due for them."""
    people: dict[tuple[object, ...], Mapping[Turn, Sequence[uuid.UUID]]] = {}
    found: dict[_Reader, _Word] = {}
    for pile in piles:
        place = (pile.site_id, pile.is_restricted, pile.about)
        if place not in people:
            people[place] = _people(pile)
        for turn, readers in people[place].items():
            if (since := fell_due(turn, pile.came_at, now)) is None:
                continue
            for user_id in readers:
                word = found.setdefault((user_id, NEUTRAL_FOR_STAFF if pile.is_restricted else WAITS), _Word(since))
                word.since = max(word.since, since)
                word.sites.add(pile.site_id)
    if not all(turns[Turn.SORTING] for turns in people.values()):
        log.error(_NOBODY)
    return found


def _people(pile: Pile) -> Mapping[Turn, Sequence[uuid.UUID]]:
    """Who hears whose turn it is. Where nobody stands above those who sort, they hear in their place."""
    first, above = (focal_at, focal_above) if pile.is_restricted else (first_at, above_at)
    sorting = first(pile.site_id, but=pile.about)
    return {Turn.SORTING: sorting, Turn.ABOVE: above(pile.site_id, but=pile.about) or sorting}


def _key(template: str, day: datetime) -> str:
    return f"{WAITS}:{template}:{day.date().isoformat()}"


def _told(words: Collection[_Reader], now: datetime) -> Mapping[_Reader, tuple[datetime, Collection[str]]]:
    """When each was told last, or is to be when their hours begin, and by the notices of which days."""
    keys = {
        f"{_key(template, now - timedelta(days=back))}:{user_id}": (user_id, template)
        for user_id, template in words
        for back in range(LONGEST_BETWEEN.days + 1)
    }
    rows = select(OutboxMessage.dedupe_key, OutboxMessage.not_before).where(OutboxMessage.dedupe_key.in_(keys))
    found: dict[_Reader, tuple[datetime, set[str]]] = {}
    for key, at in db.session.execute(rows):
        last, days = found.get(keys[key], (at, set()))
        found[keys[key]] = (max(last, at), days | {key})
    return found


def _leaving(template: str, sites: Collection[uuid.UUID | None], now: datetime) -> datetime:
    """When it may leave: in the working hours of one of the sites; at once what belongs to no site."""
    hours = [StaffHours(one).leaving(template, StaffRoad.MAIL).at for one in sites if one is not None]
    return min(hours) if hours and None not in sites else now
