"""Facts of a case that decide how closely it is kept."""

import itertools

import pytest

from engage.domain.case import ROADS, CaseClass, Identity, Kind, Road, class_of
from engage.domain.events import CaseReceived, InvestigationStarted, ProposalSent


@pytest.mark.parametrize(
    ("category", "subcategory", "harms_child"),
    [
        ("GBV", None, False),
        ("CHI", "harm", False),
        ("CHI", "child_labour", False),
        ("AIR", None, True),
        (None, None, True),
    ],
)
@pytest.mark.parametrize("identity", list(Identity))
def test_sexual_violence_and_harm_to_a_child_are_restricted_whoever_speaks(
    identity, category, subcategory, harms_child
):
    found = class_of(identity, category=category, subcategory=subcategory, harms_child=harms_child)
    assert found is CaseClass.RESTRICTED


@pytest.mark.parametrize(("category", "subcategory"), [(None, None), ("AIR", None), ("CHI", "schooling_access")])
def test_everything_else_is_as_close_as_the_person_asked(category, subcategory):
    for identity in Identity:
        found = class_of(identity, category=category, subcategory=subcategory, harms_child=False)
        expected = CaseClass.CONFIDENTIAL if identity is Identity.CONFIDENTIAL else CaseClass.ORDINARY
        assert found is expected


def test_an_anonymous_person_has_no_direct_road_and_everybody_can_live_by_the_code_alone():
    assert Road.DIRECT not in ROADS[Identity.ANONYMOUS]
    assert all(Road.NONE in ROADS[identity] for identity in Identity)
    assert {road for road in itertools.chain(*ROADS.values())} == set(Road)


def test_only_a_grievance_takes_the_whole_road():
    assert [kind for kind in Kind if not kind.takes_short_road] == [Kind.GRIEVANCE]


def test_an_event_is_written_with_its_name_and_plain_values(clock):
    sent = ProposalSent(proposal_id=None, round=2, respond_by=clock.now)
    assert sent.kind == "ProposalSent"
    assert sent.payload() == {"proposal_id": None, "round": 2, "respond_by": "2026-03-02T09:00:00+00:00"}
    assert CaseReceived(channel=Road.RELAY, kind_of_case="question").payload() == {
        "channel": "relay",
        "kind_of_case": "question",
        "on_behalf": False,
    }
    assert InvestigationStarted().payload() == {}
