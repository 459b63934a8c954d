"""The inbox: what stands where, how it is narrowed and paged, and what it costs."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case
from engage.queries import inbox, paging
from engage.services import triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import READING, statements
from tests.states import act
from tests.web.as_staff import page, sign_in


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def coordinator(client, team):
    return sign_in(client, team.coordinator)


def set_on(reference: str, **values) -> None:
    with unit_of_work():
        db.session.execute(update(Case).where(Case.reference == reference).values(**values))


def shown(browser, address="/staff/?tab=all") -> list[str]:
    """The references on the page, in order."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return [one.text for one in page(answer).select(".app-cases .app-ref")]


def counts(answer) -> dict[str, str]:
    tabs = page(answer).select(".app-tabs a")
    return {tab.find(string=True, recursive=False).strip(): tab.select_one("span").text for tab in tabs}


def search(browser, words, **kept):
    opened = browser.get("/staff/")
    token = page(opened).select_one("form.app-search [name=csrf_token]")["value"]
    answer = browser.post("/staff/search", data={"csrf_token": token, "words": words, **kept})
    assert answer.status_code == 303
    return answer.location


def test_every_case_stands_under_its_tabs_with_true_counts(team, coordinator, clock):
    states.a_case(team.site_id)
    states.an_acknowledged_case(team)
    states.an_assessed_case(team, Level.LOW)
    offered = states.a_proposed_case(team)
    late = states.an_assessed_case(team)
    set_on(late, next_due_at=clock.now - timedelta(days=2), could_not_reach=True)
    assert counts(coordinator.get("/staff/")) == {
        "Needs triage": "2",
        "Mine": "0",
        "My site": "5",
        "Overdue": "1",
        "Their turn": "1",
        "Could not reach": "1",
        "All": "5",
    }
    assert shown(coordinator, "/staff/?tab=theirs") == [offered]
    assert shown(coordinator, "/staff/?tab=overdue") == [late]
    assert shown(coordinator, "/staff/?tab=unreached") == [late]
    assert len(shown(coordinator, "/staff/?tab=triage")) == 2


def test_the_first_due_comes_first_and_what_is_owed_nothing_last(team, coordinator, clock):
    later, sooner, never = (states.a_case(team.site_id) for _ in range(3))
    set_on(later, next_due_at=clock.now + timedelta(days=9))
    set_on(sooner, next_due_at=clock.now - timedelta(hours=5))
    set_on(never, next_due_at=None)
    assert shown(coordinator) == [sooner, later, never]
    first = page(coordinator.get("/staff/?tab=all")).select_one(".app-cases tbody .app-tag")
    assert "app-tag--late" in first["class"]
    assert first.text.strip() == "5 hours late"


def test_a_line_says_what_it_is_where_it_stands_and_with_whom(team, coordinator):
    reference = states.an_assessed_case(team, title="Grey spring below dump 3", community="Old town")
    text = page(coordinator.get("/staff/?tab=all")).select_one(".app-cases tbody").get_text(" ", strip=True)
    for words in (
        "Grey spring below dump 3",
        reference,
        "Air and dust",
        "This website",
        "Old town",
        "assessed",
        "officer",
    ):
        assert words in text


def test_pages_follow_one_another_without_a_gap_or_a_repeat_and_lead_back(team, coordinator, clock):
    references = [states.a_case(team.site_id) for _ in range(2 * paging.PAGE + 7)]
    for number, reference in enumerate(references):
        due = None if number % 3 == 0 else clock.now + timedelta(hours=number // 4)
        set_on(reference, next_due_at=due)
    address, seen, back = "/staff/?tab=all", [], []
    while address:
        opened = page(coordinator.get(address))
        seen += [one.text for one in opened.select(".app-cases .app-ref")]
        address = (opened.select_one("a[rel=next]") or {}).get("href")
    assert sorted(seen) == sorted(references)
    assert "57" in opened.select_one(".app-pages").text
    while True:
        back = [one.text for one in opened.select(".app-cases .app-ref")] + back
        link = opened.select_one("a[rel=prev]")
        if link is None:
            break
        opened = page(coordinator.get(link["href"]))
    assert back == seen


@pytest.mark.parametrize(
    "nonsense", ["after=x", "after=-.zz", "before=99999999999999999999.00", "tab=nothing", "search=x"]
)
def test_an_address_that_says_nonsense_shows_the_first_page(team, coordinator, nonsense):
    reference = states.a_case(team.site_id)
    assert shown(coordinator, f"/staff/?{nonsense}") == [reference]


def test_filters_narrow_the_list_and_the_counts_and_stay_from_tab_to_tab(team, coordinator):
    dust = states.an_assessed_case(team, Level.MODERATE)
    states.a_case(team.site_id)
    answer = coordinator.get("/staff/?tab=all&severity=3&category=AIR&stage=assessed&channel=web")
    assert counts(answer)["All"] == "1"
    assert shown(coordinator, "/staff/?tab=all&severity=3") == [dust]
    tabs = [tab["href"] for tab in page(answer).select(".app-tabs a")]
    assert all("severity=3" in href and "category=AIR" in href for href in tabs)
    words = [one.text for one in page(answer).select(".app-filter__tag")]
    assert "Remove filter: Severity: 3" in words


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("assignee=me", 0),
        ("assignee=nobody", 1),
        ("since=2026-03-02&until=2026-03-02", 2),
        ("since=2026-03-03", 0),
        ("until=2026-03-01", 0),
        ("severity=9&stage=bogus&site=x&assignee=x&channel=x", 2),
    ],
)
def test_what_nobody_offers_is_not_filtered_by(team, coordinator, clock, address, count):
    states.a_case(team.site_id)
    states.an_assessed_case(team)
    assert len(shown(coordinator, f"/staff/?tab=all&{address}")) == count


def test_a_date_that_is_none_is_said_so(team, coordinator):
    states.a_case(team.site_id)
    answer = coordinator.get("/staff/?tab=all&since=yesterday")
    assert "This is no date." in answer.text
    assert counts(answer)["All"] == "1"


@pytest.mark.parametrize("day", ["until=9999-12-31", "since=0001-01-01", "until=2201-01-01"])
def test_a_day_in_a_year_that_cannot_be_meant_is_said_so(team, coordinator, day):
    states.a_case(team.site_id)
    answer = coordinator.get(f"/staff/?tab=all&{day}")
    assert "Choose a year from 1970 to 2200." in answer.text
    assert counts(answer)["All"] == "1"


def test_a_day_ends_at_midnight_of_the_site(client, team, clock):
    clock.move_to(clock.now.replace(hour=23, minute=30))  # half past midnight in Belgrade, the day after
    coordinator = sign_in(client, team.coordinator)
    states.a_case(team.site_id)
    assert shown(coordinator, "/staff/?tab=all&until=2026-03-02") == []
    assert len(shown(coordinator, "/staff/?tab=all&since=2026-03-03")) == 1


def test_a_search_finds_words_references_and_messages_and_keeps_them_out_of_the_address(team, coordinator):
    dust = states.a_case(team.site_id, what_happened="Grey dust on the Café Ñandú")
    states.a_case(team.site_id, what_happened="Trucks at night")
    for words in ("dust", "GREY caf", "nandu", dust, dust.lower().replace("-", " - "), dust[-5:]):
        address = search(coordinator, words)
        assert words.lower() not in address.lower().replace("%20", " ")
        assert shown(coordinator, address) == [dust], words
    assert shown(coordinator, search(coordinator, "dust trucks")) == []
    assert "Nothing found" in coordinator.get(search(coordinator, "volcano")).text
    assert search(coordinator, "  ") == "/staff/"


def test_a_search_stays_while_one_filters_and_the_filters_while_one_searches(team, coordinator):
    dust = states.a_case(team.site_id, what_happened="Grey dust")
    address = search(coordinator, "dust", stage="received")
    assert "stage=received" in address
    assert shown(coordinator, address) == [dust]
    assert shown(coordinator, address.replace("received", "closed")) == []


@pytest.mark.parametrize(
    "typed", ["'", '"', "dust'; DROP TABLE x", "* OR *", "NEAR(", "a:b", "%", "_", "\\", "🌋", "١٢", "&|!"]
)
def test_whatever_is_typed_is_only_looked_for(team, coordinator, typed):
    states.a_case(team.site_id)
    assert coordinator.get(search(coordinator, typed)).status_code == 200


def test_an_auditor_neither_reads_nor_searches_words(client, team):
    reference = states.an_assessed_case(team, title="Amina's well is grey")
    browser = sign_in(client, team.auditor)
    answer = browser.get("/staff/?tab=all")
    assert "Amina" not in answer.text
    assert "Air and dust" in answer.text
    assert shown(browser, search(browser, "amina")) == []
    assert shown(browser, search(browser, reference)) == [reference]


def test_one_site_sees_nothing_of_another(client, team, coordinator):
    elsewhere = states.a_site("KOL")
    hidden = states.a_case(elsewhere, what_happened="Dust at Kolo")
    assert shown(coordinator) == []
    assert shown(coordinator, search(coordinator, "kolo")) == []
    assert shown(coordinator, search(coordinator, hidden)) == []
    everywhere = sign_in(client, states.staff((Role.COORDINATOR, None)))
    assert shown(everywhere) == [hidden]
    assert "My site" not in counts(everywhere.get("/staff/"))
    assert shown(everywhere, f"/staff/?tab=all&site={team.site_id}") == []


@pytest.mark.parametrize("tab", inbox.Tab)
def test_an_empty_list_says_what_that_means(team, coordinator, tab):
    said = page(coordinator.get(f"/staff/?tab={tab.value}")).select_one(".app-empty")
    assert said is not None
    assert len(said.get_text()) > 20


def test_the_number_of_statements_does_not_grow_with_the_cases(team, coordinator):
    states.a_case(team.site_id)
    taken = []
    for count in (0, 30):
        for _ in range(count):
            reference = states.a_case(team.site_id)
            act(reference, triage.acknowledge, actor=team.coordinator)
        with statements(READING) as sent:
            coordinator.get("/staff/?tab=all&severity=&stage=")
        taken.append(len(sent))
    assert taken == [5, 5]  # who asks, what waits for them, sites and people, counts, page


def test_counts_are_exact_to_999_and_then_more(team, coordinator, monkeypatch):
    monkeypatch.setattr(inbox, "COUNTED", 3)
    for _ in range(5):
        states.a_case(team.site_id)
    found = inbox.counts(team.coordinator, inbox.Filters(), states.clock.utcnow())
    assert found[inbox.Tab.ALL] == 4


def test_only_doors_that_open_are_drawn(client, team):
    for actor, opens in ((team.liaison, True), (team.auditor, False), (team.panel, False)):
        text = sign_in(client, actor).get("/staff/").text
        assert ("Take down a concern" in text) is opens
        assert "/admin" not in text


def test_the_inbox_works_right_to_left(team, coordinator):
    states.a_case(team.site_id)
    with coordinator.session_transaction() as kept:
        kept["language"] = "ar@pseudo"
    text = coordinator.get("/staff/?tab=all").text
    assert BeautifulSoup(text, "html.parser").html["dir"] == "rtl"
    assert re.search(r'<span class="app-ref" dir="ltr">BOR-', text)
