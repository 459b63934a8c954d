"""Table → route → page: everything that can be done with a case has a page, a use case, an event and a link."""

import ast
import inspect

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from engage.domain import events
from engage.domain.lifecycle import TRANSITIONS, Action
from engage.domain.policy import GRANTS, PERSONS, Permission, Role
from engage.services import appeals
from engage.web.staff import doors, story
from engage.web.staff.doors import DOORS
from tests import states
from tests.architecture.sources import ROOT, TEMPLATES, tree
from tests.states import act, person_of
from tests.web.as_staff import page, sign_in

# What is not done on a page of its own: seeing, and what the page of another door asks policy for.
SEEN_ON = {
    Permission.VIEW: "staff.show_case",
    Permission.READ_UNMASKED: "staff.open_file",
    Permission.VIEW_IDENTITY: "staff.show_person",
    Permission.VIEW_CONTACT: "staff.show_person",
    Permission.EXTEND_AGAIN: "staff.extend_case",
    Permission.VIEW_MONEY: "staff.show_case",
    Permission.SEE_DELIVERY: "staff.list_notices",
}
# What only the person does, and where staff record what they said by word of mouth.
SAID = {
    Action.ACCEPT: "staff.record_answer_case",
    Action.COUNTER: "staff.record_answer_case",
    Action.REFUSE: "staff.record_answer_case",
    Action.APPEAL: "staff.appeal_case",
}
ONLY_THE_PERSONS = {
    Action.WITHDRAW: "public.withdraw",
    Permission.AGREE_TO_CONVERT: "public.agree_to_kind",
    Permission.OWN_DATA: "public.show_keeping",
}


def page_of(what: Permission | Action) -> str:
    own = [endpoint for endpoint, door in DOORS.items() if door.what is what]
    return (own or [{**SEEN_ON, **SAID, **ONLY_THE_PERSONS}[what]])[0]


def views() -> dict[str, ast.FunctionDef]:
    """The view functions of the staff side, by name."""
    return {
        node.name: node
        for path in (ROOT / "engage" / "web" / "staff").glob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("what", [*Action, *Permission])
def test_everything_that_can_be_done_has_a_page(app: Flask, what):
    assert page_of(what) in app.view_functions


def test_every_action_leaves_some_stage_and_is_granted_to_somebody():
    assert {action for _, action in TRANSITIONS} == set(Action)
    granted = set(GRANTS) | PERSONS
    assert {what for what in (*Action, *Permission) if what not in granted} == set()


@pytest.mark.parametrize("endpoint", sorted(DOORS))
def test_every_door_takes_a_form_and_has_a_template(app: Flask, endpoint):
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    assert {"GET", "POST"} <= rule.methods
    source = ast.unparse(views()[endpoint.removeprefix("staff.")])
    assert "act(" in source or "_write(" in source
    named = [part.value for part in ast.walk(ast.parse(source)) if isinstance(part, ast.Constant)]
    templates = [name for name in named if isinstance(name, str) and name.endswith(".html")]
    assert all((TEMPLATES / name).is_file() for name in templates)
    assert (TEMPLATES / "staff" / "act_on_case.html").is_file()


@pytest.mark.parametrize("endpoint", sorted(DOORS))
def test_every_door_is_called_something(app: Flask, endpoint):
    with app.test_request_context():
        assert DOORS[endpoint].label not in ("", DOORS[endpoint].what.value)


def test_every_event_has_words_and_detail_that_reads_its_own_values(app: Flask):
    kinds = {
        name: kind
        for name, kind in inspect.getmembers(events, inspect.isclass)
        if issubclass(kind, events.Event) and kind is not events.Event
    }
    assert set(story.TITLES) == set(kinds)
    assert set(story._DETAILS) <= set(kinds)


def offered(browser, reference) -> tuple[set[str], dict[str, str]]:
    """The paths of the actions drawn on the case page, and the reasons of those that are shut, by label."""
    bar = page(browser.get(f"/staff/cases/{reference}")).select_one(".app-bar__actions")
    links = {link["href"].rsplit("/", 1)[-1] for link in bar.select("a") if not link["href"].startswith("#")}
    shut = {item.strong.get_text(): item.get_text(" ", strip=True) for item in bar.select(".app-menu__why")}
    return links, shut


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def test_what_the_case_page_offers_opens_and_what_it_does_not_says_why(client, team):
    """For every role and every stage: each link leads to a form, each shut door gives its reason."""
    references = [
        states.a_case(team.site_id),
        states.an_acknowledged_case(team),
        states.an_assessed_case(team),
        states.a_proposed_case(team, "Water the road."),
        states.an_implementing_case(team),
        states.an_appealed_case(team),
        states.a_closed_case(team),
    ]
    seen: set[str] = set()
    for actor in (team.coordinator, team.officer, team.approver):
        browser = sign_in(client, actor)
        for reference in references:
            links, shut = offered(browser, reference)
            for path in links:
                answer = browser.get(f"/staff/cases/{reference}/{path}")
                assert answer.status_code == 200, (path, reference)
                assert BeautifulSoup(answer.text, "html.parser").select_one("main form button"), path
            assert all(len(words) > len(label) for label, words in shut.items())
            seen |= links
    assert {"acknowledge", "assess", "screen-out", "assign", "investigate", "propose", "record-answer"} <= seen
    assert {"finish-remedy", "seat-panel", "reopen", "refer", "appeal", "check-afterwards", "restrict"} <= seen


def test_deciding_an_appeal_is_offered_to_those_who_sit_on_it_now(client, team):
    """Who sat on an earlier panel was offered the decision, and then refused."""
    reference = states.an_appealed_case(team)
    second = states.staff(Role.PANEL, site_id=team.site_id)
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "not_upheld", "It is fine.", to_proposal=False, actor=team.panel)
    act(reference, appeals.appeal, "It is not.", actor=person_of(reference))
    states.seat(reference, second, by=team.coordinator)
    assert "decide" not in offered(sign_in(client, team.panel), reference)[0]
    assert "decide" in offered(sign_in(client, second), reference)[0]


def test_a_page_that_is_not_for_the_role_is_refused_even_when_its_address_is_known(client, team):
    reference = states.an_assessed_case(team)
    for path in ("assess", "assign", "propose", "reply", "note"):
        address = f"/staff/cases/{reference}/{path}"
        assert sign_in(client, team.auditor).get(address).status_code == 403
        assert sign_in(client, team.auditor).post(address).status_code in (400, 403)


def test_the_auditor_is_offered_nothing_to_do(client, team):
    reference = states.an_assessed_case(team)
    shown = page(sign_in(client, team.auditor).get(f"/staff/cases/{reference}"))
    assert shown.select(".app-bar__actions a, main form") == []


def test_a_refusal_of_every_guard_has_words(app: Flask):
    with app.test_request_context():
        assert "received" in doors.words_of(doors.Refusal("not_at_this_stage", {"stage": "received"}))
