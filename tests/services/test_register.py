"""One register holds every concern, whatever its channel and kind, and nothing leaves it (domain R20, R21)."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from engage import clock as our_time
from engage.domain.case import Kind
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, CaseEvent, Rating, Statement
from engage.queries import inbox
from engage.queries.inbox import Filters, Tab
from engage.services import incidents, ratings, sites
from engage.services.assessing import Rerating
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import breaks_of, kinds_of
from tests.states import act, case_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_r20_one_register_holds_all_concerns_of_all_channels_and_kinds(team):
    channels = [term.code for term in sites.shipped_catalogue().taxonomy.lists["channels"]]
    raised = {states.a_case(team.site_id, channel=channel): (channel, Kind.GRIEVANCE) for channel in channels}
    raised |= {states.a_case(team.site_id, kind=kind): ("web", kind) for kind in Kind}
    listed = db.session.execute(select(Case.reference, Case.channel, Case.kind)).all()
    assert {row.reference: (row.channel, row.kind) for row in listed} == raised
    now, found = our_time.utcnow(), set()
    for channel in channels:
        rows = inbox.page(team.coordinator, Tab.ALL, Filters(channel=channel), now).rows
        found |= {row["reference"] for row in rows}
    assert found == set(raised)
    assert inbox.counts(team.coordinator, Filters(), now)[Tab.ALL] == len(raised)
    begun = select(func.count(CaseEvent.id)).where(CaseEvent.kind == "CaseReceived")
    assert db.session.scalar(begun) == len(raised)


def test_r20_each_has_a_preliminary_and_a_final_rating_and_when_it_came_and_ended(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    found = Rerating("final", Level.HIGH, Level.HIGH, frozenset(), "We measured.", "The road is closed.")
    act(reference, ratings.rate_again, found, actor=team.officer)
    rated = db.session.execute(select(Rating.phase, Rating.actual, Rating.potential).order_by(Rating.rated_at))
    assert sorted(map(tuple, rated)) == [("final", 4, 4), ("preliminary", 3, 3)]
    ended = case_of(states.a_closed_case(team))
    assert ended.received_at < ended.closed_at or ended.received_at == ended.closed_at


def test_r20_nothing_can_be_removed_from_the_register(team, session):
    reference = states.an_assessed_case(team)
    before = kinds_of(reference)
    for attack in ("DELETE FROM case_event", 'DELETE FROM "case"', "UPDATE case_event SET kind = 'CaseWithdrawn'"):
        with pytest.raises(DBAPIError), unit_of_work():
            db.session.execute(text(attack))
    session.rollback()
    assert kinds_of(reference) == before
    assert breaks_of(reference) == []


def test_r20_a_case_names_the_internal_incident_it_belongs_to(team):
    reference = states.an_assessed_case(team)
    act(reference, incidents.link, " inc-2026/0153 ", actor=team.officer)
    assert case_of(reference).incident == "INC-2026/0153"
    act(reference, incidents.link, "INC-2026/0153", actor=team.officer)
    assert kinds_of(reference).count("IncidentLinked") == 1
    act(reference, incidents.link, "", actor=team.coordinator)
    assert case_of(reference).incident is None
    assert kinds_of(reference).count("IncidentLinked") == 2


@pytest.mark.parametrize("words", ["The driver was drunk", "DRIVER", "7" * 41, "-1", "1; x"])
def test_an_incident_is_a_number_and_never_words(team, words):
    reference = states.an_assessed_case(team)
    with pytest.raises(Refused) as error:
        act(reference, incidents.link, words, actor=team.officer)
    assert error.value.refusal.code == "no_incident_number"


def test_who_does_not_work_the_case_links_no_incident(team):
    reference = states.an_assessed_case(team)
    with pytest.raises(NotAllowed):
        act(reference, incidents.link, "INC-1", actor=team.custodian)


def test_r21_names_of_cases_follow_no_order_and_what_is_asked_for_is_kept(team):
    wishes = [f"Water the road {number} times a day." for number in range(12)]
    references = [states.a_case(team.site_id, what_would_make_it_right=wish) for wish in wishes]
    assert len(set(references)) == len(references)
    assert references not in (sorted(references), sorted(references, reverse=True))
    kept = [db.session.get_one(Statement, case_of(reference).id) for reference in references]
    assert [row.what_would_make_it_right for row in kept] == wishes
