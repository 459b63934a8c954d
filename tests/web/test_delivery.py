"""The delivery console: what did not arrive and why, narrowed and paged."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Road
from engage.domain.delivery import NoticeState, Urgency
from engage.domain.errands import ErrandResult
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Errand, OutboxMessage
from engage.queries import paging
from engage.services import errands
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.fates import came_back, in_state, set_on
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.statements import statements
from tests.states import case_of
from tests.web.as_staff import page, sign_in, text, token_of


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


def listed(answer) -> list[str]:
    """The ids of the notices on the page, in order."""
    assert answer.status_code == 200, answer.status
    return [one["href"].rpartition("/")[2] for one in page(answer).select(".app-cases tbody th a")]


def counts(answer) -> dict[str, str]:
    tabs = page(answer).select(".app-tabs a")
    return {tab.find(string=True, recursive=False).strip(): tab.select_one("span").text for tab in tabs if tab.span}


def in_every_state(reference) -> dict[NoticeState, str]:
    return {state: str(in_state(state, reference)) for state in NoticeState}


def test_each_list_shows_the_notices_that_stand_so_with_true_counts(coordinator, reference):
    made = in_every_state(reference)
    for state, notice_id in made.items():
        assert listed(coordinator.get(f"/staff/delivery?state={state.value}")) == [notice_id]
    answer = coordinator.get("/staff/delivery")
    assert counts(answer) == {"Came back": "1", "Given up": "1", "Waiting": "1", "Being sent": "1"}
    assert listed(answer) == [made[NoticeState.BOUNCED]]  # the first that somebody has to look at


def test_the_console_names_no_address_and_no_words_and_says_why_in_words(coordinator, reference):
    in_every_state(reference)
    said = ""
    for state in NoticeState:
        answer = coordinator.get(f"/staff/delivery?state={state.value}")
        assert ADDRESS not in answer.text
        assert "haul road" not in answer.text
        said += text(answer)
    assert "There is no such address." in said
    for words in ("came back", "given up", "is being sent", "leaves as soon as", "sent 2", "said by another"):
        assert words in said


def test_the_notice_that_waits_longest_is_one_click_away(coordinator, reference, clock):
    now = clock.now
    in_state(NoticeState.WAITING, reference, created_at=now - timedelta(days=9), not_before=now + timedelta(days=1))
    in_state(NoticeState.SENT, reference, created_at=now - timedelta(days=30))
    in_state(NoticeState.BOUNCED, reference, created_at=now - timedelta(days=2))
    oldest = in_state(NoticeState.DEAD, reference, created_at=now - timedelta(days=5))
    in_state(NoticeState.WAITING, reference, created_at=now - timedelta(hours=1))
    first = page(coordinator.get("/staff/delivery")).select_one("main p a")
    assert first["href"] == f"/staff/delivery/{oldest}"
    assert "5 days old" in first.text


def test_what_is_owed_is_summed_by_site_and_way_and_leads_to_its_list(coordinator, team, reference, clock):
    by_mouth = a_case_with(Road.FACILITATOR, site_id=team.site_id, facilitator="The chair of the village")
    forget_notices()
    in_state(NoticeState.WAITING, reference, created_at=clock.now - timedelta(hours=3))
    in_state(NoticeState.CLAIMED, reference)
    told = in_state(NoticeState.WAITING, by_mouth)
    answer = coordinator.get("/staff/delivery")
    rows = [one.get_text(" ", strip=True) for one in page(answer).select("details.govuk-details li")]
    assert rows == [
        "Site BOR · e-mail : 2 the oldest 3 hours old",
        "Site BOR · told by one of us : 1 the oldest 1 minute old",
    ]
    link = page(answer).select("details.govuk-details li a")[1]["href"]
    assert listed(coordinator.get(link)) == [str(told)]


def test_a_console_with_nothing_in_it_says_what_that_means(coordinator):
    assert "none needs somebody" in text(coordinator.get("/staff/delivery"))
    for state in NoticeState:
        assert page(coordinator.get(f"/staff/delivery?state={state.value}")).select_one(".app-empty h2").text
    narrowed = coordinator.get("/staff/delivery?road=sms")
    assert "Nothing fits these filters" in text(narrowed)


def test_what_one_of_us_told_since_is_left_out_until_it_is_asked_for(coordinator, team, reference, clock):
    lost = str(came_back(reference))
    assert listed(coordinator.get("/staff/delivery?state=bounced")) == [lost]
    errand = db.session.scalars(select(Errand)).one()
    clock.advance(timedelta(hours=1))
    with unit_of_work():
        errands.finish(errand.id, ErrandResult.REACHED, actor=team.coordinator)
    assert listed(coordinator.get("/staff/delivery?state=bounced")) == []
    assert listed(coordinator.get("/staff/delivery?state=bounced&also=everything")) == [lost]


def test_a_list_is_narrowed_by_site_way_urgency_and_age(client, team, reference, clock):
    other = states.a_site("KOL")
    there = a_case_with(Road.RELAY, site_id=other)
    forget_notices()
    plain = str(in_state(NoticeState.DEAD, reference))
    set_on(key := a_notice(reference), urgency=Urgency.URGENT, dead_at=clock.now)
    urgent = str(row_of(key).id)
    by_text = str(in_state(NoticeState.DEAD, reference, asked_road="sms"))
    old = str(in_state(NoticeState.DEAD, there, created_at=clock.now - timedelta(days=4)))
    browser = sign_in(client, states.staff((Role.COORDINATOR, None)))

    def shown(query):
        return set(listed(browser.get(f"/staff/delivery?state=dead&{query}")))

    assert shown("") == {plain, urgent, by_text, old}
    assert shown(f"site={other}") == {old}
    assert shown("road=sms") == {by_text}
    assert shown("urgency=0") == {urgent}
    assert shown("older=72") == {old}
    assert shown("older=1&road=sms") == set()
    assert shown("site=nonsense&road=nonsense&urgency=9&older=x&also=x") == {plain, urgent, by_text, old}
    answer = browser.get(f"/staff/delivery?state=dead&site={other}&older=24")
    assert counts(answer)["Given up"] == "1"
    tags = page(answer).select(".app-filter__tag")
    assert [one.get_text(" ", strip=True) for one in tags] == [
        "Remove filter: Site: Site KOL",
        "Remove filter: Older than: 1 day",
    ]
    assert set(listed(browser.get(tags[0]["href"]))) == {old}


@pytest.mark.parametrize("state", [NoticeState.DEAD, NoticeState.SENT])
def test_pages_follow_one_another_without_a_gap_or_a_repeat_and_lead_back(coordinator, reference, clock, state):
    made = {
        str(in_state(state, reference, created_at=clock.now - timedelta(minutes=number // 3)))
        for number in range(2 * paging.PAGE + 7)
    }
    address, seen, back = f"/staff/delivery?state={state.value}", [], []
    while address:
        opened = page(coordinator.get(address))
        seen += [one["href"].rpartition("/")[2] for one in opened.select(".app-cases tbody th a")]
        address = (opened.select_one("a[rel=next]") or {}).get("href")
    assert len(seen) == len(made)
    assert set(seen) == made
    times = {str(row.id): row.created_at for row in db.session.scalars(select(OutboxMessage))}
    in_order = [times[one] for one in seen]
    assert in_order == sorted(in_order, reverse=state is NoticeState.SENT)
    while True:
        back = [one["href"].rpartition("/")[2] for one in opened.select(".app-cases tbody th a")] + back
        link = opened.select_one("a[rel=prev]")
        if link is None:
            break
        opened = page(coordinator.get(link["href"]))
    assert back == seen
    assert listed(coordinator.get(f"/staff/delivery?state={state.value}&after=nonsense")) == seen[: paging.PAGE]


def test_the_number_of_statements_does_not_grow_with_the_notices(coordinator, reference, team):
    def count() -> int:
        with statements() as sent:
            assert coordinator.get("/staff/delivery?state=dead").status_code == 200
        return len(sent)

    in_state(NoticeState.DEAD, reference)
    few = count()
    for _ in range(30):
        in_state(NoticeState.DEAD, reference, user_id=team.officer.id)
        in_state(NoticeState.WAITING, reference)
    assert count() == few


def test_nobody_sees_notices_of_cases_that_are_not_theirs_to_look_after(client, team, reference):
    notice_id = in_state(NoticeState.DEAD, reference)
    address = f"/staff/delivery/{notice_id}"
    elsewhere = states.staff((Role.COORDINATOR, states.a_site("KOL")))
    for stranger, refused in ((elsewhere, 404), (team.focal, 404), (team.officer, 403)):  # an officer knows the case
        browser = sign_in(client, stranger)
        assert listed(browser.get("/staff/delivery?state=dead")) == []
        assert counts(browser.get("/staff/delivery"))["Given up"] == "0"
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/again", data={"csrf_token": token_of(browser)}).status_code == refused
    for other in (team.custodian, team.auditor, team.liaison):
        browser = sign_in(client, other)
        assert browser.get("/staff/delivery").status_code == 403
        assert browser.get(address).status_code == 404
    with unit_of_work():
        case_of(reference).assignee_id = team.officer.id
    assert listed(sign_in(client, team.officer).get("/staff/delivery?state=dead")) == [str(notice_id)]


def test_of_a_restricted_case_focal_points_alone_read_and_only_neutral_words(client, coordinator, team):
    hidden = states.a_case(team.site_id, what_happened="The guard hurt her.", harms_child=True)
    forget_notices()
    notice_id = in_state(NoticeState.DEAD, hidden, template="proposal_waiting")
    to_staff = in_state(NoticeState.DEAD, hidden, template="new_case", user_id=team.focal.id)
    assert listed(coordinator.get("/staff/delivery?state=dead")) == []
    assert coordinator.get(f"/staff/delivery/{notice_id}").status_code == 404
    browser = sign_in(client, team.focal)
    answer = browser.get("/staff/delivery?state=dead")
    assert set(listed(answer)) == {str(notice_id), str(to_staff)}
    assert "proposal" not in text(answer).lower()
    assert "no more is said" in text(answer, ".app-cases")
    assert text(browser.get(f"/staff/delivery/{notice_id}"), "h1") == "Something is new, and no more is said"
    assert text(browser.get(f"/staff/delivery/{to_staff}"), "h1") == "Something needs them, and no more is said"
