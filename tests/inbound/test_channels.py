"""However a concern comes, it stands in one register and its clocks run from when it reached us (domain R08)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, Deadline
from engage.queries import inbox
from engage.queries.inbox import Filters, Tab
from engage.services import intake, sites
from engage.services.inbound import deciding, processing
from engage.services.intake import Concern
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import INBOX, SITE, a_mail, a_team, came, row_of
from tests.promised import breaks_of

WAITED = timedelta(days=3)


@pytest.fixture
def team(clock, session):
    return a_team()


def owed(case):
    """How long after its receipt each promise of a case is due."""
    rows = db.session.scalars(select(Deadline).where(Deadline.case_id == case.id))
    return {row.promise: (row.starts_at - case.received_at, row.due_at - case.received_at) for row in rows}


def a_mail_that_waited(clock, team, *, by_hand):
    """It lay in the pen until somebody placed it, or in the queue until a worker came."""
    if not by_hand:
        mail = came(a_mail(to=SITE))
        clock.advance(WAITED)
        return mail
    mail = came(a_mail(to=INBOX))
    clock.advance(WAITED)
    sorter = states.staff((Role.COORDINATOR, None))
    with unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=sorter)
    processing.process_due()
    return row_of(mail.id)


def test_r08_every_channel_leads_into_one_register_with_clocks_from_when_it_reached_us(clock, team):
    told = clock.now
    by_mail = a_mail_that_waited(clock, team, by_hand=True)
    channels = [term.code for term in sites.shipped_catalogue().taxonomy.lists["channels"]]
    by_hand = [code for code in channels if code not in ("web", "email")]
    assert {"sms", "post", "letter_box", "walk_in", "voice_call", "community_meeting"} <= set(by_hand)
    for code in by_hand:
        concern = Concern("The water is brown.", channel=code)
        with unit_of_work():
            intake.take_down(
                intake.new_token(), concern, site_id=team.site_id, received_at=told, actor=team.coordinator
            )
    cases = {case.channel: case for case in db.session.scalars(select(Case))}
    assert set(cases) == {"email", *by_hand}
    assert cases["email"].id == by_mail.case_id
    assert {(case.received_at, case.recorded_at) for case in cases.values()} == {(told, told + WAITED)}
    assert {case.recorded_by_id for code, case in cases.items() if code != "email"} == {team.coordinator.id}
    same = owed(cases["walk_in"])
    assert same[Promise.ACKNOWLEDGE][0] == timedelta()
    assert all(owed(case) == same for case in cases.values())
    found = {row["reference"] for row in inbox.page(team.coordinator, Tab.ALL, Filters(), clock.now).rows}
    assert found == {case.reference for case in cases.values()}
    assert [breaks_of(case.reference) for case in cases.values()] == [[]] * len(cases)


def test_r08_a_concern_of_the_form_and_one_by_mail_owe_the_same(clock, team):
    mail = a_mail_that_waited(clock, team, by_hand=False)
    by_mail = db.session.get_one(Case, mail.case_id)
    by_form = states.case_of(states.a_case(team.site_id))
    assert by_mail.received_at == by_form.received_at - WAITED
    assert owed(by_mail) == owed(by_form)
