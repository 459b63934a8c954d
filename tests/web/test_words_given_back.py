"""What a person typed into a step that is refused: it stands on the page that says so."""

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import CaseEvent
from tests import states
from tests.states import case_of
from tests.web.as_person import come_back, words


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def kinds(reference):
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return db.session.scalars(rows).all()


NOBODYS = "/case/remedies/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "typed", "kept"),
    [
        ("/case/accept", {"words": "Thank you."}, ["Thank you."]),
        ("/case/change", {"words": "Twice a day."}, ["Twice a day."]),
        ("/case/meet", {"words": "At the school."}, ["At the school."]),
        ("/case/refuse", {"panel": "no", "words": "It is too little."}, ["It is too little."]),
        (NOBODYS, {"confirmed": "no", "words": "The wall still leans."}, ["The wall still leans."]),
        ("/case/appeal", {"words": "Look again.", "late_reason": "I was ill."}, ["Look again.", "I was ill."]),
        ("/case/reopen", {"reason": "The dust is back."}, ["The dust is back."]),
        ("/case/feedback", {"treatment": "4", "result": "2", "words": "Be quicker."}, ["Be quicker."]),
    ],
)
def test_words_of_an_answer_that_comes_too_early_or_too_late_stand_on_the_page(client, team, path, typed, kept):
    reference = states.an_acknowledged_case(team)
    person = come_back(client, reference)
    before = kinds(reference)
    answer = client.post(path, data={**person.fields("/case/withdraw"), **typed})
    assert answer.status_code == 409
    assert "This was not sent" in words(answer)
    assert all(text in words(answer) for text in kept)
    assert kinds(reference) == before


def test_why_somebody_stops_is_not_lost_when_the_case_has_ended_meanwhile(client, team):
    reference = states.a_proposed_case(team)
    person = come_back(client, reference)
    fields = person.fields("/case/withdraw")
    person.send("/case/accept")
    answer = client.post("/case/withdraw", data={**fields, "words": "I found help elsewhere."})
    assert answer.status_code == 409
    assert "I found help elsewhere." in words(answer)


def test_an_answer_without_words_that_comes_too_late_leads_back_to_the_case(client, team):
    person = come_back(client, states.an_acknowledged_case(team))
    answer = client.post("/case/accept", data=person.fields("/case/withdraw"))
    assert answer.location == "/case/view"
    assert "Our proposal has changed" in person.page()


def test_a_message_and_a_way_to_be_reached_are_taken_after_the_end_too(client, team):
    reference = states.a_closed_case(team)
    person = come_back(client, reference)
    assert person.send("/case/messages", on="/case/view", message="One more thing.").status_code == 303
    assert person.send("/case/contact", identity="anonymous", road="facilitator", facilitator="Shop").status_code == 303
