"""Summaries, mentions, news of watched cases: a click of a mail program ends the mails, and the page still has them."""

import uuid
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Road
from engage.domain.mail_addresses import stop_code
from engage.domain.notice_groups import NoticeGroup, StaffRoad
from engage.extensions import db
from engage.models import NoticePreference, StaffUser
from engage.notify import claims
from engage.notify.addressing import destination
from engage.notify.envelope import posted
from engage.services import delivery, notifications
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.web.as_staff import page, sign_in

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
CHOICE = {NoticeGroup.MINE: StaffRoad.DIGEST, NoticeGroup.LATE: StaffRoad.PAGE}


@pytest.fixture
def team(clock, session, sent_tasks, settings):
    return states.Team()


@pytest.fixture
def reference(team):
    made = states.a_case(team.site_id)
    forget_notices()
    return made


def link_of(reference, user) -> str:
    """The path that the mail program finds in a mail with news of a watched case."""
    a_notice(reference, user_id=user.id, template="watched_case")
    with unit_of_work():
        (message,) = [one for one in claims.claim(50) if one.template == "watched_case"]
    mail = message_from_bytes(posted(message, destination(message)).raw, policy=policy.default)
    with unit_of_work():
        claims.sent(message, "email")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(mail["List-Unsubscribe"]).strip("<>").replace("https://localhost", "")


def chosen(user) -> dict[str, str]:
    db.session.rollback()
    rows = db.session.scalars(select(NoticePreference).where(NoticePreference.user_id == user.id))
    return {row.group.value: row.road.value for row in rows}


def test_a_mail_program_stops_the_mails_with_one_click_and_no_cookie(client, team, reference):
    link = link_of(reference, team.officer)
    answer = client.post(link, data=ONE_CLICK, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert chosen(team.officer) == {"mentions": "page"}
    key = a_notice(reference, user_id=team.officer.id, template="watched_case")
    delivery.drain()
    assert row_of(key).road == "page"


def test_looking_at_the_link_changes_nothing_and_the_button_stops_the_mails(client, team, reference):
    link = link_of(reference, team.officer)
    shown = client.get(link)
    assert shown.status_code == 200
    assert chosen(team.officer) == {}
    words = page(shown).select_one("main").get_text(" ", strip=True)
    assert "Mentions and cases you watch" in words
    assert reference not in shown.text
    answer = client.post(link, data={"csrf_token": ""})
    assert "no more mails" in page(answer).select_one("main").get_text(" ", strip=True)
    assert page(answer).select_one("main a[href='/account/notices']")
    assert chosen(team.officer) == {"mentions": "page"}


def test_stopping_twice_is_stopping_once_and_leaves_every_other_choice(client, team, reference):
    with unit_of_work():
        notifications.choose_roads(CHOICE, actor=team.officer)
    link = link_of(reference, team.officer)
    for _ in range(2):
        assert client.post(link, data=ONE_CLICK).status_code == 200
    assert chosen(team.officer) == {"mine": "digest", "late": "page", "mentions": "page"}
    assert chosen(team.coordinator) == {}


def test_a_choice_made_before_is_changed(client, team, reference):
    link = link_of(reference, team.officer)
    with unit_of_work():
        notifications.choose_roads({NoticeGroup.MENTIONS: StaffRoad.DIGEST}, actor=team.officer)
    client.post(link, data=ONE_CLICK)
    assert chosen(team.officer) == {"mentions": "page"}


def test_whoever_is_signed_in_can_stop_somebody_elses_mails_by_that_link_alone(client, team, reference):
    link = link_of(reference, team.officer)
    other = sign_in(client, team.coordinator)
    assert other.post(link, data=ONE_CLICK).status_code == 200
    assert (chosen(team.officer), chosen(team.coordinator)) == ({"mentions": "page"}, {})


@pytest.mark.parametrize("of", ["nothing", "a person", "work", "somebody who left", "nonsense"])
def test_a_link_that_we_did_not_make_for_such_a_mail_stops_nothing(client, team, of):
    reference = a_case_with(Road.DIRECT, site_id=team.site_id)
    forget_notices()
    key = {
        "a person": lambda: a_notice(reference),
        "work": lambda: a_notice(reference, user_id=team.officer.id, template="assigned_to_you"),
        "somebody who left": lambda: a_notice(reference, user_id=team.officer.id, template="watched_case"),
    }.get(of, lambda: None)()
    if of == "somebody who left":
        with unit_of_work():
            db.session.get_one(StaffUser, team.officer.id).is_active = False
    notice_id = row_of(key).id if key else uuid.uuid4()
    code = "nonsense" if of == "nonsense" else stop_code(notice_id, vault.key_for(vault.MAIL_ADDRESS))
    for answer in (client.get(f"/account/no-more-mails/{code}"), client.post(f"/account/no-more-mails/{code}")):
        assert answer.status_code == 410
        assert "Nothing was changed" in answer.text
    assert chosen(team.officer) == {}
