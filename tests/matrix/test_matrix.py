"""Every route × method × role × site × class × stage × tie: nobody is told of a case more than policy lets them know.

The table of what each route asks is routes.py, written by hand; policy answers for each cell. A run throws dice over
stages and routes, so that each route meets each role several times. By hand, with no watchdog, since it takes long:

    WHOLE=1 pytest -n 2 -o faulthandler_timeout=0 tests/matrix      every route × role × site × class × stage
    WHOLE=ties pytest -n 2 -o faulthandler_timeout=0 tests/matrix   and every tie, which dice throw else
"""

import itertools
import os
import re

import pytest
from sqlalchemy import select

from engage.domain import policy
from engage.domain.case import CaseClass
from engage.domain.policy import Permission, Role
from engage.extensions import db
from engage.models import Case, CaseEvent, OutboxMessage, StaffUser
from engage.web.gate import SEES_CASES
from tests import states
from tests.architecture.public_endpoints import FOR_ANYONE, IN_THE_DEMONSTRATION, WITH_A_CODE
from tests.matrix.routes import OF_A_CASE, OF_NO_CASE, OF_THE_LANE, OF_THE_OPERATOR
from tests.matrix.world import FILE, MAIL, NAME, PLACES, TIES, WORDS, give_class, made, tied
from tests.states import case_of
from tests.web.as_staff import page, sign_in, token_of

STAGES, IN_A_CELL = 3, 3  # of each role × class × place × tie; routes of each, beside the page of the case
REFERENCE = re.compile(r"BOR-26-[0-9A-Z]{5}")
pytestmark = pytest.mark.slow


@pytest.fixture
def world(session, client, sent_tasks):
    return made()


def test_every_route_says_what_it_asks_for(app):
    sides = {rule.endpoint for rule in app.url_map.iter_rules()}
    listed = FOR_ANYONE | WITH_A_CODE | set(OF_A_CASE) | OF_NO_CASE | OF_THE_OPERATOR
    others = ("admin.", "account.", OF_THE_LANE, IN_THE_DEMONSTRATION)
    left = {one for one in sides - listed if not one.startswith(others)}
    assert left == set()
    assert (set(OF_A_CASE) | OF_NO_CASE) - sides == set()
    of_a_case = {rule.endpoint for rule in app.url_map.iter_rules() if "<reference>" in rule.rule}
    assert {one for one in of_a_case if not one.startswith(OF_THE_LANE)} == set(OF_A_CASE)


def routes(app) -> list[tuple[str, str]]:
    """Each endpoint of a case with each of its methods."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in OF_A_CASE]
    return sorted((rule.endpoint, method) for rule in rules for method in rule.methods & {"GET", "POST"})


def address(app, endpoint: str, reference: str, known) -> tuple[str, bool]:
    """Where the endpoint lies for the case, and whether the row it names exists."""
    rule = next(app.url_map.iter_rules(endpoint))
    ids = {name: known.get(name, known["case"]) for name in rule.arguments - {"reference"}}
    with app.test_request_context():
        path = app.url_map.bind("localhost").build(endpoint, {"reference": reference, **ids})
    return path, all(name in known for name in ids)


def wrong(actor, endpoint, method, answer, facts, *, row_exists) -> str | None:
    """What is wrong with an answer, as policy sees it; None where nothing is."""
    may_view = policy.may(actor, Permission.VIEW, facts)
    may_do = policy.may(actor, OF_A_CASE[endpoint], facts)
    status = answer.status_code
    if not actor.holds(*SEES_CASES):
        return None if status == 403 else f"{status} for somebody who sees no case at all"
    if not may_view:
        return None if status == 404 else f"{status} tells that the case exists"
    if not may_do:
        has_to_declare = endpoint != "staff.deliberate_case" and status == 303
        return None if status in (403, 404) or has_to_declare else f"{status} without the permission"
    if status == 403 or (status == 404 and row_exists):
        return f"{status} with the permission"
    return None


def told(actor, answer, facts) -> list[str]:
    """What an answer shows that policy does not let its reader see."""
    shown = answer.get_data()
    secrets = [
        (WORDS, Permission.VIEW),
        (FILE, Permission.READ_UNMASKED),
        (NAME, Permission.VIEW_IDENTITY),
        (MAIL, Permission.VIEW_CONTACT),
    ]
    return [f"shows {what}" for what, asks in secrets if what.encode() in shown and not policy.may(actor, asks, facts)]


def done_to(reference: str) -> list[str]:
    """What happened to the case, tries of those whom it is about left out: they are noted."""
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return [kind for kind in db.session.scalars(rows) if kind != "ConflictRefused"]


@pytest.mark.parametrize("role", Role)
def test_no_route_of_a_case_does_or_tells_more_than_policy_allows(app, world, client, dice, role):
    whole = os.environ.get("WHOLE")
    every = routes(app)
    turn = itertools.cycle(dice.sample(every, len(every)))
    # Which tie each route of each stage meets in a whole walk, anew for each class and place.
    thrown = {
        (class_, place): [dice.choice(TIES) for _ in range(len(every) * len(world.cases))]
        for class_, place in itertools.product(CaseClass, PLACES)
    }
    found, tried, before = [], set(), {one: done_to(one) for one in world.cases.values()}
    actors = {place: states.staff((role, site_id)) for place, site_id in world.places().items()}
    browsers = {place: sign_in(client, actor) for place, actor in actors.items()}
    tokens = {place: token_of(browser) for place, browser in browsers.items()}
    for class_, place, tie in itertools.product(CaseClass, PLACES, TIES):
        give_class(class_)
        actor, browser = actors[place], browsers[place]
        with tied(world, actor, tie):
            stages = list(world.cases.items())
            for number, (stage, reference) in enumerate(stages if whole else dice.sample(stages, STAGES)):
                facts = case_of(reference).facts
                if whole == "ties":
                    cell = every
                elif whole:
                    mine = thrown[class_, place][number * len(every) :]
                    cell = [one for one, its in zip(every, mine, strict=False) if its == tie]
                else:
                    cell = [("staff.show_case", "GET"), *itertools.islice(turn, IN_A_CELL)]
                for endpoint, method in cell:
                    if method == "POST" and policy.may(actor, OF_A_CASE[endpoint], facts):
                        continue  # what they may do would be done; each use case has tests of its own
                    path, row_exists = address(app, endpoint, reference, world.known[reference])
                    data = {"csrf_token": tokens[place]} if method == "POST" else None
                    with browser.open(path, method=method, data=data) as answer:
                        said = [wrong(actor, endpoint, method, answer, facts, row_exists=row_exists)]
                        said += told(actor, answer, facts)
                    found += [(class_, place, tie, stage, endpoint, method, one) for one in said if one]
                    tried.add((endpoint, method))
                path = f"/staff/files/{world.known[reference]['file_id']}"
                may_read = policy.may(actor, Permission.READ_UNMASKED, facts)
                with browser.get(path) as answer:
                    if (answer.status_code == 200) is not may_read:
                        found.append((class_, place, tie, stage, path, "GET", answer.status))
    assert not found, "\n".join(map(str, found[:20]))
    db.session.rollback()
    assert {one: done_to(one) for one in world.cases.values()} == before
    assert len(tried) > len(every) // 2


@pytest.mark.parametrize("role", Role)
def test_no_list_count_or_search_tells_of_more_than_policy_allows(world, client, role):
    found = []
    actors = {place: states.staff((role, site_id)) for place, site_id in world.places().items()}
    browsers = {place: sign_in(client, actor) for place, actor in actors.items()}
    tokens = {place: token_of(browser) for place, browser in browsers.items()}
    for class_, place, tie in itertools.product(CaseClass, PLACES, TIES):
        give_class(class_)
        actor, browser = actors[place], browsers[place]
        with tied(world, actor, tie):
            facts = {one: case_of(one).facts for one in world.cases.values()}
            visible = {one for one, its in facts.items() if policy.may(actor, Permission.VIEW, its)}
            unmasked = {one for one in visible if policy.may(actor, Permission.READ_UNMASKED, facts[one])}
            sent = browser.post("/staff/search", data={"csrf_token": tokens[place], "words": WORDS})
            lists = [
                "/staff/day",
                "/staff/delivery?state=waiting",
                "/staff/systemic-issues",
                "/staff/calendars",
                "/account/",
            ]
            answers = {path: browser.get(path) for path in lists}
            inbox = browser.get("/staff/?tab=all")
            if actor.holds(*SEES_CASES):
                listed = {one.get_text(strip=True) for one in page(inbox).select(".app-cases .app-ref")}
                counts = page(inbox).select_one('a[href*="tab=all"] .app-tabs__count')
                answers["search"] = browser.get(sent.location)
                searched = set(REFERENCE.findall(answers["search"].text))
                if listed != visible or (counts and counts.text != str(len(visible))):
                    found.append((class_, place, tie, "inbox", sorted(listed ^ visible), counts))
                if not searched <= unmasked:
                    found.append((class_, place, tie, "search", sorted(searched - unmasked)))
            elif inbox.status_code != 403:
                found.append((class_, place, tie, "inbox", inbox.status))
            for path, answer in answers.items():
                if more := set(REFERENCE.findall(answer.text)) - visible:
                    found.append((class_, place, tie, path, sorted(more)))
                found += [(class_, place, tie, path, secret) for secret in (NAME, MAIL) if secret in answer.text]
                if path != "search" and WORDS in answer.text and not unmasked:  # which gives back what was searched for
                    found.append((class_, place, tie, path, "shows words"))
    assert not found, "\n".join(map(str, found[:20]))


def test_nobody_of_ours_is_told_of_a_case_they_may_not_see(world):
    rows = db.session.execute(
        select(OutboxMessage, Case, StaffUser)
        .join(Case, Case.id == OutboxMessage.case_id)
        .join(StaffUser, StaffUser.id == OutboxMessage.user_id)
    ).all()
    assert len(rows) > 20
    blind = [
        (notice.template, case.reference, user.name)
        for notice, case, user in rows
        if not policy.may(user.actor, Permission.VIEW, case.facts)
    ]
    assert blind == []
