"""One notice: what became of each try, and what can be done; and the notices of a case on its page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Road
from engage.domain.delivery import NoticeState, Outcome
from engage.domain.errands import ErrandResult
from engage.extensions import db
from engage.models import CaseEvent, Errand, OutboxMessage
from engage.services import errands
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.fates import came_back, in_state, set_on, tried
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.web.as_staff import kinds, page, sign_in, text, token_of


@pytest.fixture
def team(clock, session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    made = a_case_with(Road.RELAY, site_id=team.site_id)
    forget_notices()
    return made


@pytest.fixture
def coordinator(client, team):
    return sign_in(client, team.coordinator)


def test_the_page_of_a_notice_says_what_became_of_each_try(coordinator, team, reference):
    notice_id = in_state(NoticeState.DEAD, reference)
    tried(notice_id)
    tried(notice_id, Outcome.REFUSED, "refused 550 5.1.1")
    answer = coordinator.get(f"/staff/delivery/{notice_id}")
    said = text(answer)
    assert text(answer, "h1") == "There is news"
    for words in (
        reference,
        "the person",
        "given up",
        "There is no such address. (refused 550 5.1.1)",
        "The other side does not take it right now. (deferred 451)",
        "Tell the person yourselves",
        "nobody of us can see or change it",
    ):
        assert words in said
    assert ADDRESS not in answer.text


def test_a_notice_to_staff_names_its_reader_and_their_role(coordinator, team, reference):
    notice_id = in_state(NoticeState.BOUNCED, reference, user_id=team.approver.id, template="case_late")
    said = text(coordinator.get(f"/staff/delivery/{notice_id}"))
    assert "approver · Site manager" in said
    assert "Ask an administrator to put the address right." in said
    assert "@staff.engage.test" not in said


def test_what_another_notice_says_leads_to_it_and_back(coordinator, reference):
    second, first = in_state(NoticeState.SENT, reference), a_notice(reference, template="case_delayed")
    first_id = set_on(first, replaced_at=row_of(first).created_at, replaced_by_id=second)
    assert page(coordinator.get(f"/staff/delivery/{first_id}")).select_one(f'a[href$="{second}"]')
    assert page(coordinator.get(f"/staff/delivery/{second}")).select_one(f'a[href$="{first_id}"]')


def again(browser, notice_id):
    return browser.post(f"/staff/delivery/{notice_id}/again", data={"csrf_token": token_of(browser)})


def test_a_notice_is_tried_again_by_a_button_that_works_once(session, coordinator, reference):
    notice_id = in_state(NoticeState.DEAD, reference)
    opened = coordinator.get(f"/staff/delivery/{notice_id}")
    assert page(opened).select_one('form[action$="/again"] button').text == "Try again now"
    answer = again(coordinator, notice_id)
    assert (answer.status_code, answer.location) == (303, f"/staff/delivery/{notice_id}")
    assert "It is tried again now." in text(coordinator.get(answer.location))
    assert "Nothing was changed" in text(coordinator.get(again(coordinator, notice_id).location))
    assert kinds(session, reference).count("NoticeTriedAgain") == 1
    assert page(coordinator.get(f"/staff/delivery/{notice_id}")).select_one('form[action$="/again"]') is None
    assert "A message is tried again" in text(coordinator.get(f"/staff/cases/{reference}/story"))


def test_a_button_pressed_without_its_token_changes_nothing(session, coordinator, reference):
    notice_id = in_state(NoticeState.DEAD, reference)
    assert coordinator.post(f"/staff/delivery/{notice_id}/again").status_code == 400
    assert kinds(session, reference).count("NoticeTriedAgain") == 0


def test_the_open_errand_stands_beside_and_then_what_became_of_it(coordinator, team, reference, clock):
    notice_id = came_back(reference)
    address = f"/staff/delivery/{notice_id}"
    errand = db.session.scalars(select(Errand)).one()
    assert page(coordinator.get(address)).select_one(f'a[href="/staff/cases/{reference}/tell/{errand.id}"]')
    for reached, words in ((False, "did not reach the person"), (True, "One of us told the person")):
        with unit_of_work():
            row = db.session.get_one(Errand, errand.id)
            row.finished_at, row.reached, row.look_at = clock.now, reached, None
            row.finished_by_id = team.coordinator.id
        assert words in text(coordinator.get(address))


def test_news_that_waits_is_not_told_because_older_news_was(coordinator, team, reference, clock):
    came_back(reference)
    with unit_of_work():
        row = db.session.scalars(select(Errand)).one()
        row.finished_at, row.reached, row.look_at = clock.now, True, None
    clock.advance(timedelta(minutes=5))
    later = in_state(NoticeState.WAITING, reference, created_at=clock.now)
    said = text(coordinator.get(f"/staff/delivery/{later}"))
    assert "One of us told the person" not in said
    assert "What you can do" not in said


def test_what_will_never_arrive_is_told_first_and_tried_again_only_after(coordinator, team, reference):
    notice_id = in_state(NoticeState.DEAD, reference, last_error="refused 550 5.1.1")
    shown = page(coordinator.get(f"/staff/delivery/{notice_id}"))
    told = shown.select_one(f'a.govuk-button[href="/staff/cases/{reference}/log-attempt"]')
    again = shown.select_one('form[action$="/again"] button.govuk-button--secondary')
    assert told
    assert again
    assert told.sourceline < again.sourceline


def test_what_may_arrive_later_is_tried_again_first(coordinator, team, reference):
    notice_id = in_state(NoticeState.DEAD, reference, last_error="unreachable")
    shown = page(coordinator.get(f"/staff/delivery/{notice_id}"))
    assert shown.select_one('form[action$="/again"] button:not(.govuk-button--secondary)')


@pytest.mark.parametrize(
    ("road", "values", "words"),
    [
        (Road.DIRECT, {}, "How to reach the person"),
        (Road.NONE, {}, "The person left no address."),
        (Road.CUSTODIAN, {}, "Ask to see who the person is"),
        (Road.FACILITATOR, {"facilitator": "The chair"}, "How to reach the person"),
    ],
)
def test_how_the_address_is_put_right_depends_on_the_way(coordinator, team, road, values, words):
    made = a_case_with(road, site_id=team.site_id, **values)
    forget_notices()
    said = text(coordinator.get(f"/staff/delivery/{in_state(NoticeState.DEAD, made)}"))
    assert words in said
    assert "We told them ourselves" in said


def test_the_case_page_lists_its_notices_with_their_fate(client, coordinator, team, reference):
    failed = in_state(NoticeState.BOUNCED, reference)
    set_on(key := a_notice(reference, template="case_received"), sent_at=row_of(failed_key(failed)).sent_at)
    set_on(key, road="email", arrived_at=row_of(key).sent_at)
    for _ in range(2):
        tried(failed)
    in_state(NoticeState.WAITING, reference, user_id=team.officer.id)
    chapter = page(coordinator.get(f"/staff/cases/{reference}")).select_one("#notices")
    assert not chapter.has_attr("open")
    assert "1 did not arrive" in chapter.select_one("summary").text
    said = chapter.get_text(" ", strip=True)
    for words in ("We have the concern", "arrived", "to officer", "There is no such address.", "2 tries"):
        assert words in said
    assert page(sign_in(client, team.custodian).get(f"/staff/cases/{reference}")).select_one("#notices") is None


def failed_key(notice_id):
    return db.session.get_one(OutboxMessage, notice_id).dedupe_key


def test_the_inbox_finds_whom_a_returned_mail_did_not_reach_until_they_are_told(coordinator, team, reference, session):
    def unreached():
        found = page(coordinator.get("/staff/?tab=unreached")).select(".app-cases .app-ref")
        return [one.text for one in found]

    assert unreached() == []
    came_back(reference)
    assert unreached() == [reference]
    errand = db.session.scalars(select(Errand)).one()
    with unit_of_work():
        errands.finish(errand.id, ErrandResult.REACHED, actor=team.coordinator)
    assert unreached() == []
    assert session.scalars(select(CaseEvent.kind).where(CaseEvent.kind == "PersonTold")).all()
