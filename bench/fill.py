"""Many cases, fast: a few dozen prototypes go their roads through the real use cases; bench/copying.py copies them."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from bench.copying import CLOSED_FOR
from engage import clock
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, OutboxMessage, Remedy, StaffUser
from engage.services import answers, conversation, endings, intake, passwords, proposals, triage
from engage.services.intake import Concern
from engage.unit_of_work import unit_of_work
from tests import states

PASSWORD = "a long password of the benchmark"  # noqa: S105 - of an account that lives for some minutes
WORDS = (
    "Dust from the haul road settles on our gardens and on the washing. Trucks pass until late at night. "
    "We asked twice that the road be watered and nobody came. The children cough."
)
ANSWER = "Thank you. We measured the dust on three days and will water the road twice a day from next week."


@dataclass(frozen=True, slots=True)
class World:
    """What the pages are asked with: a sign-in, the case it opens, and the code of that case's person."""

    email: str
    reference: str
    code: str


def make_prototypes(app: Flask) -> World:
    """Make two sites with their staff and 36 cases on every part of the road; return what to visit them with."""
    with app.app_context():
        with clock.at(clock.utcnow() - CLOSED_FOR):
            teams = [states.Team("BOR"), states.Team("ZAM")]
        _give_password(teams[0].coordinator.id)
        for age in range(12):
            for team, share in ((teams[0], 2), (teams[1], 1)):
                for turn in range(share):
                    _prototype(team, age * 3 + turn, age)
        world = _visited(teams[0])
        with unit_of_work():  # no worker runs beside the measurements, and old cases owe no mails
            db.session.execute(sa.update(OutboxMessage).values(sent_at=OutboxMessage.created_at, road="email"))
        db.session.remove()
        db.engine.dispose()
        return world


def _prototype(team: states.Team, number: int, age: int) -> None:
    """One case that is some days old and went a part of the road, one step a day."""
    began = clock.utcnow() - timedelta(days=age, hours=number % 7)
    steps = [_acknowledge, _talk, _assess, _propose, _answer, _finish][: number % 7]
    with clock.at(began):
        reference = states.a_case(team.site_id, what_happened=WORDS, where_it_happened="Haul road, by the school")
    for day, step in enumerate(steps, start=1):
        with clock.at(min(began + timedelta(days=day), clock.utcnow())):
            step(team, reference)


def _acknowledge(team: states.Team, reference: str) -> None:
    states.act(reference, triage.acknowledge, actor=team.coordinator)


def _talk(team: states.Team, reference: str) -> None:
    person = states.person_of(reference)
    for _ in range(2):
        states.act(reference, conversation.reply, ANSWER, actor=team.coordinator)
        states.act(reference, conversation.write_as_person, WORDS, actor=person)
    states.act(reference, conversation.note, "Spoke with the road crew.", actor=team.coordinator)


def _assess(team: states.Team, reference: str) -> None:
    states.act(reference, triage.assess, states.assessment(Level.LOW), actor=team.coordinator)
    states.act(reference, triage.assign, team.officer.id, actor=team.coordinator)


def _propose(team: states.Team, reference: str) -> None:
    states.look_into(reference, team.officer)
    states.act(reference, proposals.propose, states.offer("Water the road.", "Move the stop."), actor=team.officer)


def _answer(_team: states.Team, reference: str) -> None:
    states.act(reference, answers.accept, actor=states.person_of(reference))


def _finish(team: states.Team, reference: str) -> None:
    for remedy_id in db.session.scalars(sa.select(Remedy.id).join(Case).where(Case.reference == reference)).all():
        states.act(reference, endings.finish_remedy, remedy_id, "Photo of the water truck.", actor=team.officer)
        states.act(reference, answers.confirm_remedy, remedy_id, confirmed=True, actor=states.person_of(reference))
    states.act(reference, endings.verify, actor=team.officer)


def _visited(team: states.Team) -> World:
    """The case that the pages show: a proposal lies with the person, after a conversation."""
    began, token = clock.utcnow() - timedelta(days=9), intake.new_token()
    with clock.at(began), unit_of_work():
        received = intake.submit(token, Concern(WORDS, where_it_happened="Haul road"), site_id=team.site_id)
    for day, step in enumerate((_acknowledge, _talk, _assess, _propose), start=1):
        with clock.at(began + timedelta(days=day)):
            step(team, received.reference)
    assert received.code is not None
    return World(db.session.get_one(StaffUser, team.coordinator.id).email, received.reference, received.code)


def _give_password(user_id: uuid.UUID | None) -> None:
    with unit_of_work():
        db.session.get_one(StaffUser, user_id).password_hash = passwords.hashed(PASSWORD)
