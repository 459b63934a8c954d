"""Links between cases: nothing is merged, nobody learns what is not theirs, and what was linked can be unlinked."""

import uuid

import pytest
from sqlalchemy import func, select

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.extensions import db
from engage.models import Case, CaseEvent, CaseLink, OutboxMessage
from engage.queries import case_page, likeness, triage_parts
from engage.services import links, triage
from engage.services.cases import ChangedMeanwhile
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def link(one, other, actor, kind="duplicate"):
    act(one, links.link, other, kind, actor=actor)


def kinds(reference) -> list[str]:
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return list(db.session.scalars(rows))


def refused(one, other, actor, kind="duplicate") -> str:
    with pytest.raises(Refused) as error:
        link(one, other, actor, kind)
    return error.value.refusal.code


def seen(reference, actor) -> list[str]:
    return [row.reference for row in triage_parts.links(case_of(reference).id, actor)]


def suggested(reference, actor) -> list[str]:
    return [one.reference for one in likeness.suggestions(case_page.page(reference, actor))]


def test_linking_keeps_every_reference_and_every_answer_and_tells_no_person(team):
    """Domain 2.2: the complainant keeps own reference, acknowledgement and answer; never deletes."""
    one, other = states.an_assessed_case(team), states.a_case(team.site_id)
    count = db.session.scalar(select(func.count(Case.id)))
    forget_notices()
    link(one, f" {other.lower()} ", team.coordinator)
    assert db.session.scalar(select(func.count(Case.id))) == count
    assert db.session.scalars(select(OutboxMessage)).all() == []
    assert (kinds(one)[-1], kinds(other)[-1]) == ("CaseLinked", "CaseLinked")
    assert seen(one, team.coordinator) == [other]
    assert seen(other, team.coordinator) == [one]
    act(other, triage.acknowledge, actor=team.coordinator)
    assert case_of(other).reference == other


def test_what_was_linked_can_be_unlinked_and_linked_again(team):
    one, other = states.an_assessed_case(team), states.a_case(team.site_id)
    link(one, other, team.coordinator)
    assert refused(other, one, team.coordinator) == "is_linked_already"
    row = db.session.scalars(select(CaseLink)).one()
    act(other, links.unlink, row.id, actor=team.coordinator)
    assert (kinds(one)[-1], kinds(other)[-1]) == ("CaseUnlinked", "CaseUnlinked")
    assert seen(one, team.coordinator) == []
    for link_id in (row.id, uuid.uuid4()):
        with pytest.raises(Refused):
            act(one, links.unlink, link_id, actor=team.coordinator)
    link(one, other, team.coordinator, "related")
    act(
        one,
        links.unlink,
        db.session.scalars(select(CaseLink.id).where(CaseLink.unlinked_at.is_(None))).one(),
        actor=team.coordinator,
    )


def test_a_case_that_is_not_there_or_not_open_to_one_cannot_be_linked(team):
    """Links pass visible_to like every list."""
    one, far = states.an_assessed_case(team), states.a_case(states.Team("ZAM").site_id)
    hidden = states.a_case(team.site_id, harms_child=True)
    for other in ("BOR-26-NNNNN", one, far, hidden):
        assert refused(one, other, team.coordinator) == "no_such_case"
    assert refused(one, states.a_case(team.site_id), team.coordinator, "merged") == "no_such_case"
    assert refused(one, states.a_case(team.site_id), team.officer) == "no_such_case"
    with pytest.raises(NotAllowed):
        links.link(case_of(one), far, "related", actor=team.auditor)


def test_a_link_to_a_case_that_was_restricted_meanwhile_is_seen_by_nobody_outside(team):
    """Product 6: the restricted lane does not exist for those outside it."""
    one, other = states.an_assessed_case(team), states.an_assessed_case(team)
    link(one, other, team.coordinator)
    row = db.session.scalars(select(CaseLink)).one()
    act(other, triage.restrict, "danger", actor=team.coordinator)
    for actor in (team.coordinator, team.officer, team.auditor):
        assert seen(one, actor) == []
    with pytest.raises(Refused) as error:
        act(one, links.unlink, row.id, actor=team.coordinator)
    assert error.value.refusal.code == "not_linked"


def test_who_has_the_other_case_in_hand_is_not_waited_for(team, monkeypatch):
    one, other = states.an_assessed_case(team), states.a_case(team.site_id)
    monkeypatch.setattr(links.cases, "lock_if_free", lambda case_id: None)
    with pytest.raises(ChangedMeanwhile):
        link(one, other, team.coordinator)


def test_what_speaks_of_the_same_is_suggested_inside_what_one_may_see(team):
    """Same place, category, time and words; strictly visible_to."""
    one = states.a_case(team.site_id, where_it_happened="Krivelj")
    like = states.a_case(team.site_id, what_happened="Dust from the road.", where_it_happened=" krivelj")
    states.a_case(team.site_id, what_happened="A guard took my phone.", where_it_happened="North gate")
    states.a_case(states.Team("ZAM").site_id, where_it_happened="Krivelj")
    hidden = states.a_case(team.site_id, where_it_happened="Krivelj", harms_child=True)
    assert suggested(one, team.coordinator) == [like]
    with unit_of_work():
        assert hidden not in suggested(one, team.approver)
    link(one, like, team.coordinator)
    assert suggested(one, team.coordinator) == []
    second = states.a_case(team.site_id, where_it_happened="Krivelj", harms_child=True)
    assert suggested(second, team.focal) == [hidden]
