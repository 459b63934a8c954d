"""The SQL mirror of policy says the same as policy: for every role, place, class, level, and tie to the case."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from engage.domain import policy
from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.domain.lifecycle import Stage
from engage.domain.policy import SYSTEM, Actor, CaseFacts, Membership, Party, Permission, Role
from engage.extensions import db
from engage.models import Appeal, Case, CaseSubject, PanelSeat, RuleSet
from engage.scope import open_to, readable_by, visible_to
from engage.unit_of_work import unit_of_work
from tests import states

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TIES = ("none", "assigned", "recorded", "seated", "declared")
EVERY = tuple(itertools.product(CaseClass, (None, 3, 4, 5), TIES, (False, True)))


@pytest.fixture
def world(session):
    """At two sites one case of every class, level, tie to somebody, and being about them or not."""
    sites = [states.a_site("AAA"), states.a_site("BBB")]
    user = states.staff()
    rules = {row.site_id: row.id for row in session.execute(select(RuleSet.site_id, RuleSet.id))}
    facts: list[CaseFacts] = []
    with unit_of_work():
        for site_id, (class_, level, tie, is_subject) in itertools.product(sites, EVERY):
            one = CaseFacts(
                id=uuid.uuid4(),
                site_id=site_id,
                kind=Kind.GRIEVANCE,
                stage=Stage.APPEALED,
                class_=class_,
                level=level,
                assignee_id=user.id if tie == "assigned" else None,
                recorded_by_id=user.id if tie == "recorded" else None,
                panel=frozenset({user.id} if tie in ("seated", "declared") else ()),
                undeclared=frozenset({user.id} if tie == "seated" else ()),
                subjects=frozenset({user.id} if is_subject else ()),
            )
            keep(one, rules[site_id], user.id)
            facts.append(one)
    return sites, user.id, facts


def keep(one: CaseFacts, rule_set_id: uuid.UUID, user_id: uuid.UUID) -> None:
    db.session.execute(
        insert(Case).values(
            id=one.id,
            reference=one.id.hex,
            submission_digest=one.id.hex,
            site_id=one.site_id,
            rule_set_id=rule_set_id,
            kind=one.kind,
            stage=one.stage,
            class_=one.class_,
            identity=Identity.ANONYMOUS,
            road=Road.NONE,
            channel="web",
            locale="en",
            received_at=AT,
            recorded_at=AT,
            level=one.level,
            assignee_id=one.assignee_id,
            recorded_by_id=one.recorded_by_id,
            fact_codes=[],
            version=0,
            head_hash="0",
        )
    )
    if one.panel:
        appeal = Appeal(id=uuid.uuid4(), case_id=one.id, words="", salt="", is_late=False, lodged_at=AT)
        db.session.add(appeal)
        db.session.flush()
        db.session.add(
            PanelSeat(appeal_id=appeal.id, user_id=user_id, seated_at=AT, declared_at=None if one.undeclared else AT)
        )
    if one.subjects:
        db.session.add(CaseSubject(case_id=one.id, user_id=user_id))


def disagreements(session, facts, actors, condition=visible_to, permission=Permission.VIEW) -> list[object]:
    return [
        actor
        for actor in actors
        if set(session.scalars(select(Case.id).where(condition(actor))))
        != {one.id for one in facts if policy.may(actor, permission, one)}
    ]


@pytest.mark.parametrize(
    ("condition", "permission"), [(visible_to, Permission.VIEW), (readable_by, Permission.READ_UNMASKED)]
)
def test_sql_and_policy_agree_for_every_role_at_a_site_and_everywhere(world, session, condition, permission):
    sites, user_id, facts = world
    actors = [
        Actor(id=user_id, memberships=frozenset({Membership(role, place)})) for role in Role for place in (None, *sites)
    ]
    assert disagreements(session, facts, actors, condition, permission) == []


def test_sql_and_policy_agree_for_two_roles_at_different_places(world, session):
    sites, user_id, facts = world
    actors = [
        Actor(id=user_id, memberships=frozenset({Membership(one, sites[0]), Membership(other, place)}))
        for one, other in itertools.product(Role, Role)
        for place in (None, sites[1])
    ]
    assert disagreements(session, facts, actors) == []


def test_sql_and_policy_agree_for_the_person_the_service_and_somebody_without_a_role(world, session):
    _, user_id, facts = world
    actors = [Actor(id=None, party=Party.PERSON, case_id=one.id) for one in facts[:5]]
    strangers = [SYSTEM, Actor(id=user_id), Actor(id=None, party=Party.PERSON, case_id=uuid.uuid4())]
    assert disagreements(session, facts, [*actors, *strangers]) == []


def test_sql_and_policy_agree_that_nothing_is_done_with_an_erased_case(world, session):
    sites, user_id, facts = world
    with unit_of_work():
        session.execute(update(Case).values(erased_at=AT))
    erased = [replace(one, is_erased=True) for one in facts]
    actors = [Actor(id=user_id, memberships=frozenset({Membership(role, sites[0])})) for role in Role]
    for permission in (Permission.ASSIGN, Permission.APPROVE_PROPOSAL, Permission.SEAT_PANEL):
        assert not any(policy.may(actor, permission, one) for actor in actors for one in erased)
        for actor in actors:
            assert session.scalars(select(Case.id).where(open_to(actor, permission))).all() == []
    assert disagreements(session, erased, actors) == []
    assert disagreements(session, erased, actors, readable_by, Permission.READ_UNMASKED) == []


def test_no_administrator_sees_a_case(world, session):
    _, user_id, _ = world
    actor = Actor(id=user_id, memberships=frozenset({Membership(Role.ADMIN, None)}))
    assert session.scalars(select(Case.id).where(visible_to(actor))).all() == []


@pytest.mark.parametrize("declared", [(False, True), (True, False), (False, None), (True, None), (None, False)])
def test_sql_and_policy_agree_on_which_of_several_appeals_asks_its_panel(world, session, declared):
    """One that was withdrawn stands undecided behind a newer one: the newest says who has to declare."""
    _, user_id, facts = world
    wanted = next(one.id for one in facts if one.class_ is CaseClass.ORDINARY and not one.panel | one.subjects)
    with unit_of_work():
        for days, said in enumerate(declared):
            at = AT + timedelta(days=days)
            appeal = Appeal(id=uuid.uuid4(), case_id=wanted, words="", salt="", is_late=False, lodged_at=at)
            session.add(appeal)
            session.flush()
            if said is not None:
                seat = {"appeal_id": appeal.id, "user_id": user_id, "seated_at": at}
                session.add(PanelSeat(**seat, declared_at=at if said else None))
    actor = Actor(id=user_id, memberships=frozenset({Membership(Role.PANEL, None), Membership(Role.CUSTODIAN, None)}))
    case = session.get_one(Case, wanted)
    reads = policy.may(actor, Permission.READ_UNMASKED, case.facts)
    assert reads is (declared[-1] is not False)
    found = session.scalars(select(Case.id).where(readable_by(actor), Case.id == wanted)).all()
    assert found == ([wanted] if reads else [])
