"""The panel's own room on its page: the question first, then what is needed to decide, and notes for members alone."""

import io

import pytest
from sqlalchemy import select

from engage.domain.case import Writer
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Access, PanelNote, Statement
from engage.services import appeals, attachments, cases, conversation, panels
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.web.as_staff import done, kinds, page, send, sign_in
from tests.web.printed import file_of, text

NOTE = "The road was dry on Monday."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    found = states.an_appealed_case(team)
    act(found, conversation.note, "Between us alone.", actor=team.officer)
    act(found, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    return found


@pytest.fixture
def member(client, team):
    return sign_in(client, team.panel)


def room_of(reference):
    return f"/staff/cases/{reference}/panel"


def said(answer):
    return " ".join(page(answer).select_one("main").get_text(" ", strip=True).split())


@pytest.mark.parametrize("path", ["", "/story", "/person", "/decide", "/file", "/note"])
def test_until_a_member_answers_every_page_of_the_case_leads_to_the_one_question(member, team, reference, path):
    answer = member.get(f"/staff/cases/{reference}{path}")
    assert (answer.status_code, answer.location) == (303, room_of(reference))
    asked = said(member.get(room_of(reference)))
    assert "Do you have a conflict of interest?" in asked
    assert "Who of us had to do with it coordinator , officer" in asked
    for hidden in ("Dust from the haul road", "We measured the dust", "Between us alone."):
        assert hidden not in asked
    assert db.session.query(Access).filter_by(user_id=team.panel.id).count() == 0


def title_of(reference):
    return db.session.scalars(select(Statement.title).where(Statement.case_id == case_of(reference).id)).one()


def test_until_a_member_answers_no_file_and_no_list_shows_what_it_is_about(member, team, reference):
    """R03: nothing of it is read before the question, neither by the address of a file nor in a list."""
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        file = attachments.check(io.BytesIO(b"What we saw."), "a.txt")
        address = f"/staff/files/{attachments.add(case, file, writer=Writer.PERSON).id}"
    title, lists = title_of(reference), ("/staff/?tab=all", "/staff/day")
    assert title
    assert member.get(address).status_code == 403
    for path in lists:
        shown = said(member.get(path))
        assert reference in shown and title not in shown
    assert "you read it once you have said" in said(member.get("/staff/day"))
    done(send(member, room_of(reference), conflict="no"))
    assert member.get(address).status_code == 200
    for path in lists:
        assert title in said(member.get(path))


def test_whoever_is_on_a_panel_and_reads_the_site_by_another_role_is_asked_first_all_the_same(client, team, reference):
    other = states.staff((Role.PANEL, None), (Role.COORDINATOR, team.site_id))
    act(reference, appeals.seat_panel, [team.panel.id, other.id], actor=team.coordinator)
    browser = sign_in(client, other)
    assert title_of(reference) not in said(browser.get("/staff/?tab=all"))
    done(send(browser, room_of(reference), conflict="no"))
    assert title_of(reference) in said(browser.get("/staff/?tab=all"))


def test_a_member_without_a_conflict_finds_everything_needed_to_decide(member, team, session, reference):
    answer = done(send(member, room_of(reference), conflict="no"))
    assert answer.location == room_of(reference)
    shown = member.get(room_of(reference))
    found = said(shown)
    for part in (
        "Dust from the haul road covers our gardens.",
        "We measured the dust. It is above what we promised.",
        "Proposal given to the person, by: Officer",
        "no conflict of interest, said Monday 2 March",
        "Decide the appeal",
        "Nobody has written a note yet.",
    ):
        assert part in found
    assert page(shown).select_one(f'a[href="/staff/cases/{reference}/decide"]')
    assert reference in text(file_of(member, f"/staff/cases/{reference}/file"))
    assert kinds(session, reference)[-1] == "PanelDeclared"
    assert member.get(f"/staff/cases/{reference}").status_code == 200


def test_the_case_page_and_my_day_lead_a_member_to_the_room(member, team, reference):
    assert f'href="{room_of(reference)}"' in member.get("/staff/day").text
    act(reference, panels.declare, actor=team.panel)
    main = page(member.get(f"/staff/cases/{reference}")).select_one(".app-bar__actions a.govuk-button")
    assert (main.get_text(strip=True), main["href"]) == ("Go to the panel’s room", room_of(reference))


def test_a_member_with_a_conflict_is_out_of_the_case_and_told_so(member, session, reference):
    answer = done(send(member, room_of(reference), conflict="yes"))
    assert answer.location == "/staff/"
    assert "You are off this panel." in said(member.get(answer.location))
    assert member.get(room_of(reference)).status_code == 404
    assert kinds(session, reference)[-1] == "SeatGivenUp"


def test_the_question_has_to_be_answered(member, reference):
    answer = send(member, room_of(reference))
    assert answer.status_code == 422
    assert "Say whether you have a conflict of interest" in said(answer)


def test_a_note_is_read_by_the_other_members_and_by_nobody_else(client, member, team, reference):
    second = states.staff(Role.PANEL, site_id=team.site_id, name="Second")
    states.seat(reference, team.panel, second, by=team.coordinator)
    done(send(member, room_of(reference), words=NOTE, dissents="y"))
    other = sign_in(client, second)
    found = said(other.get(room_of(reference)))
    assert f"panel · Monday 2 March · only this panel · a dissent {NOTE}" in found
    roles = (
        team.coordinator,
        team.officer,
        team.approver,
        team.auditor,
        team.rights_lead,
        team.custodian,
        team.liaison,
    )
    for actor in (*roles, team.admin, team.oversight, team.focal):
        browser = sign_in(client, actor)
        assert browser.get(room_of(reference)).status_code in (403, 404)
        assert browser.post(room_of(reference), data={"words": "Mine."}).status_code in (400, 403, 404)
        for path in ("", "/story"):
            assert NOTE not in browser.get(f"/staff/cases/{reference}{path}").text
    assert NOTE not in text(file_of(sign_in(client, team.officer), f"/staff/cases/{reference}/file"))
    assert db.session.query(PanelNote).count() == 1


def test_a_note_without_words_says_so_and_one_too_long_is_given_back(member, team, reference):
    act(reference, panels.declare, actor=team.panel)
    answer = send(member, room_of(reference), words=" ")
    assert answer.status_code == 422
    assert "Write the note" in said(answer)
    long = "Reason. " * 3000
    answer = send(member, room_of(reference), words=long)
    assert answer.status_code == 422
    assert "Reason. Reason." in page(answer).select_one("main textarea").get_text()


def test_after_the_decision_members_can_read_the_room_and_write_no_more(member, team, reference):
    act(reference, panels.declare, actor=team.panel)
    act(reference, panels.write_note, NOTE, actor=team.panel)
    done(send(member, f"/staff/cases/{reference}/decide", outcome="upheld", reasons="Pave it.", then="close"))
    answer = member.get(room_of(reference))
    assert answer.status_code == 409
    found = said(answer)
    assert NOTE in found
    assert "The panel agrees with the person Pave it." in found
    assert "No appeal on whose panel you sit is open." in found
    assert page(answer).select("main textarea") == []


def test_who_was_replaced_reads_the_room_no_longer(client, member, team, reference):
    act(reference, panels.declare, actor=team.panel)
    second = states.staff(Role.PANEL, site_id=team.site_id)
    act(reference, appeals.seat_panel, [second.id], actor=team.coordinator)
    assert member.get(room_of(reference)).status_code == 404
    assert case_of(reference).facts.panel == {second.id}
