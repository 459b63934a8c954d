"""Whatever shows a secret name or contact asks who is signed in for a proof that is not old, whichever page it is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import data_keys, lane_keys, vault
from engage.domain.case import CaseClass, Identity, Road
from engage.models import LaneAccess, Opening
from engage.services import contact, openings
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.lane_states import a_report
from tests.services.test_roads import a_case
from tests.states import act, case_of, person_of
from tests.web.as_person import a_concern
from tests.web.as_staff import done, filled, page, send, sign_in
from tests.web.test_errand_pages import ADDRESS, owed

NAME = "Given Family"
PHONE = "+381641234567"
OLD = timedelta(minutes=31)


@pytest.fixture
def team(clock, session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    data_keys.make_ring()
    lane_keys.make_ring()
    return states.Team()


def asks(browser, address):
    """Whether the page leads to the one that asks for a proof."""
    answer = browser.get(address)
    return answer.status_code == 303 and answer.location == f"/account/prove?next={address}"


def test_a_letter_to_an_address_that_is_kept_secret_is_not_printed_on_an_old_proof(client, clock, team):
    reference = a_case(team, post=ADDRESS)
    _, tell = owed(reference)
    coordinator = sign_in(client, team.coordinator)
    focal = sign_in(client, team.focal)
    clock.advance(OLD)
    assert coordinator.get(f"{tell}/letter").status_code == 200  # nothing secret about it
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    assert asks(focal, f"{tell}/letter")
    assert sign_in(client, team.focal).get(f"{tell}/letter").status_code == 200


def test_a_name_that_was_opened_for_some_days_is_not_shown_on_an_old_proof(client, clock, team, session):
    reference = states.an_assessed_case(team)
    keep = {"identity": Identity.CONFIDENTIAL, "road": Road.NONE, "values": Values(name=NAME)}
    act(reference, contact.set_contact, **keep, actor=person_of(reference))
    act(reference, openings.ask, "A doctor has to come.", 2, actor=team.officer)
    opening = session.scalars(select(Opening.id)).one()
    act(reference, openings.decide, opening, approve=True, words="", actor=team.custodian)
    officer, look = sign_in(client, team.officer), f"/staff/cases/{reference}/look"
    form = filled(officer.get(look))
    clock.advance(OLD)
    assert asks(officer, look)
    asked = officer.post(look, data=form)
    assert (asked.status_code, NAME in asked.text) == (401, False)


@pytest.fixture
def moved(client, team):
    """A restricted case with a name and a phone, moved into the lane, and the address of its report."""
    reach = Values(name=NAME, phone=PHONE, post=ADDRESS, word="heron")
    concern = {"what_happened": "Zqx", "category": "GBV", "identity": Identity.NAMED, "road": Road.DIRECT}
    received = a_concern(team.site_id, **concern, reach=reach)
    focal = sign_in(client, team.focal)
    return done(send(focal, f"/staff/lane/move/{received.reference}", sure="y")).location


def test_the_page_of_a_report_shows_no_name_and_leads_to_where_it_stands(client, clock, team, moved, session):
    focal = sign_in(client, team.focal)
    report = focal.get(moved)
    assert NAME not in report.text and PHONE not in report.text
    link = page(report).find("a", string="Who it is, and how to reach them (is recorded)")
    assert link["href"] == f"{moved}/person"
    shown = page(focal.get(link["href"])).get_text(" ", strip=True)
    for words in (NAME, PHONE, "Main road 7", "heron"):
        assert words in shown
    clock.advance(OLD)
    assert asks(focal, link["href"])
    assert focal.get(moved).status_code == 200


def test_that_somebody_saw_how_to_reach_her_is_recorded_and_a_refused_look_is_not(client, clock, team, moved, session):
    focal = sign_in(client, team.focal)
    clock.advance(OLD)
    assert asks(focal, f"{moved}/person")
    assert session.query(LaneAccess).count() == 0
    session.rollback()
    sign_in(client, team.focal).get(f"{moved}/person")
    assert session.query(LaneAccess).one().user_id == team.focal.id


def test_a_report_of_the_safe_form_has_nothing_of_that(client, team):
    focal, path = sign_in(client, team.focal), f"/staff/lane/{a_report(team.site_id).report_id}"
    assert f"{path}/person" not in focal.get(path).text
    assert "Nothing is known that you may see" in focal.get(f"{path}/person").text
    assert sign_in(client, team.coordinator).get(f"{path}/person").status_code == 404
