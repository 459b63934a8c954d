"""Reports of the restricted lane in the states that tests need. They get there by the use cases."""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import select

from engage.domain.lane import AgeGroup, How, Step
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import LaneEvent, LaneReport, OutboxMessage
from engage.services import intake as concerns
from engage.services.lane import intake, steps
from engage.services.lane.intake import Taken, Told
from engage.services.lane.record import lock
from engage.unit_of_work import unit_of_work
from tests.states import Team

WORDS = "Zqxheron by the weighbridge"
SERVICE = "Zqxclinic, room 4"


def a_report(site_id: uuid.UUID | None, token: str | None = None, **values: Any) -> Taken:
    """A report that just came in."""
    told = Told(**{"words": WORDS, **values})
    with unit_of_work():
        return intake.submit(token or concerns.new_token(), told, site_id=site_id)


def her(taken: Taken) -> Actor:
    """Whoever holds the code."""
    return Actor(id=None, party=Party.PERSON, case_id=taken.report_id)


def do(taken: Taken, use_case: Callable[..., Any], *args: Any, actor: Actor, **values: Any) -> Any:
    """Take the report in hand as the actor and run one use case in its unit of work."""
    with unit_of_work():
        return use_case(lock(taken.report_id, actor), *args, actor=actor, **values)


def take(taken: Taken, *path: Step, actor: Actor) -> None:
    """Take some steps as the actor."""
    for step in path:
        do(taken, steps.take, step, actor=actor, how=How.PAGE if actor.party is Party.PERSON else How.SPOKEN)


def an_offered_report(team: Team, **values: Any) -> Taken:
    taken = a_report(team.site_id, **values)
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False)
    return taken


def a_report_about_a_child(team: Team) -> Taken:
    return a_report(team.site_id, age=AgeGroup.CHILD)


def report_of(taken: Taken) -> LaneReport:
    """The report as the database has it now."""
    wanted = select(LaneReport).where(LaneReport.id == taken.report_id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def events_of(taken: Taken) -> list[LaneEvent]:
    return list(
        db.session.scalars(
            select(LaneEvent).where(LaneEvent.report_id == taken.report_id).order_by(LaneEvent.number)
        ).all()
    )


def kinds(taken: Taken) -> list[str]:
    return [event.kind for event in events_of(taken)]


def notices(template: str) -> list[OutboxMessage]:
    """The notices owed with a template, the oldest first."""
    wanted = select(OutboxMessage).where(OutboxMessage.template == template).order_by(OutboxMessage.created_at)
    return list(db.session.scalars(wanted).all())


def told_since(template: str, known: Collection[OutboxMessage]) -> list[uuid.UUID | None]:
    """Who was told with the template beyond what was known: those of one instant have no order among each other."""
    before = {row.id for row in known}
    return [row.user_id for row in notices(template) if row.id not in before]
