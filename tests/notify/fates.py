"""Notices in every state in which one can stand, for the tests of what is shown of them."""

import uuid
from datetime import timedelta

from sqlalchemy import update

from engage import clock
from engage.domain.delivery import NoticeState, Outcome
from engage.extensions import db
from engage.models import DeliveryAttempt, OutboxMessage
from engage.services import undelivered
from engage.unit_of_work import unit_of_work
from tests.notify.letters import a_notice, row_of


def values_of(state: NoticeState) -> dict[str, object]:
    """What the row of a notice in the state holds."""
    now = clock.utcnow()
    return {
        NoticeState.WAITING: {},
        NoticeState.CLAIMED: {"claimed_at": now, "not_before": now + timedelta(minutes=5), "attempts": 1},
        NoticeState.SENT: {"sent_at": now, "road": "email"},
        NoticeState.BOUNCED: {"sent_at": now, "road": "email", "bounced_at": now, "last_error": "5.1.1"},
        NoticeState.DEAD: {"dead_at": now, "last_error": "refused 550 5.1.1"},
        NoticeState.REPLACED: {"replaced_at": now},
    }[state]


def set_on(key: str, **values) -> uuid.UUID:
    """Change the row of a notice; returns its id."""
    if values:
        with unit_of_work():
            db.session.execute(update(OutboxMessage).where(OutboxMessage.dedupe_key == key).values(**values))
    return row_of(key).id


def in_state(state: NoticeState, reference: str | None, **values) -> uuid.UUID:
    """Owe a notice and put its row into the state; returns its id. `road_taken` is by which it left."""
    more = {name: values.pop(name) for name in ("created_at", "not_before", "attempts", "last_error") if name in values}
    if "road_taken" in values:
        more["road"] = values.pop("road_taken")
    return set_on(a_notice(reference, **values), **{**values_of(state), **more})


def came_back(reference: str, reason: str = "5.1.1", **values) -> uuid.UUID:
    """A notice that left and came back, with all that follows; returns its id."""
    notice_id = in_state(NoticeState.SENT, reference, **values)
    with unit_of_work():
        assert undelivered.bounced(notice_id, reason)
    return notice_id


def tried(notice_id: uuid.UUID, outcome: Outcome = Outcome.DEFERRED, reason: str | None = "deferred 451") -> None:
    """Keep a line of an attempt."""
    values = {"id": uuid.uuid4(), "outbox_message_id": notice_id, "at": clock.utcnow(), "road": "email"}
    with unit_of_work():
        db.session.add(DeliveryAttempt(**values, outcome=outcome, reason=reason))
