"""Sums of money: kept to the last part, and known to those alone who need them."""

import uuid
from decimal import Decimal

import pytest

from engage.domain.case import CaseClass, Kind
from engage.domain.lifecycle import Stage
from engage.domain.money import MOST, Money, may_see
from engage.domain.policy import Actor, CaseFacts, Membership, Party, Role

HERE, ME = uuid.uuid4(), uuid.uuid4()
CASE = CaseFacts(uuid.uuid4(), HERE, Kind.GRIEVANCE, Stage.IMPLEMENTING, CaseClass.ORDINARY, level=3)


@pytest.mark.parametrize("amount", ["0.0001", "84000", "1250.50", str(MOST)])
def test_a_sum_comes_back_as_it_was_stored(amount):
    money = Money(Decimal(amount), "RSD")
    assert Money.of_parts(money.parts, "RSD") == money
    assert money.parts < 2**63


def member(*roles: Role) -> Actor:
    return Actor(ME, memberships=frozenset(Membership(role, HERE) for role in roles))


def test_who_carries_a_remedy_out_knows_its_sum_and_no_other():
    liaison = member(Role.LIAISON)
    taken_down = CaseFacts(**{**{name: getattr(CASE, name) for name in CASE.__slots__}, "recorded_by_id": ME})
    assert may_see(liaison, ME, taken_down)
    assert not may_see(liaison, uuid.uuid4(), taken_down)
    assert not may_see(liaison, None, taken_down)
    assert not may_see(liaison, ME, CASE), "who cannot see the case sees no sum of it"


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.CUSTODIAN, Role.ADMIN, Role.OVERSIGHT, Role.STEWARD, Role.PUBLISHER]
)
def test_who_only_watches_knows_no_sum(role):
    assert not may_see(member(role), None, CASE)


def test_an_auditor_who_owns_a_remedy_reads_masked_still():
    assert not may_see(member(Role.AUDITOR), ME, CASE)


def test_the_person_and_those_who_decide_know_it():
    assert may_see(Actor(None, Party.PERSON, case_id=CASE.id), None, CASE)
    for role in (Role.COORDINATOR, Role.APPROVER):
        assert may_see(member(role), None, CASE)
    assert not may_see(member(Role.OFFICER), None, CASE), "another officer than the one who works it"
