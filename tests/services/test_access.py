"""Who read a case: kept once a day and purpose, in a chain, and never in the way of a page."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engage.domain.policy import SYSTEM, Role
from engage.models import Access, CaseEvent
from engage.services import access, verifying
from engage.services.access import record_access
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of


@pytest.fixture
def case_id(session, sent_tasks):
    return case_of(states.a_case(states.a_site())).id


@pytest.fixture
def officer(session):
    return states.staff(Role.OFFICER, (Role.AUDITOR, None))


def rows(session) -> list[Access]:
    session.rollback()
    return list(session.scalars(select(Access).order_by(Access.number)))


def test_the_same_reading_on_the_same_day_is_kept_once(session, case_id, officer):
    for purpose in ("view", "view", "contact", "view"):
        record_access(case_id, officer, purpose)
    assert [(row.number, row.purpose, row.role) for row in rows(session)] == [
        (1, "view", "auditor"),
        (2, "contact", "auditor"),
    ]
    assert access.breaks_in(rows(session)) == []


def test_a_day_is_a_day_at_the_site(session, sent_tasks, clock):
    clock.move_to(clock.now.replace(hour=22, minute=30))  # half past eleven in Belgrade
    case_id = case_of(states.a_case(states.a_site())).id
    officer = states.staff(Role.OFFICER)
    record_access(case_id, officer, "view")
    clock.advance(timedelta(hours=1))
    record_access(case_id, officer, "view")
    assert [row.on.day for row in rows(session)] == [2, 3]


def test_the_person_and_the_service_leave_no_entry(session, case_id):
    record_access(case_id, states.person_of(session.get_one(states.Case, case_id).reference), "view")
    record_access(case_id, SYSTEM, "view")
    assert rows(session) == []


def test_a_failure_is_logged_by_id_and_never_raised(session, officer, caplog):
    unknown = uuid.uuid4()
    record_access(unknown, officer, "view")
    assert str(unknown) in caplog.text
    assert rows(session) == []


def test_an_open_unit_of_work_of_somebody_else_is_left_alone(session, case_id, officer, caplog):
    with unit_of_work():
        record_access(case_id, officer, "view")
    assert "was not recorded" in caplog.text


@pytest.mark.postgres
def test_many_readers_at_once_are_all_kept_in_one_chain(app, session, case_id):
    readers = [states.staff(Role.OFFICER) for _ in range(4)]
    session.rollback()

    def read(actor) -> None:
        with app.app_context():
            record_access(case_id, actor, "view")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, readers))
    assert [row.number for row in rows(session)] == [1, 2, 3, 4]
    assert access.breaks_in(rows(session)) == []


def beat(session, times):
    """Let somebody else take the number of a reading before it is kept, so many times; ends with the session."""
    rivals = iter([states.staff(Role.OFFICER) for _ in range(times)])
    session.rollback()

    @event.listens_for(session.get_bind(), "before_cursor_execute")
    def take_the_number(connection, _cursor, statement, parameters, _context, _many):
        if not statement.startswith("INSERT INTO access") or connection.info.get("is_rival"):
            return
        if rival := next(rivals, None):
            with connection.engine.connect() as other:
                other.info["is_rival"] = True
                taken = {**parameters, "id": uuid.uuid4(), "user_id": rival.id}
                other.exec_driver_sql(statement, taken)
                other.commit()
                del other.info["is_rival"]

    return lambda: event.remove(session.get_bind(), "before_cursor_execute", take_the_number)


@pytest.mark.postgres
@pytest.mark.parametrize(("times", "is_kept"), [(1, True), (9, False)])
def test_who_is_beaten_to_a_number_takes_the_next_and_gives_up_in_the_end(
    session, case_id, officer, caplog, times, is_kept
):
    end = beat(session, times)
    try:
        record_access(case_id, officer, "view")
    finally:
        end()
    assert (officer.id in {row.user_id for row in rows(session)}) is is_kept
    assert ("was not recorded" in caplog.text) is not is_kept


def test_a_changed_entry_is_found(session, case_id, officer):
    for purpose in ("view", "contact", "identity"):
        record_access(case_id, officer, purpose)
    found = rows(session)
    found[1].role = "coordinator"
    assert access.breaks_in(found) == [2]
    session.rollback()


def test_verifying_goes_through_every_chain(session, case_id, officer):
    record_access(case_id, officer, "view")
    session.rollback()
    found = verifying.verify()
    events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)).all()
    assert (found.cases, found.events, found.accesses, found.broken) == (1, len(events), 1, [])


def test_a_record_whose_end_was_cut_off_is_found(session, case_id):
    reference = session.get_one(states.Case, case_id).reference
    with unit_of_work():
        session.get_one(states.Case, case_id).version = 9
    assert verifying.verify().broken == [f"case {reference}: the end of its record is missing"]
