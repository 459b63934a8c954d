"""From the moment a case is restricted it exists for the focal point alone: on every page, whoever asks.

The pages are those of the address map, so one that is added later is tested from its first day.
"""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Access, Attachment, Errand, OutboxMessage, Proposal, Remedy
from engage.services import cases, conversation, triage
from engage.unit_of_work import unit_of_work
from engage.web.gate import SEES_CASES
from tests import states
from tests.states import act, case_of
from tests.web.as_staff import page, sign_in, token_of

WORDS = "Marsh heron by the weighbridge"
OTHERS = [role for role in Role if role is not Role.FOCAL]


@pytest.fixture
def world(session, client, sent_tasks):
    """A case with everything a case can have, moved to the restricted lane; the same of another that was not."""
    team = states.Team()
    team.reference = states.a_proposed_case(team, "Water the road.")
    act(team.reference, conversation.reply, WORDS, actor=team.officer)
    act(team.reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(team.reference, triage.restrict, "person_asked", actor=team.officer)
    return team


def everybody(team) -> list[tuple[str, object]]:
    """Everybody who may not know: each role at the site, all roles at all sites in one, and those who had the case."""
    at_site = [(f"{role} of the site", states.staff(role, site_id=team.site_id)) for role in OTHERS]
    all_in_one = states.staff(*[(role, None) for role in OTHERS])
    worked_on_it = [("the officer who had it", team.officer), ("the coordinator who had it", team.coordinator)]
    return [*at_site, ("all roles in one", all_in_one), *worked_on_it]


def addresses(app, reference: str) -> list[tuple[str, str]]:
    """Every page of staff and administrators with its methods, as far as it names a case or nothing."""
    case_id = case_of(reference).id
    known = {
        "reference": reference,
        "attachment_id": db.session.scalar(select(Attachment.id).where(Attachment.case_id == case_id)) or case_id,
        "errand_id": db.session.scalar(select(Errand.id).where(Errand.case_id == case_id)) or case_id,
        "remedy_id": db.session.scalar(select(Remedy.id).where(Remedy.case_id == case_id)) or case_id,
        "proposal_id": db.session.scalar(select(Proposal.id).where(Proposal.case_id == case_id)) or case_id,
        "notice_id": db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.case_id == case_id)) or case_id,
        "code": "BOR",
        "user_id": case_id,
    }
    found = []
    with app.test_request_context():
        urls = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith(("staff.", "admin.", "account.")) and rule.endpoint != "account.sign_out":
                values = {
                    name: known.get(name, case_id if type(converter).__name__ == "UUIDConverter" else reference)
                    for name, converter in rule._converters.items()
                }
                path = urls.build(rule.endpoint, values, force_external=False)
                found += [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def everything_but_focal(team) -> list[tuple[str, object]]:
    """Those who may see most of all: a role more never shows less. One page for each role alone takes minutes."""
    at_site = states.staff(*[(role, team.site_id) for role in OTHERS])
    everywhere = states.staff(*[(role, None) for role in OTHERS])
    return [("all roles at the site", at_site), ("all roles at all sites", everywhere), ("had it", team.officer)]


@pytest.mark.slow
def test_no_page_tells_anybody_but_the_focal_point(app, world, client):
    doors = addresses(app, world.reference)
    of_the_case = [(method, path) for method, path in doors if world.reference in path]
    assert len(of_the_case) > 30
    case_id = case_of(world.reference).id
    read_before = len(db.session.scalars(select(Access).where(Access.case_id == case_id)).all())
    before = case_of(world.reference).version
    wrong = []
    for name, actor in everything_but_focal(world):
        browser = sign_in(client, actor)
        token = token_of(browser)
        for method, path in doors:
            if not path.startswith("/admin") or actor.holds(Role.ADMIN):
                answer = browser.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
                # An id in an address of administrators is never a case's: they have no page about cases.
                # Nor is one of mail that waits to be sorted: that of a restricted case does not come there.
                names_case = world.reference in path or (
                    case_id.hex in path.replace("-", "") and not path.startswith(("/admin", "/staff/mail/"))
                )
                if names_case and answer.status_code not in (403, 404):
                    wrong.append((name, method, path, answer.status))
                if names_case and answer.status_code == 403 and actor.holds(*SEES_CASES) and "/staff/" in path:
                    wrong.append((name, method, path, "403 tells that it exists"))
                if WORDS in answer.text or (not names_case and world.reference in answer.text):
                    wrong.append((name, method, path, "told of it"))
    assert wrong == []
    db.session.rollback()
    assert case_of(world.reference).version == before
    assert len(db.session.scalars(select(Access).where(Access.case_id == case_id)).all()) == read_before


def test_no_list_count_or_search_has_it_for_anybody_but_the_focal_point(world, client):
    for name, actor in everybody(world):
        browser = sign_in(client, actor)
        if not actor.holds(*SEES_CASES):
            continue
        opened = browser.get("/staff/?tab=all")
        assert page(opened).select(".app-cases") == [], name
        assert {one.text for one in page(opened).select(".app-tabs__count")} == {"0"}, name
        token = page(opened).select_one("form.app-search [name=csrf_token]")["value"]
        for words in (world.reference, "heron", "dust"):
            found = browser.post("/staff/search", data={"csrf_token": token, "words": words})
            assert page(browser.get(found.location)).select(".app-cases") == [], (name, words)


def test_the_focal_point_finds_it_in_the_inbox_and_by_its_reference_but_not_by_words(world, client):
    browser = sign_in(client, world.focal)
    opened = browser.get("/staff/?tab=all")
    assert [one.text for one in page(opened).select(".app-cases .app-ref")] == [world.reference]
    assert browser.get(f"/staff/cases/{world.reference}").status_code == 200
    token = page(opened).select_one("form.app-search [name=csrf_token]")["value"]
    found = {}
    for words in (world.reference, "heron"):
        answer = browser.post("/staff/search", data={"csrf_token": token, "words": words})
        found[words] = len(page(browser.get(answer.location)).select(".app-cases .app-ref"))
    assert found == {world.reference: 1, "heron": 0}


def test_no_notice_of_it_goes_to_anybody_but_the_focal_points(world, session):
    session.rollback()
    case = case_of(world.reference)
    mark = session.scalars(select(OutboxMessage.id).where(OutboxMessage.case_id == case.id)).all()
    with unit_of_work():
        person = states.person_of(world.reference)
        conversation.write_as_person(cases.lock_own(person.case_id), "There is more.", actor=person)
    session.rollback()
    new = session.scalars(
        select(OutboxMessage).where(OutboxMessage.case_id == case_of(world.reference).id, OutboxMessage.id.not_in(mark))
    ).all()
    told = {row.user_id for row in new if row.user_id is not None}
    assert told
    assert told <= {world.focal.id, world.second_focal.id}
    for row in new:
        if row.user_id is not None:
            assert world.reference not in str(row.context)


@pytest.mark.parametrize(
    "marked", [{"category": "GBV"}, {"category": "CHI", "subcategory": "harm"}, {"facts": frozenset({"child_harmed"})}]
)
def test_a_mark_at_triage_takes_it_out_of_sight_in_the_same_moment(session, client, sent_tasks, marked):
    team = states.Team()
    reference = states.an_acknowledged_case(team)
    browser = sign_in(client, team.coordinator)
    assert reference in browser.get("/staff/?tab=all").text
    act(reference, triage.assess, states.assessment(states.Level.EXTREME, **marked), actor=team.coordinator)
    assert reference not in browser.get("/staff/?tab=all").text
    assert browser.get(f"/staff/cases/{reference}").status_code == 404
