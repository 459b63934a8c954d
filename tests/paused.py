"""Pauses of a case, as tests set and read them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.guards import Refused
from engage.extensions import db
from engage.models import OutboxMessage, Pause
from engage.models.promise import HELD
from engage.queries import promises
from engage.services import pauses, sites
from engage.services.deadline_rows import zone_of
from engage.services.pauses import Stop
from tests.promised import rows_of
from tests.states import act, case_of

DAY = timedelta(days=1)
QUESTION = "Which well do you mean?"
ELDERS = "The council of elders, at its meeting in the school."


def stop(reference, clock, actor, days=10, code="waiting_for_person", **values):
    asked_by = None if code == "waiting_for_person" else ELDERS
    values = {"words": QUESTION, "ends_at": clock.now + days * DAY, "asked_by": asked_by, **values}
    act(reference, pauses.pause, Stop(code, **values), actor=actor)
    return pauses_of(reference)[-1]


def pauses_of(reference):
    wanted = select(Pause).where(Pause.case_id == case_of(reference).id).order_by(Pause.starts_at)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def refused(why, *args, **values):
    with pytest.raises(Refused) as caught:
        stop(*args, **values)
    assert caught.value.refusal.code == why


def told():
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def explained(reference):
    """Every date that runs is the end of its own explanation, and not merely taken as told; return the steps."""
    found = []
    case = case_of(reference)
    for row in rows_of(reference):
        if row.ended_at is None and row.promise.can_pause:
            counted = promises.clock_of(
                row, pauses_of(reference), zone=zone_of(case), limits=sites.rules_for(case).pause_limits
            )
            assert (counted.due_at or HELD) == row.due_at
            assert counted.pauses or not row.total_pause
            found.append(counted.explain())
    return found
