"""Why this date: the list that sums to it, for staff and for the person (R19, R25)."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from engage.domain.deadlines import Promise
from engage.services import delays
from engage.services.delays import Delay
from engage.web import step_words
from tests import states
from tests.paused import stop
from tests.promised import the_open
from tests.states import act
from tests.web.as_person import come_back
from tests.web.as_staff import page, sign_in

WHY = "The laboratory needs longer."
LATE = Delay("We took samples.", WHY)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def explanation(client, team, reference, promise):
    row = the_open(reference, promise)
    shown = sign_in(client, team.officer).get(f"/staff/cases/{reference}/deadlines/{row.id}")
    return [item.get_text() for item in page(shown).select_one("main ol").select("li")], shown.text


def test_staff_read_what_counted_what_did_not_and_that_it_sums_to_the_date(client, clock, team, reference):
    clock.advance(timedelta(days=2, hours=3, minutes=4, seconds=5))
    stop(reference, clock, team.officer, days=6)
    clock.advance(timedelta(hours=1))
    steps, text = explanation(client, team, reference, Promise.PROPOSE)
    assert [step.rpartition(": ")[2] for step in steps] == [
        "2 days, 3 hours, 4 minutes counted",
        "paused, We asked you something and wait for your answer",
        "27 days, 20 hours, 56 minutes counted",
    ]
    assert "Paused in all: 6 days." in text


def test_staff_read_the_dates_it_had_before(client, clock, team, reference):
    first = the_open(reference, Promise.PROPOSE)
    act(reference, delays.extend, first.id, WHY, first.due_at + timedelta(days=3), actor=team.officer)
    clock.move_to(first.due_at + timedelta(days=4))
    second = the_open(reference, Promise.PROPOSE)
    act(reference, delays.tell_delay, second.id, LATE, clock.now + timedelta(days=3), actor=team.officer)
    steps, text = explanation(client, team, reference, Promise.PROPOSE)
    assert "put off in time, and told to the person" in text
    assert "missed. The person was told of the delay" in text
    assert "3 days counted" in steps[0]


def test_a_date_that_was_counted_anew_or_is_owed_again_says_so(client, clock, team, reference):
    _, text = explanation(client, team, states.an_assessed_case(team, level=states.Level.HIGH), Promise.CONSULT)
    assert "counted anew on" in text
    act(reference, states.proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, states.answers.counter, actor=states.person_of(reference))
    _, text = explanation(client, team, reference, Promise.PROPOSE)
    assert "and owed again since" in text


def test_the_person_reads_the_same_list_in_plain_words(client, clock, team, reference):
    for promise in (Promise.CONSULT, Promise.START_INVESTIGATION):
        row = the_open(reference, promise)
        row_id, later = row.id, row.due_at + timedelta(days=20)
        act(reference, delays.extend, row_id, WHY, later, actor=team.officer)
    stop(reference, clock, team.officer, days=6)
    said = come_back(client, reference).page()
    assert "does not count. We asked you something and wait for your answer." in said
    assert "count." in said
    clock.move_to(the_open(reference, Promise.CONSULT).due_at - timedelta(hours=1))


def test_what_was_promised_in_hours_is_counted_in_hours_and_the_zone_is_named(client, team):
    reference = states.a_case(team.site_id)
    said = come_back(client, reference).page()
    assert "48 hours, from" in said and "48 hours count." in said
    assert "These times are by the clock here: Serbia Time." in said
    steps, _ = explanation(client, team, reference, Promise.ACKNOWLEDGE)
    assert steps[0].endswith(": 48 hours counted")


def test_nobody_reads_that_they_have_to_answer_by_the_day_we_owe_a_proposal(client, team, reference):
    shown = BeautifulSoup(come_back(client, reference).page(), "html.parser")
    track = shown.select_one(".app-track") or shown
    assert "Our offer" in track.get_text() and "Your answer" not in track.get_text()
    act(reference, states.proposals.propose, states.offer(), actor=team.officer)
    assert "Your answer" in come_back(client, reference).page()


def test_the_person_reads_what_we_promised_before(client, clock, team):
    reference = states.an_implementing_case(team)
    first = the_open(reference, Promise.IMPLEMENT)
    act(reference, delays.extend, first.id, WHY, first.due_at + timedelta(days=3), actor=team.officer)
    assert "and asked for more time. We told you why on" in come_back(client, reference).page()
    second = the_open(reference, Promise.IMPLEMENT)
    clock.move_to(second.due_at + timedelta(days=1))
    act(reference, delays.tell_delay, second.id, LATE, clock.now + timedelta(days=3), actor=team.officer)
    assert "and did not keep that. We told you why on" in come_back(client, reference).page()


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 minutes"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, minutes=1), "2 days, 1 minute"),
        (timedelta(hours=5, seconds=59), "5 hours"),
    ],
)
def test_lengths_are_written_in_days_hours_and_minutes(app, length, words):
    with app.test_request_context():
        assert step_words.days_and_hours(length) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 minutes"),
        (timedelta(days=2), "48 hours"),
        (timedelta(hours=20, minutes=4), "20 hours, 4 minutes"),
        (timedelta(minutes=1), "1 minute"),
    ],
)
def test_hours_stay_hours(app, length, words):
    with app.test_request_context():
        assert step_words.hours_and_minutes(length) == words
