"""Opening who a confidential person is, on the pages: of who asks, who decides, and of the person."""

from datetime import timedelta

import pytest

from engage.domain.case import Identity, Road
from engage.models import Access
from engage.services import contact
from engage.services.contact import Values
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, kinds, page, send, sign_in

NAME = "Given Family"


@pytest.fixture
def team(clock, session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    made = states.an_assessed_case(team)
    keep = {"identity": Identity.CONFIDENTIAL, "road": Road.NONE, "values": Values(name=NAME)}
    act(made, contact.set_contact, **keep, actor=person_of(made))
    return made


def the(reference, what):
    return f"/staff/cases/{reference}/{what}"


def said(answer):
    return page(answer).get_text(" ", strip=True)


def links(browser, reference):
    return {link["href"].rsplit("/", 1)[-1] for link in page(browser.get(f"/staff/cases/{reference}")).select("a")}


def press(browser, address):
    return browser.post(address, data=filled(browser.get(address)))


def test_asked_decided_looked_at_told_and_over(client, team, reference, session, clock):
    officer, custodian = sign_in(client, team.officer), sign_in(client, team.custodian)
    assert officer.get(the(reference, "person")).status_code == 403
    assert officer.get(the(reference, "look")).status_code == 409
    done(send(officer, the(reference, "ask-opening"), explanation="A doctor has to come.", days="2"))
    assert "Decide whether somebody may see who the person is" in said(custodian.get("/staff/day"))
    asked = custodian.get(the(reference, "decide-opening"))
    assert "A doctor has to come." in said(asked)
    opening = page(asked).select_one("input[name=opening]")["value"]
    done(send(custodian, the(reference, "decide-opening"), opening=opening, decision="yes"))
    assert "look" in links(officer, reference)
    assert NAME not in officer.get(the(reference, "look")).text
    form = filled(officer.get(the(reference, "look")))
    shown = officer.post(the(reference, "look"), data=form)
    assert (shown.status_code, NAME in shown.text) == (200, True)
    again = officer.post(the(reference, "look"), data=form)
    assert (again.status_code, NAME in again.text) == (303, False)
    assert kinds(session, reference)[-3:] == ["OpeningAsked", "OpeningGranted", "IdentityOpened"]
    purposes = {row.purpose for row in session.query(Access).filter_by(case_id=case_of(reference).id)}
    assert "opened_identity" in purposes
    come_back(client, reference)
    own = said(client.get("/case/view"))
    assert "You asked us to keep your name secret. It was shown to: Officer, 2 Mar" in own
    assert "Looked at who the person is" in said(officer.get(the(reference, "story")))
    clock.advance(timedelta(days=2))
    officer = sign_in(client, team.officer)
    assert "look" not in links(officer, reference)
    late = officer.get(the(reference, "look"))
    assert (late.status_code, NAME in late.text) == (409, False)


def test_it_is_taken_back_and_a_no_needs_words(client, team, reference):
    officer, custodian = sign_in(client, team.officer), sign_in(client, team.custodian)
    done(send(officer, the(reference, "ask-opening"), explanation="A doctor has to come.", days="7"))
    opening = page(custodian.get(the(reference, "decide-opening"))).select_one("input[name=opening]")["value"]
    short = send(custodian, the(reference, "decide-opening"), opening=opening, decision="no")
    assert (short.status_code, "Write why it stays secret" in said(short)) == (422, True)
    done(send(custodian, the(reference, "decide-opening"), opening=opening, decision="yes"))
    done(send(custodian, the(reference, "end-opening"), opening=opening))
    assert officer.get(the(reference, "look")).status_code == 409
    assert NAME not in press_refused(officer, the(reference, "look"))


def press_refused(browser, address):
    return browser.post(address, data={}).text


def test_who_asked_is_offered_no_decision_and_the_others_no_look(client, team, reference):
    approver = sign_in(client, team.approver)
    done(send(approver, the(reference, "ask-opening"), explanation="A visit is planned.", days="1"))
    assert approver.get(the(reference, "decide-opening")).status_code == 409
    assert "decide-opening" not in links(approver, reference)
    assert "look" not in links(sign_in(client, team.coordinator), reference)
    assert "ask-opening" not in links(sign_in(client, team.custodian), reference)
    assert sign_in(client, team.auditor).get(the(reference, "look")).status_code == 403


def test_a_named_person_needs_no_opening(client, team):
    made = states.an_assessed_case(team)
    keep = {"identity": Identity.NAMED, "road": Road.NONE, "values": Values(name=NAME)}
    act(made, contact.set_contact, **keep, actor=person_of(made))
    officer = sign_in(client, team.officer)
    assert "ask-opening" not in links(officer, made)
    assert NAME in officer.get(the(made, "person")).text
