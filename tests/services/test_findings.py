"""What a proposal says of causes, of our part and of money, and what of it the person gets (R30, R44)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from engage import clock as engage_clock
from engage.domain.guards import RIGHTS, Refused
from engage.domain.money import MOST, Money
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import CaseEvent, Proposal
from engage.services import answers, appeals, cases, proposals
from engage.services.findings import Line, currencies, currency_of
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, team, **values):
    reference = states.an_assessed_case(team)
    with pytest.raises(Refused) as caught:
        act(reference, proposals.propose, states.offer(**values), actor=team.officer)
    assert caught.value.refusal.code == code
    assert cases.latest_proposal(case_of(reference)) is None
    return caught.value.refusal


def paying(amount, currency="RSD", type_code="compensation_money"):
    due = engage_clock.utcnow() + timedelta(days=10)
    return Line(type_code, "For the harvest.", due, money=Money(Decimal(amount), currency))


@pytest.mark.parametrize("empty", ["", "  ", "\n\t", "\u00a0"])
@pytest.mark.parametrize("level", [Level.LOW, Level.HIGH])
def test_no_proposal_leaves_or_is_even_drafted_without_a_part_to_share(team, empty, level):
    """R30: not on the fast road and not with approvals."""
    reference = states.an_assessed_case(team, level)
    if level > Level.LOW:
        states.look_into(reference, team.officer)
    for internal in (None, "Only staff know this."):
        offer = states.offer("Water.", shared_findings=empty, internal_findings=internal)
        with pytest.raises(Refused) as caught:
            act(reference, proposals.propose, offer, actor=team.officer)
        assert caught.value.refusal.code == "findings_to_share_needed"
    assert cases.latest_proposal(case_of(reference)) is None


def test_what_we_had_to_do_with_it_is_one_of_the_list(team):
    refused("not_in_the_list", team, involvement="")
    refused("not_in_the_list", team, involvement="perhaps")


def test_what_was_not_investigated_says_why(team):
    refused("why_not_investigated", team, finding="not_investigated")
    refused("why_not_investigated", team, finding="not_investigated", why_not_investigated=" ")
    reference = states.an_assessed_case(team)
    why = {"finding": "not_investigated", "why_not_investigated": "It was put right the same day."}
    act(reference, proposals.propose, states.offer(**why), actor=team.officer)


def test_why_it_was_not_investigated_takes_no_right_unseen(team):
    """R34."""
    reference = states.an_assessed_case(team)
    why = {"finding": "not_investigated", "why_not_investigated": "You waive your rights."}
    act(reference, proposals.propose, states.offer(**why), actor=team.officer)
    proposal = cases.latest_proposal(case_of(reference))
    assert proposal is not None
    assert proposal.sent_at is None
    assert proposals.roles_missing(case_of(reference), proposal)


def test_causes_are_ranked_three_at_most_and_each_named_once(team):
    refused("cause_twice", team, further_causes=["control_failed"])
    refused("cause_twice", team, further_causes=["legacy", "legacy"])
    refused("too_many_causes", team, further_causes=["legacy", "planning_gap", "unknown"])
    refused("not_in_the_list", team, further_causes=["weather"])
    reference = states.an_assessed_case(team)
    offer = states.offer(further_causes=["legacy", "planning_gap"])
    act(reference, proposals.propose, offer, actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    case = case_of(reference)
    assert (case.root_cause, case.further_causes) == ("control_failed", ["legacy", "planning_gap"])


def test_a_later_end_replaces_all_causes_of_an_earlier_one(team):
    reference = states.an_assessed_case(team)
    act(reference, proposals.propose, states.offer(further_causes=["legacy"]), actor=team.officer)
    act(reference, answers.refuse, wants_panel=False, actor=person_of(reference))
    assert case_of(reference).further_causes == ["legacy"]
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    act(reference, proposals.propose, states.offer(root_cause="unknown"), actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    assert (case_of(reference).root_cause, case_of(reference).further_causes) == ("unknown", [])


BAD_SUMS = [
    ("no_sum_here", ("10", "RSD", "apology")),
    ("no_sum_here", ("10", "RSD", "compensation_in_kind")),
    ("sum_out_of_bounds", ("0",)),
    ("sum_out_of_bounds", ("-5",)),
    ("sum_out_of_bounds", (str(MOST + 1),)),
    ("sum_out_of_bounds", ("NaN",)),
    ("sum_out_of_bounds", ("Infinity",)),
    ("currency_unknown", ("10", "DEM")),
    ("currency_unknown", ("10", "XXX")),
    ("currency_unknown", ("10", "rsd")),
    ("currency_unknown", ("10", "")),
    ("too_many_decimals", ("1.5", "JPY")),
    ("too_many_decimals", ("1.005", "EUR")),
]


@pytest.mark.parametrize(("code", "line"), BAD_SUMS)
def test_a_sum_that_cannot_be_paid_is_refused(team, code, line):
    refused(code, team, lines=[paying(*line)])


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.01", "EUR"), (str(MOST), "CDF"), ("1.005", "KWD"), ("84000.00", "RSD")]
)
def test_a_sum_is_kept_with_its_currency(team, amount, currency):
    reference = states.an_assessed_case(team)
    act(reference, proposals.propose, states.offer(lines=[paying(amount, currency)]), actor=team.officer)
    [remedy] = cases.latest_proposal(case_of(reference)).remedies
    assert remedy.money == Money(Decimal(amount), currency)


def test_the_record_holds_the_digest_of_a_sum_and_never_the_sum(team):
    reference = states.an_assessed_case(team)
    act(reference, proposals.propose, states.offer(lines=[paying("84321")]), actor=team.officer)
    proposal = db.session.scalars(select(Proposal)).one()
    sent = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "ProposalSent")).one()
    assert sent.content_digest == proposals.digest_of_proposal(proposal)
    proposal.remedies[0].amount += 1
    assert sent.content_digest != proposals.digest_of_proposal(proposal)
    assert not [event for event in db.session.scalars(select(CaseEvent)) if "84321" in event.payload]
    db.session.rollback()


def test_a_country_has_its_currency_and_nowhere_has_none():
    assert [currency_of(land) for land in ("RS", "CD", "SR", "", "XX")] == ["RSD", "CDF", "SRD", "", ""]
    assert {"EUR", "USD", "CNY"} <= currencies()
    assert not {"DEM", "YUM", "XTS", "XAU"} & currencies()


def test_rights_are_looked_at_before_a_sum_is_paid(team):
    """R43, R44: money takes the same second person as any other remedy."""
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer(lines=[paying("84000")]), actor=team.officer)
    assert case_of(reference).stage == "investigating"
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert case_of(reference).stage == "proposed"
