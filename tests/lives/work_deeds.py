"""The work of staff beside the steps of a case, as deeds of anybody: tasks, links, absences, what keeps happening."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from engage import clock
from engage.domain.policy import Actor, Permission, may
from engage.extensions import db
from engage.models import Absence, CaseLink, CorrectiveAction, StaffUser, SystemicIssue, Task
from engage.queries import absence
from engage.services import absences, links, systemic, tasks
from engage.services.absences import Away
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests.lives.life import Life, deed

P = Permission
DAY = timedelta(days=1)


def somebody(life: Life) -> uuid.UUID:
    """Mostly one of those who may know of the case, else anybody."""
    facts, staff = life.case.facts, list(life.cast.staff.values())
    likely = [one for one in staff if may(one, P.VIEW, facts)]
    return life.one_of(*staff).id if life.seldom() else life.one_of(*(likely or staff)).id


def a_todo(life: Life, owner_id: uuid.UUID) -> Todo:
    """Something to be done; now and then without words, or by a day that is over."""
    words = " " if life.dice.random() < 0.1 else "Ring the head of the village."
    due = life.one_of(None, None, *(clock.utcnow() + days * DAY for days in (1, 1, 5, 5, 20, -1)))
    return Todo(words, owner_id, due)


def a_task(life: Life, *, of_case: bool) -> uuid.UUID:
    """A task of the case, or of a site alone; whether it is done already is for the use case to say."""
    where = Task.case_id == life.case.id if of_case else Task.case_id.is_(None)
    found = db.session.scalars(select(Task.id).where(where).order_by(Task.added_at.desc(), Task.id).limit(5)).all()
    return life.one_of(*found) if found else life.case.id


@deed(P.TASK)
def give_a_task(life: Life, actor: Actor) -> None:
    life.act(actor, tasks.add, a_todo(life, somebody(life)))


@deed(P.TASK)
def take_a_task_over(life: Life, actor: Actor) -> None:
    with unit_of_work():
        tasks.take_over(a_task(life, of_case=True), actor=actor)


@deed(P.VIEW)  # whoever has the task or gave it, as far as they may know of the case
def pass_a_task_on(life: Life, actor: Actor) -> None:
    with unit_of_work():
        tasks.pass_on(a_task(life, of_case=True), somebody(life), actor=actor)


@deed(P.VIEW)
def finish_a_task(life: Life, actor: Actor) -> None:
    with unit_of_work():
        tasks.finish(a_task(life, of_case=True), actor=actor)


@deed(P.VIEW, aside=True)
def give_a_task_of_the_site(life: Life, actor: Actor) -> None:
    here = life.cast.elsewhere_id if life.seldom() else life.cast.site_id
    owner = somebody(life) if life.seldom() else life.cast.staff["officer"].id
    assert owner is not None
    with unit_of_work():
        tasks.add_at_site(here, a_todo(life, owner), actor=actor)


@deed(P.VIEW, aside=True)
def settle_a_task_of_the_site(life: Life, actor: Actor) -> None:
    row = a_task(life, of_case=False)
    with unit_of_work():
        if life.seldom():
            tasks.pass_on(row, somebody(life), actor=actor)
        else:
            tasks.finish(row, actor=actor)


@deed(P.LINK)
def link_with_another(life: Life, actor: Actor) -> None:
    near, far, kind = life.neighbour, life.cast.elsewhere, life.one_of("duplicate", "related")
    wanted = life.one_of(far, life.reference, "BOR-26-00000") if life.seldom() else near
    life.act(actor, links.link, wanted, kind)


@deed(P.LINK)
def unlink_from_another(life: Life, actor: Actor) -> None:
    ours = (CaseLink.case_id == life.case.id) | (CaseLink.other_id == life.case.id)
    found = db.session.scalars(select(CaseLink.id).where(ours).order_by(CaseLink.linked_at.desc())).first()
    life.act(actor, links.unlink, found or life.case.id)


@deed(P.VIEW, aside=True)
def be_away(life: Life, actor: Actor) -> None:
    begins = clock.utcnow() + life.one_of(0, 0, 0, 1, -400) * DAY
    user_id = somebody(life) if actor.id is None or life.seldom() else actor.id
    fitting = absence.candidates(db.session.get_one(StaffUser, user_id).actor)
    stand_in = life.one_of(*fitting)[0] if fitting else somebody(life)
    with unit_of_work():
        away = Away(begins, begins + life.one_of(2, 10, 10, 0, 400) * DAY, stand_in)
        absences.begin(user_id, away, actor=actor)


@deed(P.VIEW, aside=True)
def be_back(life: Life, actor: Actor) -> None:
    found = db.session.scalars(select(Absence.id).order_by(Absence.set_at, Absence.id)).all()
    with unit_of_work():
        absences.end(life.one_of(*found) if found else life.case.id, actor=actor)


def an_issue(life: Life) -> uuid.UUID:
    found = db.session.scalars(select(SystemicIssue.id).order_by(SystemicIssue.opened_at.desc(), SystemicIssue.id))
    return found.first() or life.case.id


@deed(P.VIEW, aside=True)
def decide_on_a_correction(life: Life, actor: Actor) -> None:
    due = clock.utcnow() + life.one_of(30, 30, -1) * DAY
    with unit_of_work():
        systemic.add_action(an_issue(life), "Pave the road.", somebody(life), due, actor=actor)


@deed(P.VIEW, aside=True)
def finish_a_correction(life: Life, actor: Actor) -> None:
    open_first = select(CorrectiveAction.id).order_by(CorrectiveAction.finished_at.is_not(None), CorrectiveAction.id)
    found = db.session.scalars(open_first).first()
    with unit_of_work():
        systemic.finish_action(found or life.case.id, "A photo of the road.", actor=actor)


@deed(P.VIEW, aside=True)
def close_what_kept_happening(life: Life, actor: Actor) -> None:
    with unit_of_work():
        systemic.close(an_issue(life), life.one_of("control_failed", "bad luck"), "The road is paved.", actor=actor)
