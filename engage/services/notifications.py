"""What a member of staff was told: seen one by one or all at once, and by which road they want to be told."""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update

from engage import clock
from engage.domain.notice_groups import ROADS, NoticeGroup, StaffRoad
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import NoticePreference, OutboxMessage
from engage.queries import notifications
from engage.queries.notifications import Notification
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def opened(notification_id: uuid.UUID, *, actor: Actor) -> Notification:
    """Mark one of the actor's own as seen and return it. Doing it again changes nothing.

    Raises:
        NoResultFound: it is not theirs, or of a case that they may see no longer.
    """
    found = notifications.one(actor, notification_id)
    _see(actor, OutboxMessage.id == notification_id)
    return found


def see_all(until: datetime, *, actor: Actor) -> None:
    """Mark as seen whatever the actor was told up to the instant at which their page was drawn."""
    _see(actor, OutboxMessage.created_at <= until)


def see_case(case_id: uuid.UUID, until: datetime, *, actor: Actor) -> None:
    """Mark as seen what the actor was told until the instant of a case that they read or do something with."""
    _see(actor, OutboxMessage.case_id == case_id, OutboxMessage.created_at <= until)


def note_look(case_id: uuid.UUID, actor: Actor, until: datetime) -> None:
    """Mark as seen what the actor was told of a case until its page was read.

    Opens its own short unit of work, so call it when the page is made, outside of any other. Safe to run twice. A
    failure is logged and never raised: a page is not refused because the bell could not be cleared.
    """
    try:
        with unit_of_work():
            see_case(case_id, until, actor=actor)
    except Exception as error:
        log.error("a look at case %s by %s did not clear the bell: %s", case_id, actor.id, type(error).__name__)


def _see(actor: Actor, *which: ColumnElement[bool]) -> None:
    now = clock.utcnow()
    db.session.execute(
        update(OutboxMessage)
        .where(notifications.shown_to(actor, now), OutboxMessage.seen_at.is_(None), *which)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def choose_roads(chosen: Mapping[NoticeGroup, StaffRoad], *, actor: Actor) -> None:
    """Let the actor be told of each group by the road chosen.

    Raises:
        ValueError: a group cannot go by that road.
    """
    if wrong := [group for group, road in chosen.items() if road not in ROADS[group]]:
        raise ValueError(f"no road for {wrong[0].value}")
    db.session.execute(delete(NoticePreference).where(NoticePreference.user_id == actor.id))
    db.session.add_all(NoticePreference(user_id=actor.id, group=group, road=road) for group, road in chosen.items())
