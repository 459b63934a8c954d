"""What keeps happening at a place becomes one issue, once, with what is done about it. Source: domain R53."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as our_time
from engage.domain.guards import Refused
from engage.domain.likeness import place_key
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import CorrectiveAction, IssueCase, OutboxMessage, Rating, SystemicIssue
from engage.queries import systemic as queries
from engage.services import cases, systemic
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import kinds_of, with_case
from tests.states import case_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def alike(team, count, **values):
    found = {"category": "AIR", "community": "Upper village", **values}
    return [states.an_assessed_case(team, **found) for _ in range(count)]


def do(use_case, *args, **values):
    with unit_of_work():
        use_case(*args, **values)


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        do(*args, **values)
    assert caught.value.refusal.code == code


def the_issue(session):
    session.expire_all()
    return session.scalars(select(SystemicIssue)).one()


def test_three_alike_in_ninety_days_at_one_place_open_an_issue_once(team, session):
    """R53: 3 similar cases in 90 days at a location lead to a systemic-issue record."""
    first = alike(team, 2)
    assert systemic.watch() == 0
    first += alike(team, 1, community=" upper VILLAGE ")
    assert systemic.watch() == 3
    assert systemic.watch() == 0
    issue = the_issue(session)
    assert (issue.category, issue.place) == ("AIR", "upper village")
    assert all(kinds_of(reference)[-1] == "JoinedSystemicIssue" for reference in first)
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "case_moved")).all()
    assert {row.user_id for row in told} >= {team.coordinator.id, team.approver.id}
    alike(team, 1)
    assert systemic.watch() == 1
    assert session.scalars(select(SystemicIssue)).one().id == issue.id


def test_elsewhere_something_else_long_ago_and_restricted_are_no_repetition(team, clock, session):
    alike(team, 2)
    clock.advance(timedelta(days=91))
    alike(team, 2)
    alike(team, 1, community="Lower village")
    alike(team, 1, category="WAT")
    [reference] = alike(team, 1)
    with_case(reference, cases.restrict, "category", actor=team.coordinator)
    alike(team, 1, community=None)
    assert systemic.watch() == 0
    assert session.scalars(select(IssueCase)).all() == []


def test_one_that_fails_stops_no_other(team, monkeypatch, session):
    alike(team, 3)
    alike(team, 3, category="WAT")
    whole = systemic._values
    monkeypatch.setattr(systemic, "_values", lambda one: whole(one) if one.category == "WAT" else {"nonsense": 1})
    assert systemic.watch() == 3
    assert the_issue(session).category == "WAT"


def test_a_site_whose_rules_begin_tomorrow_stops_no_other(team, clock):
    """A machine's clock that is set back must not stop the sweep for every site (R66)."""
    alike(team, 3)
    today = clock.now
    clock.advance(timedelta(days=1))
    states.a_site("NEW")
    clock.move_to(today)
    assert systemic.watch() == 3


def test_what_is_decided_has_an_owner_and_a_date_and_is_done_before_it_ends(team, session):
    """R53: root cause and corrective actions with owner, date and linked cases."""
    alike(team, 3)
    systemic.watch()
    issue, due = the_issue(session), our_time.utcnow() + timedelta(days=30)
    add = (systemic.add_action, issue.id)
    refused("reason_needed", *add, " ", team.officer.id, due, actor=team.coordinator)
    refused("date_is_past", *add, "Pave it.", team.officer.id, our_time.utcnow(), actor=team.coordinator)
    stranger = states.staff(Role.OFFICER, site_id=states.a_site("KOL"))
    for nobody in (uuid.uuid4(), stranger.id):
        refused("owner_unknown", *add, "Pave it.", nobody, due, actor=team.coordinator)
    with pytest.raises(NotAllowed):
        do(*add, "Pave it.", team.officer.id, due, actor=team.officer)
    do(*add, "Pave it.", team.officer.id, due, actor=team.coordinator)
    end = (systemic.close, issue.id)
    refused("actions_open", *end, "control_failed", "Paved.", actor=team.approver)
    action = session.scalars(select(CorrectiveAction)).one()
    with pytest.raises(NotAllowed):
        do(systemic.finish_action, action.id, "Photo.", actor=team.liaison)
    refused("reason_needed", systemic.finish_action, action.id, " ", actor=team.officer)
    do(systemic.finish_action, action.id, "Photo.", actor=team.officer)
    refused("item_done", systemic.finish_action, action.id, "Photo.", actor=team.coordinator)
    refused("not_in_the_list", *end, "bad_luck", "Paved.", actor=team.approver)
    refused("reason_needed", *end, "control_failed", " ", actor=team.approver)
    do(*end, "control_failed", "Paved.", actor=team.approver)
    refused("issue_closed", *end, "control_failed", "Paved.", actor=team.approver)


def test_what_was_dealt_with_counts_for_no_new_issue(team, session):
    alike(team, 3)
    systemic.watch()
    do(systemic.close, the_issue(session).id, "control_failed", "Paved.", actor=team.approver)
    alike(team, 2)
    assert systemic.watch() == 0
    alike(team, 1)
    assert systemic.watch() == 3


def test_a_case_that_is_restricted_later_is_no_longer_counted(team, session):
    """Domain 5.4: who may not know of a case cannot tell from a count that is higher than the list is long."""
    references = alike(team, 4)
    systemic.watch()
    with_case(references[0], cases.restrict, "category", actor=team.coordinator)
    [listed] = queries.issues_for(team.coordinator)
    page = queries.issue_page(listed.issue.id, team.coordinator)
    assert (listed.cases, page.count, len(page.members)) == (3, 3, 3)


def test_readers_see_the_issues_of_their_sites_and_the_cases_open_to_them(team, session):
    references = alike(team, 3)
    systemic.watch()
    [listed] = queries.issues_for(team.coordinator)
    assert (listed.cases, listed.open_actions) == (3, 0)
    page = queries.issue_page(listed.issue.id, team.coordinator)
    assert {row.reference for row in page.members} == set(references)
    assert queries.issue_page(listed.issue.id, team.liaison).members == []
    assert queries.issues_for(states.staff(Role.COORDINATOR, site_id=states.a_site("KOL"))) == []
    assert queries.issues_for(states.staff((Role.AUDITOR, None))) != []
    assert queries.issues_for(team.focal) == []
    assert team.officer.id in dict(queries.owners_at(case_of(references[0]).site_id))


@pytest.mark.parametrize(
    ("one", "same", "also"),
    [
        (
            "\u0413\u043e\u0440\u045a\u0435 \u0421\u0435\u043b\u043e",
            "\u0413\u041e\u0420\u040a\u0415  \u0421\u0415\u041b\u041e ",
            "\u0433\u043e\u0440\u045a\u0435 \u0441\u0435\u043b\u043e",
        ),
        ("R\u00edo \u00c1rbol", "RI\u0301O \u00c1RBOL", "r\u00edo a\u0301rbol"),
    ],
    ids=["Cyrillic", "accents written in two ways"],
)
def test_capitals_spaces_and_accents_make_no_other_place_on_any_database(team, session, one, same, also):
    """R53: a place is the same one whatever the letters, and whatever database keeps it."""
    for place in (one, same, also):
        alike(team, 1, community=place)
    assert systemic.watch() == 3
    assert the_issue(session).place == place_key(one)


def test_others_like_it_at_the_place_lift_the_level_whatever_the_capitals(team):
    for place in ("\u0161uma", "\u0160UMA"):
        alike(team, 1, community=place)
    [third] = alike(team, 1, community=" \u0160uma ")
    row = session_rating(third)
    assert "similar_cases" in row.raised_by


def session_rating(reference):
    return db.session.scalars(select(Rating).where(Rating.case_id == case_of(reference).id)).one()
