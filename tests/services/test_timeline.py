"""The record of a case: what it holds, and what it shows when somebody touched it."""

import pytest
from sqlalchemy import select

from engage.domain.policy import SYSTEM, Actor
from engage.models import CaseEvent
from engage.services import conversation, timeline
from tests import states
from tests.states import act, case_of


@pytest.fixture
def rows(session, sent_tasks):
    team = states.Team()
    reference = states.an_assessed_case(team)
    act(reference, conversation.reply, "We come on Thursday.", actor=team.officer)
    found = session.scalars(select(CaseEvent).order_by(CaseEvent.number)).all()
    session.expunge_all()
    assert found[-1].hash == case_of(reference).head_hash
    return found


def test_a_record_nobody_touched_holds(rows):
    assert timeline.breaks_in(rows) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "CaseClosed"),
        ("payload", "{}"),
        ("actor_role", "approver"),
        ("content_digest", "0" * 64),
        ("actor_party", "system"),
    ],
)
def test_a_changed_column_is_found_at_its_row(rows, column, value):
    setattr(rows[2], column, value)
    assert timeline.breaks_in(rows) == [3]


def test_a_removed_row_is_found_where_it_is_missing(rows):
    del rows[1]
    assert timeline.breaks_in(rows) == [3]


def test_a_rewritten_row_breaks_the_one_after_it(rows):
    rows[1].payload = "{}"
    rows[1].hash = timeline.hash_of(rows[1])
    assert timeline.breaks_in(rows) == [3]


def test_the_record_holds_no_word_of_the_concern(rows):
    for row in rows:
        text = f"{row.payload} {row.kind} {row.actor_role}"
        assert "Thursday" not in text
        assert "gardens" not in text


def test_the_role_beside_an_entry_is_the_one_held_at_the_site(rows):
    assert [row.actor_role for row in rows][:3] == [None, "coordinator", "coordinator"]


def test_the_service_and_a_guest_without_roles_leave_none(session, sent_tasks):
    team = states.Team()
    case = case_of(states.a_case(team.site_id))
    assert timeline.role_at(SYSTEM, case.site_id) is None
    assert timeline.role_at(Actor(id=None), case.site_id) is None
