"""The page of the person's own case: what it shows and to whom, writing back, files, replays."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Writer
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Access, Attachment, CaseEvent, Message, Pause
from engage.services import attachments, cases, conversation, proposals
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import statements
from tests.states import act, case_of
from tests.web.as_person import Person, a_concern, come_back, words

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def replies():
    return db.session.scalars(select(Message).where(Message.writer == "person")).all()


def attach(name="paper.pdf", content=PDF):
    return (io.BytesIO(content), name)


def test_a_stranger_is_asked_for_the_code(client, team):
    states.a_case(team.site_id)
    assert client.get("/case/view").location == "/case"


def test_the_heading_says_whose_turn_it_is(client, team):
    for reference, heading in (
        (states.a_case(team.site_id), "It is our turn to confirm it."),
        (states.an_acknowledged_case(team), "It is our turn."),
        (states.an_assessed_case(team), "look into it"),
        (states.a_proposed_case(team, "Water the road."), "It is your turn."),
        (states.an_implementing_case(team), "We are putting it right."),
        (states.an_appealed_case(team), "A panel is looking at it again."),
        (states.a_closed_case(team), "Your concern is closed."),
    ):
        page = come_back(client, reference).client.get("/case/view").get_data(as_text=True)
        assert heading in re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL).group(1)


def test_a_question_of_ours_is_their_turn_until_they_write(client, team, clock):
    reference = states.an_assessed_case(team)
    act(reference, conversation.reply, "Which field is it?", actor=team.officer, asks=True)
    person = come_back(client, reference)
    assert "We have asked you something. It is your turn." in person.page()
    clock.advance(timedelta(minutes=1))
    person.send("/case/messages", on="/case/view", message="The one by the spring.")
    assert "We have asked you something" not in person.page()


def test_notes_and_names_of_staff_are_not_on_the_page(client, team):
    reference = states.an_assessed_case(team)
    act(reference, conversation.note, "Between us: the lab is slow.", actor=team.officer)
    act(reference, conversation.reply, "We come on Thursday.", actor=team.officer)
    page = come_back(client, reference).page()
    assert "We come on Thursday." in page
    assert "the lab is slow" not in page
    assert "officer" not in page


def test_a_draft_of_a_proposal_is_not_on_the_page(client, team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    page = come_back(client, reference).page()
    assert "Water the road." not in page
    assert "Our proposal" not in page


def test_the_date_is_explained_with_what_does_not_count(client, team, clock):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        db.session.add(
            Pause(
                case_id=case.id,
                reason_code="ceremony",
                starts_at=clock.now + timedelta(days=1),
                ends_at=clock.now + timedelta(days=4),
            )
        )
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    page = come_back(client, reference).page()
    assert "Why " in page
    assert "A ceremony in your community" in page
    assert "does not count" in page


def test_who_opened_the_case_is_shown_by_role_and_day(client, team, clock):
    reference = states.a_case(team.site_id)
    with unit_of_work():
        for number, day in enumerate((clock.now.date(), clock.now.date() + timedelta(days=3)), start=1):
            db.session.add(
                Access(
                    case_id=case_of(reference).id,
                    number=number,
                    user_id=team.coordinator.id,
                    role="coordinator",
                    on=day,
                    purpose="view",
                    at=clock.now,
                    previous_hash="0",
                    hash="0",
                )
            )
    assert "Coordinator, 2 Mar, 5 Mar" in come_back(client, reference).page()


def test_those_we_cannot_reach_are_told_when_to_come_back(client, team):
    assert "Please come back on" in Person(client, a_concern(team.site_id).code).page()


def test_a_message_is_sent_once_however_often_the_form_comes(client, team):
    person = come_back(client, states.an_assessed_case(team))
    fields = person.fields("/case/view", "/case/messages")
    for _ in range(3):
        answer = client.post("/case/messages", data={**fields, "message": "It is worse at night."})
        assert answer.status_code == 303
        assert "We have your message." in person.page()
    assert [one.words for one in replies()] == ["It is worse at night."]


def test_scripts_right_to_left_text_and_emoji_come_back_as_they_were(client, team):
    person = come_back(client, states.an_assessed_case(team))
    typed = "<script>alert(1)</script> مرحبا 💧\r\nline\0two"
    person.send("/case/messages", on="/case/view", message=typed)
    assert replies()[0].words == "<script>alert(1)</script> مرحبا 💧\nlinetwo"
    assert "<script>alert(1)" not in client.get("/case/view").get_data(as_text=True)


def test_an_empty_message_is_asked_for_and_a_long_one_is_kept_on_the_page(client, team):
    person = come_back(client, states.an_assessed_case(team))
    empty = person.send("/case/messages", on="/case/view", message="  ")
    assert empty.status_code == 422
    assert "Write something, or add a file." in words(empty)
    long = person.send("/case/messages", on="/case/view", message="a" * 10_001)
    assert long.status_code == 422
    assert "a" * 10_001 in long.get_data(as_text=True)
    assert replies() == []


def test_a_file_goes_with_a_message_and_a_bad_one_is_named(client, team):
    person = come_back(client, states.an_assessed_case(team))
    files = [attach(), attach("virus.pdf", b"MZ\x90\x00" + b"\0" * 200)]
    answer = person.send("/case/messages", on="/case/view", message="", files=files)
    assert answer.status_code == 200
    assert "virus.pdf" in words(answer)
    assert "paper.pdf" in person.page()
    [row] = db.session.scalars(select(Attachment)).all()
    assert row.message_id == replies()[0].id


def test_a_file_opens_for_its_person_alone_and_only_to_be_saved(client, another_client, team):
    person = come_back(client, states.an_assessed_case(team))
    person.send("/case/messages", on="/case/view", message="See this.", files=[attach()])
    path = f"/case/files/{(row := db.session.scalars(select(Attachment)).one()).id}"
    with client.get(path) as answer:
        assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    somebody = come_back(another_client, states.a_case(team.site_id))
    assert somebody.client.get(path).status_code == 404
    assert client.application.test_client().get(path).location == "/case"
    (settings().VAR / "files" / row.stored_as).unlink()
    assert client.get(path).status_code == 404


def test_a_file_of_a_note_is_not_the_persons(client, team):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        checked = attachments.check(io.BytesIO(PDF), "internal.pdf")
        row = attachments.add(case, checked, writer=Writer.NOTE)
        db.session.flush()
        path = f"/case/files/{row.id}"
    person = come_back(client, reference)
    assert "internal.pdf" not in person.page()
    assert client.get(path).status_code == 404


def test_a_form_of_another_case_hits_neither(client, team):
    first, second = states.an_assessed_case(team), states.an_assessed_case(team)
    fields = come_back(client, first).fields("/case/view", "/case/messages")
    come_back(client, second)
    fresh = Person(client).fields("/case/view", "/case/messages")["csrf_token"]
    for status, more in ((400, {}), (409, {"csrf_token": fresh})):  # its own token ended with the first case
        answer = client.post("/case/messages", data={**fields, "message": "This is about the first.", **more})
        assert (answer.status_code, "This is about the first." in words(answer)) == (status, True)
    assert replies() == []


def test_a_form_from_before_the_browser_forgot_us_gives_the_words_back(client, another_client, team):
    person = come_back(client, states.an_assessed_case(team))
    fields = person.fields("/case/view", "/case/messages")
    answer = another_client.post("/case/messages", data={**fields, "message": "Nobody answers the phone."})
    assert answer.status_code == 400
    assert "Nobody answers the phone." in words(answer)
    assert replies() == []


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "0" * 32 + ".", "0" * 32 + ".é", "\0"])
def test_a_form_without_our_mark_is_turned_away(client, team, token):
    person = come_back(client, states.an_assessed_case(team))
    answer = person.send("/case/messages", on="/case/view", message="Hello.", form_token=token)
    assert answer.status_code == 409
    assert replies() == []


def test_a_restricted_case_stays_open_to_its_person(client, team):
    found = a_concern(team.site_id, harms_child=True)
    person = Person(client, found.code)
    assert found.reference in person.page()
    person.send("/case/messages", on="/case/view", message="Please hurry.")
    assert "Please hurry." in person.page()


def test_everything_can_be_kept_as_plain_text_under_a_quiet_name(client, team):
    reference = states.a_proposed_case(team, "Water <the> road.")
    act(reference, conversation.reply, "We come on Thursday.", actor=team.officer)
    act(reference, conversation.note, "Between us.", actor=team.officer)
    come_back(client, reference)
    answer = client.get("/case/download")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="engage.txt"'
    text = answer.get_data(as_text=True)
    for kept in (reference, "Dust from the haul road", "We come on Thursday.", "1. Water <the> road.", "Your answer"):
        assert kept in text
    assert "Between us." not in text


def test_the_two_questions_are_asked_once(client, team):
    reference = states.a_closed_case(team)
    person = come_back(client, reference)
    assert "Two short questions" in person.page()
    missing = person.send("/case/feedback", treatment="4")
    assert missing.status_code == 422
    assert "Say how good the result is." in words(missing)
    fields = person.fields("/case/feedback")
    for _ in range(2):
        client.post("/case/feedback", data={**fields, "treatment": "4", "result": "2", "words": "Quicker."})
    assert "Two short questions" not in person.page()
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id)).all()
    assert kinds.count("FeedbackGiven") == 1


def test_feedback_before_the_end_is_not_taken(client, team):
    person = come_back(client, states.an_assessed_case(team))
    answer = person.send("/case/feedback", treatment="4", result="2")
    assert answer.status_code == 303
    assert "not closed yet" in person.page()


def test_a_page_of_a_long_case_costs_no_more_statements(client, team):
    short, long = states.a_proposed_case(team, "One."), states.a_proposed_case(team, *"abcde")
    for number in range(12):
        act(long, conversation.reply, f"News {number}", actor=team.officer)
    counts = []
    for reference in (short, long):
        person = come_back(client, reference)
        person.page()
        with statements(("SELECT",)) as sent:
            person.page()
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 9
