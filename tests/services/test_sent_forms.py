"""A form is carried out once; what nobody sends again is forgotten."""

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import SentForm
from engage.services import intake, sent_forms
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of


@pytest.fixture
def case_id(clock, session, sent_tasks):
    return case_of(states.a_case(states.a_site())).id


def first(case_id, token):
    with unit_of_work():
        return sent_forms.is_first(case_id, token)


def test_the_same_form_is_first_once(case_id):
    token = intake.new_token()
    assert [first(case_id, token) for _ in range(3)] == [True, False, False]
    assert first(case_id, intake.new_token())


def test_what_failed_may_be_sent_again(case_id):
    token = intake.new_token()
    with pytest.raises(RuntimeError), unit_of_work():
        assert sent_forms.is_first(case_id, token)
        raise RuntimeError
    assert first(case_id, token)


def test_old_forms_are_forgotten(case_id, clock):
    first(case_id, intake.new_token())
    clock.advance(sent_forms.KEPT_FOR)
    first(case_id, intake.new_token())
    clock.advance(sent_forms.KEPT_FOR / 2)
    for gone in (1, 0):
        with unit_of_work():
            assert sent_forms.purge(clock.now) == gone
    assert len(db.session.scalars(select(SentForm)).all()) == 1


def test_the_token_itself_is_not_kept(case_id):
    token = intake.new_token()
    first(case_id, token)
    assert token not in db.session.scalars(select(SentForm.digest)).one()
