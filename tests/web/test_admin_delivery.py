"""What administrators see of messages that did not arrive."""

import pytest

from engage import vault
from engage.domain.delivery import NoticeState
from engage.domain.policy import Role
from engage.services import delivery, undelivered
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import Manner
from tests.notify.fates import in_state
from tests.notify.letters import ADDRESS, a_notice, forget_notices, row_of
from tests.services.by_text import NUMBER, a_case, owed_to
from tests.web.as_staff import page, sign_in


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def chief(client, team):
    return sign_in(client, states.staff((Role.ADMIN, None)))


def listed(browser):
    found = page(browser.get("/admin/delivery"))
    return [table.caption.text for table in found.select("table")], [one.text for one in found.select(".app-cases bdi")]


def test_a_mail_about_an_account_that_came_back_is_listed_and_can_be_tried_again(chief, team):
    forget_notices()
    key = a_notice(user_id=team.officer.id, template="password_chosen", context={"own": "yes"})
    delivery.drain()
    with unit_of_work():
        assert undelivered.bounced(row_of(key).id, "5.1.1")
    captions, words = listed(chief)
    assert captions == ["1 message came back"]
    assert words == [str(row_of(key).id), "5.1.1"]
    token = page(chief.get("/admin/delivery")).select_one("[name=csrf_token]")["value"]
    chief.post(f"/admin/delivery/{row_of(key).id}/retry", data={"csrf_token": token})
    assert row_of(key).bounced_at is None


def test_what_another_road_said_is_not_given_up_for_ever(chief, team, peer, gateway):
    reference = a_case(team, chosen={"may_text": True}, email=ADDRESS, phone=NUMBER)
    peer.manner = Manner.REFUSE_RECIPIENT
    key = owed_to(reference)
    delivery.drain()
    assert (row_of(key).dead_at is None, len(gateway.to(NUMBER))) == (False, 1)
    dead = in_state(NoticeState.DEAD, reference)
    captions, words = listed(chief)
    assert captions == ["1 message was given up"]
    assert words[0] == str(dead)
    assert str(row_of(key).id) not in words
