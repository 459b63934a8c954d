"""What stands in the file to print beside what was said and offered: sums, other bodies, what is changed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engage import clock as clocks
from engage.domain.money import Money
from engage.domain.outside import Basis, ReferralKind
from engage.services import corrective, proceedings, proposals, referrals
from engage.services.corrective import Change
from engage.services.findings import Line
from engage.services.proceedings import Elsewhere
from engage.services.referrals import Matter
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.web.as_person import come_back
from tests.web.as_staff import sign_in
from tests.web.printed import file_of, text

COURT = Elsewhere("court", "District court", "All of it.")
MATTER = Matter(ReferralKind.MECHANISM, "The bank's office", "It paid for the road.", Basis.CONSENT, "Yes.", "Safe.")


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_sums_other_bodies_and_what_we_change_stand_there_for_those_who_may_know(client, team):
    """R44, R34, R53: the person's paper tells all of it; who took it down has no sum on theirs."""
    reference, due = states.an_assessed_case(team), clocks.utcnow() + timedelta(days=10)
    with unit_of_work():
        case_of(reference).recorded_by_id = team.liaison.id
    act(reference, proceedings.record_proceeding, COURT, actor=team.officer)
    act(reference, referrals.hand_over, MATTER, actor=team.coordinator, reminder="Ask them.")
    paid = Line("compensation_money", "For the harvest.", due, team.officer.id, Money(Decimal(84321), "RSD"))
    act(reference, proposals.propose, states.offer(lines=[paid]), actor=team.officer)
    change = Change("Wet the road.", team.officer.id, due, "We water the road every morning.")
    act(reference, corrective.decide, change, actor=team.officer)
    come_back(client, reference)
    told = text(file_of(client)).replace("\u00a0", "")
    assert "84,321" in told
    for words in ("District court", "All of it.", "The bank's office", "We water the road every morning."):
        assert words in told
    theirs = text(sign_in(client, team.liaison).get(f"/staff/cases/{reference}/file"))
    assert "For the harvest." in theirs
    assert "84,321" not in theirs.replace("\u00a0", "")
