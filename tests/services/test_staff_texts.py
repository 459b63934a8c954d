"""Texts to members of staff: the second road of what cannot wait."""

import pytest

from engage import clock as engage_clock
from engage.domain.delivery import NoticeState
from engage.extensions import db
from engage.models import StaffUser
from engage.services import delivery
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import Manner as MailManner
from tests.notify.letters import a_notice, forget_notices, row_of
from tests.services.test_roads import NUMBER


@pytest.fixture
def team(session, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def mail(mail_peer, change_settings, gateway):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port)
    return mail_peer


def test_an_urgent_fact_reaches_a_member_of_staff_by_text_where_their_mail_fails(team, gateway, mail):
    mail.manner = MailManner.REFUSE_RECIPIENT
    reference = states.a_case(team.site_id)
    forget_notices()
    with unit_of_work():
        db.session.get_one(StaffUser, team.approver.id).phone = NUMBER
    key = a_notice(reference, user_id=team.approver.id, template="urgent_fact", context={"fact": "fatality"})
    delivery.drain()
    delivery.drain()
    assert row_of(key).state(engage_clock.utcnow()) is NoticeState.REPLACED
    assert gateway.to(NUMBER) == ["Something cannot wait until you read your mail. Sign in: https://localhost/staff/"]


def test_whoever_left_no_number_gets_no_text(team, gateway, mail):
    mail.manner = MailManner.REFUSE_RECIPIENT
    reference = states.a_case(team.site_id)
    forget_notices()
    key = a_notice(reference, user_id=team.approver.id, template="urgent_fact", asked_road="sms")
    delivery.drain()
    assert row_of(key).last_error == "refused phone"
    assert gateway.texts == []
