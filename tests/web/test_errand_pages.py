"""Staff bring word to a person: what to read, who goes, what came of it; letters, and slips for the board."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from engage.domain.case import CaseClass, Identity, Road
from engage.domain.errands import ErrandResult
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Errand, OutboxMessage, Site
from engage.services import conversation, delivery, retention
from engage.unit_of_work import unit_of_work
from tests import states
from tests.browsing import visit
from tests.notify.letters import a_notice, forget_notices
from tests.services.test_roads import a_case, choose
from tests.states import act, case_of
from tests.web.as_staff import sign_in

ADDRESS = "Main road 7\nBor"


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def owed(reference, template="case_news"):
    """An errand of the case, and its page."""
    a_notice(reference, template=template)
    delivery.drain()
    errand = db.session.scalars(select(Errand)).one()
    return errand.id, f"/staff/cases/{reference}/tell/{errand.id}"


def errand():
    db.session.rollback()
    return db.session.scalars(select(Errand)).one()


def pdf(answer):
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_what_may_be_read_is_what_we_wrote_and_the_person_has_not_answered(client, clock, team):
    reference = a_case(team)
    for words in ("Old answer.", "New answer."):
        clock.advance(timedelta(minutes=1))
        act(reference, conversation.reply, words, actor=team.coordinator)
        clock.advance(timedelta(minutes=1))
        if words == "Old answer.":
            act(reference, conversation.write_as_person, "Thank you.", actor=states.person_of(reference))
    act(reference, conversation.note, "Only among us.", actor=team.coordinator)
    forget_notices()
    _, page = owed(reference)
    words = visit(sign_in(client, team.coordinator), page).words
    assert "You may read this to them New answer." in words
    assert "Old answer." not in words
    assert "Only among us." not in words


@pytest.mark.parametrize(
    ("result", "is_done"), [("reached", True), ("refused", True), ("not_reached", False), ("said", True)]
)
def test_what_came_of_it_is_written_down(client, team, result, is_done):
    _, page = owed(a_case(team))
    browser = sign_in(client, team.coordinator)
    seen = visit(browser, page).submit(browser, result=result)
    assert (errand().result, errand().finished_at is not None) == (ErrandResult(result), is_done)
    if result == "said":
        assert "The person said:" in seen.words


def test_a_result_that_belongs_to_another_road_is_not_offered_and_not_taken(client, team):
    _, page = owed(a_case(team))
    browser = sign_in(client, team.coordinator)
    assert visit(browser, page).submit(browser, result="posted").status == 422
    assert errand().result is None


def test_somebody_else_is_asked_to_go_and_finds_it_on_their_day(client, team):
    reference = a_case(team)
    _, page = owed(reference)
    browser = sign_in(client, team.coordinator)
    visit(browser, f"{page}/give").submit(browser, carrier=str(team.approver.id))
    assert errand().carrier_id == team.approver.id
    told = db.session.scalars(select(OutboxMessage.user_id).where(OutboxMessage.template == "errand_for_you")).all()
    assert told == [team.approver.id]
    assert "approver" in visit(browser, page).words
    assert reference in visit(sign_in(client, team.approver), "/staff/day").words


def test_nobody_is_asked_to_go_who_may_not_speak_with_the_person(client, team):
    _, page = owed(a_case(team))
    browser = sign_in(client, team.coordinator)
    assert visit(browser, f"{page}/give").submit(browser, carrier=str(team.auditor.id)).status == 422
    assert errand().carrier_id is None


def test_a_letter_carries_the_address_and_the_words_of_the_notice(client, team):
    reference = a_case(team, post=ADDRESS)
    _, page = owed(reference)
    browser = sign_in(client, team.coordinator)
    assert "Print the letter" in visit(browser, page).words
    said = pdf(browser.get(f"{page}/letter"))
    assert "Main road 7" in said
    assert "There is something new in your case" in " ".join(said.split())
    assert "answer this mail" not in said
    visit(browser, page).submit(browser, result="sent")
    assert errand().result is ErrandResult.SENT


def test_a_letter_that_nobody_printed_for_a_month_can_still_be_printed(client, clock, team):
    reference = a_case(team, post=ADDRESS)
    a_notice(reference, template="proposal_waiting", context={"respond_by": "2026-05-17T09:00:00+00:00"})
    delivery.drain()
    page = f"/staff/cases/{reference}/tell/{errand().id}"
    clock.advance(timedelta(days=31))
    retention.apply()
    browser = sign_in(client, team.coordinator)
    assert "17 May 2026" in " ".join(pdf(browser.get(f"{page}/letter")).split())
    with unit_of_work():  # as before it was kept for the letter
        db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == "proposal_waiting")
        ).one().context = None
    assert "There is something new in your case" in " ".join(pdf(browser.get(f"{page}/letter")).split())


def test_a_letter_with_dates_names_them(client, team):
    _, page = owed(a_case(team, post=ADDRESS), "case_acknowledged")
    assert "2026" in pdf(sign_in(client, team.coordinator).get(f"{page}/letter"))


def test_an_ordinary_letter_is_one_sheet_with_the_place_to_open_the_case_on_it(client, team):
    reference = a_case(team, post=f"Second entrance, third floor\n{ADDRESS}")
    with unit_of_work():
        site = db.session.get(Site, case_of(reference).site_id)
        site.phone, site.phone_hours = "+381 30 000 001", "Monday to Saturday, 7:00 to 19:00"
        site.office = "Information office, the square in the old town, Monday to Friday, 9:00 to 15:00"
        site.outside_avenues = [
            {
                "name": f"{name}, provincial office, department of complaints",
                "contact": "0800 000 021, at the municipal office",
            }
            for name in ("Ombudsman", "Labour inspectorate", "Environmental inspectorate", "Human-rights commission")
        ]
    _, page = owed(reference, "case_received")
    sheets = PdfReader(io.BytesIO(sign_in(client, team.coordinator).get(f"{page}/letter").data)).pages
    assert len(sheets) == 1
    assert "/case" in sheets[0].extract_text()


def test_a_letter_about_a_restricted_case_says_the_neutral_sentence(client, team):
    reference = a_case(team, post=ADDRESS)
    _, page = owed(reference)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    assert sign_in(client, team.coordinator).get(f"{page}/letter").status_code == 404
    said = pdf(sign_in(client, team.focal).get(f"{page}/letter"))
    assert "There is something new for you." in said
    assert reference not in said


def test_whoever_may_not_see_the_address_prints_no_letter(client, team):
    reference = a_case(team, Road.CUSTODIAN, post=ADDRESS)
    _, page = owed(reference)
    assert case_of(reference).identity is Identity.CONFIDENTIAL
    browser = sign_in(client, team.coordinator)
    assert "Print the letter" not in visit(browser, page).words
    assert browser.get(f"{page}/letter").status_code == 403
    assert sign_in(client, team.auditor).get(f"{page}/letter").status_code == 403


def test_word_by_mouth_has_no_letter(client, team):
    _, page = owed(a_case(team))
    assert sign_in(client, team.coordinator).get(f"{page}/letter").status_code == 404


def on_board(team):
    reference = states.a_case(team.site_id)
    choose(reference, on_board=True)
    forget_notices()
    return reference


def test_slips_show_a_reference_and_nothing_else_and_are_written_down_as_posted(client, team):
    reference = on_board(team)
    _, page = owed(reference)
    browser = sign_in(client, team.coordinator)
    assert "All slips" in visit(browser, page).words
    board = visit(browser, "/staff/board")
    assert reference in board.words
    said = pdf(browser.get("/staff/board/slips"))
    assert reference in said
    board.submit(browser, slip=str(errand().id))
    assert errand().result is ErrandResult.POSTED
    assert "No slip waits." in visit(browser, "/staff/board").words
    assert browser.get("/staff/board/slips").status_code == 404


def test_a_slip_speaks_the_persons_language_not_that_of_whoever_prints_it(client, team):
    references = [on_board(team), on_board(team)]
    with unit_of_work():
        case_of(references[1]).locale = "ar@pseudo"
    for reference in references:
        a_notice(reference, template="case_news")
    delivery.drain()
    said = pdf(sign_in(client, team.coordinator).get("/staff/board/slips"))
    assert said.count("There is news for") == 1
    assert re.search(r"[\u0600-\u06ff\ufb50-\ufefc]", said)


def test_a_slip_is_read_from_two_steps_away(client, team):
    reference = on_board(team)
    owed(reference)
    answer = sign_in(client, team.coordinator).get("/staff/board/slips")
    sizes = {}
    page = PdfReader(io.BytesIO(answer.data)).pages[0]
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: sizes.setdefault(text.strip(), size))
    assert sizes[reference] >= 40
    assert min(size for text, size in sizes.items() if text) >= 16


def test_what_is_no_slip_of_ours_is_passed_over(client, team):
    owed(on_board(team))
    browser = sign_in(client, team.coordinator)
    visit(browser, "/staff/board").submit(browser, slip="nonsense")
    assert errand().finished_at is None


def test_slips_of_another_site_and_of_restricted_cases_are_not_there(client, team):
    reference = on_board(team)
    owed(reference)
    elsewhere = states.staff(Role.COORDINATOR, site_id=states.a_site("NOR"))
    assert reference not in visit(sign_in(client, elsewhere), "/staff/board").words
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    for actor in (team.coordinator, team.focal):
        assert reference not in visit(sign_in(client, actor), "/staff/board").words
