"""The numbers around the pages of staff: each for whom it is meant, all of them by one statement."""

import pytest

from engage import data_keys, lane_keys, vault
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import LaneReport
from engage.queries import frame
from engage.queries.frame import Numbers
from engage.services import cases
from engage.services.lane import moving
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import INBOX, a_case_by_mail, a_mail, came
from tests.statements import statements


@pytest.fixture
def team(session, sent_tasks, change_settings):
    vault.make_worker_keys(settings().VAR, settings().worker_keys)
    data_keys.make_ring()
    lane_keys.make_ring()
    change_settings(MAIL_INBOX=INBOX)
    return states.Team()


def numbers_for(actor) -> Numbers:
    with statements() as sent:
        found = frame.numbers(actor)
    assert len(sent) == 1
    return found


def test_where_nothing_waits_the_numbers_are_nought_and_others_are_not_there(team):
    assert numbers_for(team.coordinator) == Numbers(0, None, 0)
    assert numbers_for(team.focal) == Numbers(0, 0, 0)
    assert numbers_for(team.officer) == Numbers(0, None, None)
    assert numbers_for(team.admin) == Numbers(0, None, None)


def test_each_counts_what_is_theirs(team):
    reference = a_case_by_mail(team.site_id, harms_child=True)
    with unit_of_work():
        moving.move(cases.lock(reference, team.focal), actor=team.focal)
    ordinary = states.a_case(team.site_id)
    came(a_mail(f"About {ordinary}"))
    db.session.rollback()
    coordinator, focal = numbers_for(team.coordinator), numbers_for(team.focal)
    assert (coordinator.reports, coordinator.mails) == (None, 1)
    assert (focal.reports, focal.mails) == (1, 0)
    assert coordinator.unseen > 0
    assert focal.unseen > 0
    elsewhere = states.staff(Role.COORDINATOR, site_id=states.a_site("ZZZ"))
    assert numbers_for(elsewhere) == Numbers(0, None, 0)
    assert len(db.session.scalars(db.select(LaneReport)).all()) == 1
