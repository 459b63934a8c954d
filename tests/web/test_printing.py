"""The file to print for staff: who may have it, what is left out of it, and that having had it is on record."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Access
from engage.services import conversation, triage
from tests import states
from tests.states import act
from tests.web.as_staff import sign_in
from tests.web.printed import file_of, text


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_staff_who_may_read_the_case_have_the_file_and_it_is_on_record(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, conversation.note, "Between us alone.", actor=team.officer)
    browser = sign_in(client, team.officer)
    assert f'href="/staff/cases/{reference}/file"' in browser.get(f"/staff/cases/{reference}").text
    found = text(file_of(browser, f"/staff/cases/{reference}/file"))
    assert "The person, Monday 2 March" in found
    assert "Dust from the haul road" in found
    for hidden in ("Between us alone.", "Who has seen this", "You can still appeal"):
        assert hidden not in found
    read_as = db.session.scalars(select(Access.purpose).where(Access.user_id == team.officer.id)).all()
    assert sorted(read_as) == ["file", "view"]


def test_paper_is_not_masked_so_whoever_reads_masked_has_no_file(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    browser = sign_in(client, team.auditor)
    assert browser.get(f"/staff/cases/{reference}/file").status_code == 403
    assert "/file" not in browser.get(f"/staff/cases/{reference}").text
    read_as = db.session.scalars(select(Access.purpose).where(Access.user_id == team.auditor.id)).all()
    assert read_as == ["view"]


def test_who_may_not_know_of_a_case_has_no_file_of_it_either(client, team):
    reference = states.an_acknowledged_case(team)
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    elsewhere = states.staff(Role.COORDINATOR, site_id=states.a_site("KOL"))
    for actor, status in ((team.coordinator, 404), (elsewhere, 404), (team.admin, 403), (team.focal, 200)):
        assert sign_in(client, actor).get(f"/staff/cases/{reference}/file").status_code == status
