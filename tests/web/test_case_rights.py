"""What a person may demand on their own pages: corrections, to know how long we keep it, and that it goes."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engage.domain.case import Identity, Road
from engage.models import Case, Correction, Deadline, Receipt, Site, Statement, Tombstone
from engage.services import corrections, holds, verifying
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.web.as_person import Person, a_concern, come_back, words


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def given(team):
    return a_concern(team.site_id)


@pytest.fixture
def person(client, given):
    return Person(client, given.code)


def test_a_person_says_what_is_wrong_and_reads_the_answer_beside_it(client, team, given, person, session):
    assert 'href="/case/correction"' in client.get("/case/view").text
    answer = person.send("/case/correction", words="It was not in May.", right_words="It was in June.")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/case/view#messages")
    page = person.page()
    assert "You said that something we hold is wrong." in page
    assert "It was in June." in page
    act(given.reference, states.triage.acknowledge, actor=team.coordinator)
    row_id = session.scalars(select(Correction.id)).one()
    act(given.reference, corrections.answer, row_id, "You are right.", accepted=True, actor=team.coordinator)
    assert "We see it like you. You are right." in person.page()
    assert "It was in June." in client.get("/case/download").text
    assert session.scalars(select(Statement.what_happened)).one() == "Dust from the haul road covers our gardens."


def test_a_correction_without_words_is_asked_for_them_and_keeps_the_rest(person):
    answer = person.send("/case/correction", words=" ", right_words="It was in June.")
    assert answer.status_code == 422
    assert "Tell us what is wrong." in words(answer)
    assert "It was in June." in answer.text


def test_a_correction_sent_twice_is_one(client, person, session):
    typed = {**person.fields("/case/correction"), "words": "Wrong."}
    for _ in range(2):
        assert client.post("/case/correction", data=typed).status_code == 303
    assert len(session.scalars(select(Correction)).all()) == 1


def test_an_eleventh_correction_is_refused_and_the_words_come_back(client, person):
    for _ in range(corrections.MOST_WAITING):
        person.send("/case/correction", words="Wrong.")
    answer = person.send("/case/correction", words="Wrong once more.", right_words="Right.")
    assert answer.status_code == 409
    assert "We answer those first." in words(answer)
    assert "Wrong once more." in answer.text
    assert "Right." in answer.text


def test_a_person_reads_what_we_keep_for_how_long_and_why(client, team, person, given):
    page = person.page("/case/keeping")
    assert "We keep it while your concern is open." in page
    reference = states.a_closed_case(team)
    kept = come_back(client, reference).page("/case/keeping")
    assert "Everything: words, files, messages, and who it was" in kept
    assert "2033" in kept
    assert "We keep it until we have asked you if it stayed put right." in kept


def test_everything_is_erased_on_the_second_yes_and_the_browser_lets_go(client, given, person, session):
    assert "We still work on your concern." in person.page("/case/erase")
    unread = person.send("/case/erase")
    assert unread.status_code == 422
    assert "Say that you have read what is lost." in words(unread)
    onward = person.send("/case/erase", understood="y")
    assert (onward.status_code, onward.headers["Location"]) == (303, "/case/erase/now")
    assert case_of(given.reference).erased_at is None
    answer = person.send("/case/erase/now")
    assert answer.status_code == 200
    assert given.reference in words(answer)
    assert session.scalars(select(Statement.what_happened)).one() == ""
    assert client.get("/case/view").headers["Location"] == "/case"
    assert session.scalars(select(Receipt)).all() == []
    assert session.scalars(select(Tombstone.rule)).one() == "asked"
    assert verifying.verify().broken == []


def test_the_code_of_an_erased_case_is_like_any_wrong_code(client, given, person):
    person.send("/case/erase/now", pressured="no")
    wrong = Person(client).send("/case", code="AAAA-BBBB-CCCC-DDDD")
    mine = Person(client).send("/case", code=given.code)
    assert (mine.status_code, words(mine)) == (wrong.status_code, words(wrong))


def test_of_a_closed_case_it_is_said_what_that_costs(client, team):
    page = come_back(client, states.a_closed_case(team)).page("/case/erase")
    assert "We still work on your concern." not in page
    assert "you have no proof of it any more" in page


def test_while_a_court_needs_it_the_pages_say_so_and_offer_nothing_that_would_be_refused(client, team, given, person):
    act(given.reference, holds.set_hold, "The district court asked for it.", actor=team.approver)
    for path in ("/case/keeping", "/case/erase"):
        page = person.page(path)
        assert "A court or an authority needs it." in page
        assert "The district court asked for it." in page
    assert 'href="/case/erase"' not in client.get("/case/keeping").text
    stopped = person.send("/case/erase", understood="y")
    assert stopped.status_code == 200
    late = person.send("/case/erase/now")
    assert (late.status_code, late.headers["Location"]) == (303, "/case/view")
    assert "so it cannot be erased now" in person.page()
    assert case_of(given.reference).erased_at is None


def test_a_name_can_be_erased_even_while_a_court_needs_the_rest(client, team, session):
    reach = Values(name="Amina Kovac", email="amina@example.org")
    given = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    person = Person(client, given.code)
    act(given.reference, holds.set_hold, "The court.", actor=team.approver)
    assert person.send("/case/contact/burn", name_too="y").status_code == 303
    assert case_of(given.reference).identity is Identity.ANONYMOUS


def test_the_pages_speak_the_other_language_too(client, person):
    with client.session_transaction() as kept:
        kept["language"] = "ar@pseudo"
    for path in ("/case/correction", "/case/keeping", "/case/erase", "/case/erase/now"):
        assert 'dir="rtl"' in client.get(path).text


def test_strangers_are_asked_for_the_code(client, team):
    for path in ("/case/correction", "/case/keeping", "/case/erase", "/case/erase/now"):
        assert client.get(path).headers["Location"] == "/case"


def test_a_wrong_word_about_pressure_is_no_error_that_loses_the_form(person, given):
    answer = person.send("/case/erase/now", pressured="perhaps")
    assert answer.status_code == 422
    assert case_of(given.reference).erased_at is None


def test_what_is_kept_for_a_mine_ends_with_it(client, team, session):
    reference = states.a_closed_case(team)
    with unit_of_work():
        session.execute(update(Case).values(category="LAN"))
    person = come_back(client, reference)
    assert "for as long as the mine runs" in person.page("/case/keeping")
    with unit_of_work():
        session.execute(update(Site).values(closes_on=states.today().replace(year=2040)))
    assert "2050" in person.page("/case/keeping")


def test_everybody_can_read_how_long_we_keep_it_before_they_send_anything(client, team):
    said = words(client.get("/privacy"))
    assert "Grievances7 years" in said
    assert "10 years after the mine closes" in said


def test_whoever_has_the_page_open_elsewhere_is_told_that_it_is_erased(client, given, person):
    other = Person(client.application.test_client(), given.code)
    typed = other.fields("/case/erase/now")
    assert person.send("/case/erase/now").status_code == 200
    answer = other.client.post("/case/erase/now", data=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/case")
    assert "its code opens nothing any more" in words(other.client.get("/case"))


def test_a_code_that_was_changed_is_not_taken_for_an_erased_case(client, given, person):
    come_back(client.application.test_client(), given.reference)
    assert client.get("/case/view").status_code == 303
    assert "was closed to keep it safe" in words(client.get("/case"))


def test_whoever_gave_no_name_is_told_until_when_their_code_works(client, team, session):
    reference = states.a_closed_case(team)
    person = come_back(client, reference)
    assert "Your code opens this page until we have asked you if it stayed put right." in person.page()
    with unit_of_work():
        session.execute(update(Deadline).values(ended_at=case_of(reference).closed_at))
    day = case_of(reference).closed_at.date() + timedelta(days=31)
    assert f"{day.day} {day:%B}" in person.page()
    assert "Your code opens this page until" in person.page()
    with unit_of_work():
        session.execute(update(Case).values(close_type="lapsed"))
    assert "Your code opens this page until" not in person.page()


def test_of_an_open_case_and_of_somebody_with_a_name_nothing_is_said_of_the_code(client, team, person):
    assert "Your code opens this page until" not in person.page()
    reference = states.a_closed_case(team)
    with unit_of_work():
        case_of(reference).identity = Identity.NAMED
    assert "Your code opens this page until" not in come_back(client, reference).page()
