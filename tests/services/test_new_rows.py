"""Rows that are new together."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from engage import clock
from engage.models import Case, CaseEvent, Deadline, OutboxMessage, Receipt, Statement
from engage.services.new_rows import columns_of, insert_unless_there, row_of, values_of
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import statements


def a_receipt(case_id, digest):
    return Receipt(id=uuid.uuid4(), case_id=case_id, code_digest=digest, made_at=clock.utcnow())


@pytest.fixture
def case(clock, session, sent_tasks):
    reference = states.a_case(states.a_site())
    return session.scalars(select(Case).where(Case.reference == reference)).one()


def test_what_an_object_does_not_say_is_the_default_of_its_column(case):
    row = values_of(a_receipt(case.id, "d" * 64))
    assert row["must_change"] is False
    assert row["ended_at"] is None
    assert set(row) == {name for name, _, _ in columns_of(Receipt)}


def test_rows_of_several_tables_are_all_there_afterwards(case, session):
    case_id = case.id
    with unit_of_work():
        assert insert_unless_there(row_of(a_receipt(case_id, "1" * 64)), [row_of(a_receipt(case_id, "2" * 64))])
    assert session.scalar(select(func.count()).where(Receipt.code_digest.in_(["1" * 64, "2" * 64]))) == 2


def test_a_row_that_cannot_be_is_refused_and_the_others_are_not_kept(case, session):
    case_id = case.id
    with pytest.raises(IntegrityError), unit_of_work():
        insert_unless_there(row_of(a_receipt(case_id, "3" * 64)), [row_of(a_receipt(uuid.uuid4(), "4" * 64))])
    assert session.scalar(select(func.count()).where(Receipt.code_digest == "3" * 64)) == 0


def test_where_the_first_is_there_already_nothing_is_changed(case, session):
    case_id = case.id
    with unit_of_work():
        assert insert_unless_there(row_of(a_receipt(case_id, "5" * 64)), [])
        assert not insert_unless_there(row_of(a_receipt(case_id, "5" * 64)), [row_of(a_receipt(case_id, "6" * 64))])
    assert session.scalar(select(func.count()).where(Receipt.code_digest == "6" * 64)) == 0


def test_a_new_case_has_its_statement_receipt_dates_event_and_notices(case, session):
    for model in (Statement, Receipt, Deadline, CaseEvent, OutboxMessage):
        assert session.scalar(select(func.count()).where(model.case_id == case.id)) > 0, model


@pytest.mark.postgres
def test_a_submission_on_postgresql_is_three_statements(clock, session, sent_tasks):
    site_id = states.a_site()
    with statements() as sent:
        states.a_case(site_id)
    assert [one.split()[0] for one in sent[-3:]] == [
        "SELECT",
        "SELECT",
        "WITH",
    ]  # the site, whom to tell, the case with all that is its own
