"""Whoever says that they were punished for speaking up is heard outside the site's own line, however light the case."""

import pytest
from sqlalchemy import select

from engage.domain.severity import Level
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, Rating
from engage.notify import addressing
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.services import answers, endings, triage
from engage.services.endings import AfterTalk
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import events_of, kinds_of
from tests.states import act, case_of, person_of

PUNISHED = AfterTalk("They cut my shifts.", "yes", punished=True)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def told():
    return {row.user_id for row in db.session.scalars(select(OutboxMessage)) if row.template == "urgent_fact"}


def urgent_of(reference):
    return [row for row in events_of(reference) if row.kind == "UrgentFactFound"]


def arrives(user_id):
    """Whether the urgent notice really leaves for the reader, who has to be allowed to know of the case by then."""
    row = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.template == "urgent_fact", OutboxMessage.user_id == user_id)
    ).one()
    who = (row.id, row.case_id, row.template, row.locale, row.recipient, row.user_id)
    where = addressing.destination(Claimed(*who, row.context, row.created_at, 1, row.not_before))
    return isinstance(where, Letter)


def test_retaliation_found_after_a_light_case_reaches_the_rights_lead_who_may_open_it_then(team):
    """R52, domain 5.7: an allegation is a matter of level 4 at least, and of the human-rights lead."""
    reference = states.a_closed_case(team, level=Level.LOW)
    forget_notices()
    act(reference, endings.check_afterwards, PUNISHED, actor=team.officer)
    assert told() == {team.rights_lead.id}
    assert arrives(team.rights_lead.id)
    case = case_of(reference)
    assert (case.level, case.level_actual, case.fact_codes) == (Level.HIGH, Level.LOW, ["retaliation"])
    assert db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "case_news")).all() == []


def test_what_was_known_of_retaliation_is_not_rated_a_second_time(team):
    reference = states.a_closed_case(team, level=Level.MODERATE)
    for _ in range(2):
        act(reference, endings.check_afterwards, PUNISHED, actor=team.officer)
    rated = db.session.scalars(select(Rating).where(Rating.case_id == case_of(reference).id)).all()
    assert [row.level for row in rated].count(Level.HIGH) == 1
    assert kinds_of(reference).count("UrgentFactFound") == 2


def test_whoever_withdraws_because_somebody_pressed_them_is_heard_outside_the_line(team):
    """Domain 2.2: whoever withdraws is asked whether they were pressed; a yes is looked into."""
    reference = states.an_acknowledged_case(team)
    forget_notices()
    act(reference, answers.withdraw, pressured=True, actor=person_of(reference))
    assert told() == {team.rights_lead.id}
    assert arrives(team.rights_lead.id)


def test_whoever_withdraws_of_their_own_will_sets_off_nothing(team):
    reference = states.an_acknowledged_case(team)
    forget_notices()
    act(reference, answers.withdraw, pressured=False, actor=person_of(reference))
    assert told() == set()
    assert case_of(reference).level is None


@pytest.mark.parametrize(
    ("category", "subcategory", "fact"), [("RET", "threat", "retaliation"), ("SEC", "use_of_force", "use_of_force")]
)
def test_a_category_that_says_it_is_told_at_once_although_nobody_ticked_the_fact(team, category, subcategory, fact):
    """Product 4: urgent facts notify at once. Whoever files under the category has said the fact."""
    reference = states.an_acknowledged_case(team)
    forget_notices()
    found = states.assessment(Level.HIGH, category=category, subcategory=subcategory)
    act(reference, triage.assess, found, actor=team.coordinator)
    assert team.rights_lead.id in told()
    [told_of] = {row.payload.partition('"fact":"')[2].partition('"')[0] for row in urgent_of(reference)}
    assert told_of == fact


def test_where_nobody_of_the_matrix_is_free_whoever_is_told_first_hears_of_it(team):
    """Product 4: never to nobody."""
    reference = states.an_acknowledged_case(team)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.rights_lead.id))
    forget_notices()
    found = states.assessment(Level.HIGH, facts=frozenset({"retaliation"}))
    act(reference, triage.assess, found, actor=team.coordinator)
    assert told() == {team.coordinator.id, team.second_coordinator.id}


def test_in_the_restricted_lane_the_other_focal_points_hear_of_retaliation(team):
    reference = states.a_closed_case(team)
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    forget_notices()
    act(reference, endings.check_afterwards, PUNISHED, actor=team.focal)
    people = {row.user_id for row in db.session.scalars(select(OutboxMessage))}
    assert people == {team.focal.id, team.second_focal.id}
