"""A case in every stage, which a test then gives any class and any tie to somebody."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from sqlalchemy import delete, select, update

from engage import clock
from engage.domain.case import CaseClass, Identity, Road, Writer
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Appeal, Attachment, Case, CaseSubject, Deadline, PanelSeat
from engage.services import answers, appeals, attachments, contact, conversation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of

WORDS, NAME, MAIL, FILE = "Qzxheron", "Qzxmarsh Reed", "qzxmail@people.example.org", "qzxpaper"
TIES = ("none", "assigned", "recorded", "seated", "subject")
PLACES = ("its site", "all sites", "another site")
AGREED = appeals.Terms("Facts only.", why_other="The person chose it.")
_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """The references of the cases by stage, the ids of what belongs to each, and the two sites."""

    cases: Mapping[Stage, str]
    known: Mapping[str, Mapping[str, uuid.UUID]]
    here: uuid.UUID
    elsewhere: uuid.UUID

    def places(self) -> Mapping[str, uuid.UUID | None]:
        """Where a role is held, by what the place is called."""
        return dict(zip(PLACES, (self.here, None, self.elsewhere), strict=True))


def made() -> World:
    """Cases in all nine stages at one site, each with a name, an address and a file, and a site beside it."""
    team = states.Team()
    cases = {
        Stage.RECEIVED: states.a_case(team.site_id),
        Stage.ACKNOWLEDGED: states.an_acknowledged_case(team),
        Stage.ASSESSED: states.an_assessed_case(team),
        Stage.INVESTIGATING: states.an_assessed_case(team, Level.MODERATE),
        Stage.PROPOSED: states.a_proposed_case(team, "Water the road."),
        Stage.IMPLEMENTING: states.an_implementing_case(team),
        Stage.APPEALED: states.an_appealed_case(team),
        Stage.INDEPENDENT: states.a_closed_case(team),
        Stage.CLOSED: states.a_proposed_case(team),
    }
    states.look_into(cases[Stage.INVESTIGATING], team.officer)
    act(cases[Stage.INDEPENDENT], appeals.refer, "Ombudsman", AGREED, actor=team.coordinator)
    act(cases[Stage.CLOSED], answers.accept, actor=person_of(cases[Stage.CLOSED]))
    for stage, reference in cases.items():
        assert case_of(reference).stage is stage
        _fill(reference)
    return World(cases, {one: _ids_of(one) for one in cases.values()}, team.site_id, states.a_site("ELS"))


def _fill(reference: str) -> None:
    person = person_of(reference)
    reach = contact.Values(name=NAME, email=MAIL)
    act(reference, _named, reach, actor=person)
    act(reference, conversation.write_as_person, f"{WORDS} by the weighbridge.", actor=person)
    with unit_of_work():
        file = attachments.check(BytesIO(b"%PDF-1.4\n%" + WORDS.encode() + b"\n%%EOF\n"), f"{FILE}.pdf")
        attachments.add_all(case_of(reference), [file], actor=person, writer=Writer.PERSON)


def _named(case: Case, reach: contact.Values, *, actor: Actor) -> None:
    contact.set_contact(case, identity=Identity.NAMED, road=Road.DIRECT, values=reach, actor=actor)


def _ids_of(reference: str) -> dict[str, uuid.UUID]:
    case_id = case_of(reference).id
    file = db.session.scalars(select(Attachment.id).where(Attachment.case_id == case_id)).one()
    owed = db.session.scalars(select(Deadline.id).where(Deadline.case_id == case_id)).first()
    return {"case": case_id, "file_id": file, "deadline_id": owed or case_id}


def give_class(class_: CaseClass) -> None:
    """Let every case be of one class, as if it had always been."""
    identity = Identity.CONFIDENTIAL if class_ is CaseClass.CONFIDENTIAL else Identity.NAMED
    with unit_of_work():
        db.session.execute(update(Case).values(class_=class_, identity=identity))


@contextmanager
def tied(world: World, actor: Actor, tie: str) -> Iterator[None]:
    """Let every case have a tie to somebody for a while."""
    ids = [one["case"] for one in world.known.values()]
    before = {row.id: (row.assignee_id, row.recorded_by_id) for row in db.session.scalars(select(Case))}
    with unit_of_work():
        _tie(ids, actor, tie)
    yield
    db.session.rollback()
    with unit_of_work():
        db.session.execute(delete(CaseSubject).where(CaseSubject.user_id == actor.id))
        db.session.execute(delete(PanelSeat).where(PanelSeat.user_id == actor.id))
        db.session.execute(delete(Appeal).where(Appeal.lodged_at == _AT))
        for case_id, (assignee, recorder) in before.items():
            kept = {"assignee_id": assignee, "recorded_by_id": recorder}
            db.session.execute(update(Case).where(Case.id == case_id).values(**kept))


def _tie(ids: list[uuid.UUID], actor: Actor, tie: str) -> None:
    if tie == "assigned":
        db.session.execute(update(Case).values(assignee_id=actor.id))
    elif tie == "recorded":
        db.session.execute(update(Case).values(recorded_by_id=actor.id))
    elif tie == "subject":
        db.session.add_all(CaseSubject(case_id=one, user_id=actor.id) for one in ids)
    elif tie == "seated":
        for one in ids:
            appeal = Appeal(id=uuid.uuid4(), case_id=one, words="", salt="", is_late=False, lodged_at=_AT)
            db.session.add(appeal)
            db.session.flush()
            seat = PanelSeat(appeal_id=appeal.id, user_id=actor.id, seated_at=_AT, declared_at=clock.utcnow())
            db.session.add(seat)
