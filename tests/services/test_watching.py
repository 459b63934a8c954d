"""Watching a case, and notes for a colleague: who hears of it, and who hears nothing."""

import uuid

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass, Road
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.domain.work_events import ColleagueMentioned
from engage.extensions import db
from engage.models import CaseEvent, CaseSubject, Message, OutboxMessage, StaffUser, Watching
from engage.queries import colleagues
from engage.services import conversation, triage, watching
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_case_with, forget_notices
from tests.states import act, case_of, person_of
from tests.web.as_staff import done, page, send, sign_in


@pytest.fixture
def team(session, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def reference(team):
    """A case that the officer works on and the second coordinator watches; nobody was told anything yet."""
    made = a_case_with(Road.DIRECT, site_id=team.site_id)
    with unit_of_work():
        case_of(made).assignee_id = team.officer.id
    act(made, watching.watch, actor=team.second_coordinator)
    forget_notices()
    return made


def told(template="watched_case"):
    db.session.rollback()
    wanted = select(OutboxMessage).where(OutboxMessage.template == template)
    return {row.user_id for row in db.session.scalars(wanted)}


def say(reference, actor, words="There is water now."):
    act(reference, conversation.reply, words, actor=actor)


def restrict(reference):
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED


def test_whoever_watches_hears_what_we_write_and_what_the_person_writes(team, reference):
    say(reference, team.officer)
    assert told() == {team.second_coordinator.id}
    forget_notices()
    act(reference, conversation.write_as_person, "Thank you.", actor=person_of(reference))
    assert told() == {team.second_coordinator.id}
    assert told("reply_arrived") == {team.officer.id}


def test_watching_twice_is_watching_once(team, reference):
    act(reference, watching.watch, actor=team.second_coordinator)
    assert len(db.session.scalars(select(Watching)).all()) == 1
    assert watching.watches(case_of(reference), team.second_coordinator)


def test_whoever_stops_hears_no_more(team, reference):
    act(reference, watching.stop, actor=team.second_coordinator)
    act(reference, watching.stop, actor=team.second_coordinator)
    say(reference, team.officer)
    assert told() == set()


def test_nobody_is_told_of_what_they_did_themselves(team, reference):
    say(reference, team.second_coordinator)
    assert told() == set()


def test_whoever_works_the_case_needs_no_watching(team, reference):
    act(reference, watching.watch, actor=team.officer)
    say(reference, team.coordinator)
    assert told() == {team.second_coordinator.id}


def test_whoever_is_told_by_the_event_itself_is_told_once(team, reference):
    with unit_of_work():
        case_of(reference).assignee_id = None
    act(reference, conversation.write_as_person, "Thank you.", actor=person_of(reference))
    assert team.second_coordinator.id in told("reply_arrived")
    assert told() == set()


def test_what_is_no_news_is_told_to_nobody_who_watches(team, reference):
    act(reference, conversation.note, "The road is wet.", actor=team.officer)
    act(reference, triage.assign, team.coordinator.id, actor=team.coordinator)
    assert told() == set()


@pytest.mark.parametrize("why", ["subject", "inactive", "restricted"])
def test_whoever_may_see_it_no_longer_hears_nothing(team, reference, why):
    with unit_of_work():
        if why == "subject":
            db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.second_coordinator.id))
        elif why == "inactive":
            db.session.get_one(StaffUser, team.second_coordinator.id).is_active = False
        else:
            case_of(reference).class_ = CaseClass.RESTRICTED
    say(reference, team.focal if why == "restricted" else team.officer)
    assert told() == set()


def test_a_restricted_case_cannot_be_watched(team, reference):
    restrict(reference)
    with pytest.raises(Refused, match="restricted_is_not_watched"):
        act(reference, watching.watch, actor=team.focal)


def test_nobody_watches_what_they_may_not_see(team, reference):
    stranger = states.staff(Role.OFFICER, site_id=states.a_site("OTH"))
    for use_case in (watching.watch, watching.stop):
        with pytest.raises(NotAllowed), unit_of_work():
            use_case(case_of(reference), actor=stranger)


# Notes for a colleague.


def note(reference, actor, *readers, words="Look at the second photo."):
    act(reference, conversation.note, words, actor=actor, readers=[one.id for one in readers])


def test_whoever_is_named_in_a_note_is_told_once_and_it_is_on_record(team, reference):
    note(reference, team.officer, team.approver, team.approver, team.officer)
    assert told("mentioned") == {team.approver.id}
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id)).all()
    assert kinds.count("ColleagueMentioned") == 1


def test_nobody_is_named_who_could_not_see_the_case(team, reference):
    stranger = states.staff(Role.OFFICER, site_id=states.a_site("OTH"))
    for one in (stranger.id, uuid.uuid4()):
        with pytest.raises(Refused, match="owner_cannot_see"):
            act(reference, conversation.note, "Look.", actor=team.officer, readers=[one])
    assert db.session.scalars(select(Message)).all() == []


def test_in_a_restricted_case_the_focal_point_who_is_meant_hears_and_no_other(team, reference):
    restrict(reference)
    note(reference, team.focal, team.second_focal)
    assert told("item_for_you") == {team.second_focal.id}
    assert told("mentioned") == set()


def test_whoever_cannot_see_the_case_by_then_is_not_told(team, reference):
    stranger = states.staff(Role.OFFICER, site_id=states.a_site("OTH"))
    with unit_of_work():
        record(case_of(reference), ColleagueMentioned(uuid.uuid4(), stranger.id), actor=team.officer)
    assert told("mentioned") == set()


def test_the_names_offered_are_those_who_may_see_the_case(team, reference):
    offered = {user_id for user_id, _ in colleagues.who_may_see(case_of(reference), but=team.officer)}
    assert {team.coordinator.id, team.approver.id, team.custodian.id} <= offered
    assert not offered & {team.officer.id, team.focal.id, team.oversight.id, team.panel.id}


# The pages.


def test_a_note_for_a_colleague_is_written_without_script(client, team, reference):
    officer = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/note"
    assert str(team.approver.id) in {box["value"] for box in page(officer.get(address)).select("[name=readers]")}
    done(send(officer, address, message="Look at the photo.", readers=[str(team.approver.id)]))
    assert told("mentioned") == {team.approver.id}
    shown = page(officer.get(f"/staff/cases/{reference}")).get_text(" ", strip=True)
    assert "Asked to read a note" in shown


def test_a_case_is_watched_and_left_alone_by_one_button(client, team, reference):
    approver = sign_in(client, team.approver)
    address = f"/staff/cases/{reference}/watch"
    assert address in {link.get("href") for link in page(approver.get(f"/staff/cases/{reference}")).select("a")}
    done(send(approver, address))
    say(reference, team.officer)
    assert told() == {team.approver.id, team.second_coordinator.id}
    assert "Stop watching" in approver.get(address).text
    done(send(approver, address))
    assert not watching.watches(case_of(reference), team.approver)


def test_nobody_is_offered_where_nobody_else_may_see_the_case(client, session, sent_tasks, clock):
    alone = states.staff(Role.COORDINATOR, site_id=states.a_site())
    reference = states.a_case(next(iter(alone.memberships)).site_id)
    browser = sign_in(client, alone)
    address = f"/staff/cases/{reference}/note"
    assert page(browser.get(address)).select("[name=readers]") == []
    done(send(browser, address, message="For myself."))
