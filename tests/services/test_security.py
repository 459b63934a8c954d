"""What security people did never lies with them (domain R47)."""

import logging

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from engage.domain.case import Kind
from engage.domain.conflicts import Employed, SubjectKind
from engage.domain.policy import Permission, Role, may
from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Involvement, OutboxMessage, Site, StaffUser
from engage.scope import visible_to
from engage.services import cases, conflicts, lines, ratings, security, site_settings, sites, triage
from engage.services.assessing import Rerating
from engage.services.site_settings import SiteDetails
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, kinds_of
from tests.states import act, case_of

SECURITY = {"kind": "department", "name": "Security"}
GUARDS = {"kind": "contractor", "name": "Border Guards Ltd"}


@pytest.fixture
def team(clock, session, sent_tasks):
    team = states.Team()
    team.chief = states.staff((Role.ADMIN, None))
    team.guard = states.staff(
        Role.COORDINATOR, Role.OFFICER, site_id=team.site_id, name="guard", department=" security "
    )
    team.hired = states.staff(Role.APPROVER, site_id=team.site_id, name="hired", contractor="Border Guards Ltd")
    say(team, SECURITY, GUARDS)
    return team


def say(team, *named):
    site = db.session.get_one(Site, team.site_id)
    details = SiteDetails(site.name, site.country, site.time_zone, site.locale, security=list(named))
    with unit_of_work():
        site_settings.change_site("BOR", details, actor=team.chief)


def seen_by(actor):
    return set(db.session.scalars(select(states.Case.reference).where(visible_to(actor))))


def force(team, reference, actor=None, **values):
    found = {"category": "CON", "facts": frozenset({"use_of_force"}), **values}
    act(reference, triage.assess, states.assessment(Level.HIGH, **found), actor=actor or team.coordinator)


def named(reference):
    return [(row.kind, row.name, row.named_by_id) for row in conflicts.named_in(case_of(reference).id)]


def test_r47_a_case_about_security_is_invisible_to_those_who_do_security_and_goes_to_others(team):
    reference = states.an_acknowledged_case(team)
    assert reference in seen_by(team.guard) & seen_by(team.hired)
    forget_notices()
    act(reference, triage.assess, states.assessment(category="SEC"), actor=team.coordinator)
    by_the_service = {(SubjectKind.DEPARTMENT, "Security", None), (SubjectKind.CONTRACTOR, "Border Guards Ltd", None)}
    assert set(named(reference)) == by_the_service
    for actor in (team.guard, team.hired):
        assert not may(actor, Permission.VIEW, case_of(reference).facts)
        assert reference not in seen_by(actor)
        with pytest.raises(NoResultFound):
            act(reference, triage.assign, team.officer.id, actor=actor)
    assert reference in seen_by(team.coordinator)
    told = set(db.session.scalars(select(OutboxMessage.user_id)))
    assert told.isdisjoint({team.guard.id, team.hired.id})
    assert breaks_of(reference) == []


def test_r47_force_is_about_security_whatever_the_category_and_urgent_word_of_it_passes_them_by(team):
    reference = states.an_acknowledged_case(team)
    forget_notices()
    force(team, reference)
    told = set(db.session.scalars(select(OutboxMessage.user_id).where(OutboxMessage.template == "urgent_fact")))
    assert team.approver.id in told
    assert team.hired.id not in told


def test_r47_who_leads_them_is_out_too_and_who_had_it_in_hand_is_taken_off(team):
    boss = states.staff(Role.OFFICER, site_id=team.site_id)
    with unit_of_work():
        lines.place(team.guard.id, Employed(boss.id, "Security"), actor=team.chief)
    reference = states.an_acknowledged_case(team)
    act(reference, triage.assign, boss.id, actor=team.coordinator)
    force(team, reference)
    assert case_of(reference).assignee_id is None
    assert "TakenOff" in kinds_of(reference)
    assert reference not in seen_by(boss)


def test_somebody_of_security_who_assesses_it_is_out_of_it_once_they_have(team):
    reference = states.an_acknowledged_case(team)
    careful = {"likelihood": Likelihood.LIKELY, "harm": Harm.GRAVE, "measures": "We meet away from the site."}
    force(team, reference, team.guard, support=frozenset({"interpreter"}), **careful)
    assert reference not in seen_by(team.guard)


def test_a_case_found_to_be_about_security_later_on_is_kept_from_them_then(team):
    reference = states.an_assessed_case(team)
    assert named(reference) == []
    found = Rerating(
        "preliminary", Level.HIGH, Level.HIGH, frozenset({"use_of_force"}), "A film.", "They are off duty."
    )
    act(reference, ratings.rate_again, found, actor=team.coordinator)
    assert len(named(reference)) == 2
    with unit_of_work():
        security.keep_out(cases.lock_own(case_of(reference).id))
    assert len(named(reference)) == 2


def test_what_staff_took_away_with_a_reason_is_not_named_again(team):
    reference = states.an_assessed_case(team, category="SEC")
    row = db.session.scalars(select(Involvement).where(Involvement.name == "Border Guards Ltd")).one()
    act(reference, conflicts.remove, row.id, "They were not there.", actor=team.coordinator)
    with unit_of_work():
        security.keep_out(cases.lock_own(case_of(reference).id))
    assert [name for _, name, _ in named(reference)] == ["Security"]


def test_the_site_it_is_sent_to_and_the_kind_it_becomes_count_too(team):
    with unit_of_work():
        group_id = sites.ensure_group_intake().id
    above = states.staff((Role.COORDINATOR, None))
    reference = states.a_case(group_id)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        case.category = "SEC"
    act(reference, triage.route, team.site_id, actor=above)
    assert len(named(reference)) == 2
    asked = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    with unit_of_work():
        cases.lock_own(case_of(asked).id).fact_codes = ["use_of_force"]
    act(asked, triage.convert, Kind.GRIEVANCE, actor=team.coordinator)
    assert len(named(asked)) == 2


def test_open_cases_are_kept_from_whoever_is_said_to_do_security_from_then_on(team):
    say(team)
    reference, other = states.an_assessed_case(team, category="SEC"), states.an_assessed_case(team)
    assert reference in seen_by(team.guard)
    say(team, SECURITY)
    assert reference not in seen_by(team.guard)
    assert other in seen_by(team.guard)


def test_where_nobody_else_is_left_it_stays_with_them_and_the_log_says_so(team, session, caplog):
    say(team, SECURITY)
    with unit_of_work():
        session.execute(update(StaffUser).values(department="Security"))
    reference = states.an_acknowledged_case(team)
    with caplog.at_level(logging.ERROR):
        force(team, reference, team.guard)
    assert named(reference) == []
    assert "would be left to nobody" in caplog.text
    assert reference in seen_by(team.guard)
