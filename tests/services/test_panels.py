"""Those who decide an appeal, among themselves: no conflict of interest, and notes of their own (R02, R32)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import OutboxMessage, PanelNote
from engage.queries import case_page, panel
from engage.services import answers, appeals, cases, panels, triage
from engage.services.timeline import breaks_in, digest_of
from tests import states
from tests.promised import events_of, kinds_of
from tests.states import act, case_of, person_of

KEPT_OUT = (NotAllowed, NoResultFound)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def second(team):
    return states.staff(Role.PANEL, site_id=team.site_id, name="Second")


@pytest.fixture
def reference(team):
    return states.an_appealed_case(team)


def refused(why, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == why


def name_panel(reference, team, *members):
    act(reference, appeals.seat_panel, [one.id for one in members], actor=team.coordinator)


def room(reference, actor):
    return panel.room(case_page.page(reference, actor))


def test_a_member_decides_and_writes_only_after_saying_that_they_have_no_conflict(team, reference):
    name_panel(reference, team, team.panel)
    refused("declare_first", reference, appeals.decide, "upheld", "Pave it.", to_proposal=True, actor=team.panel)
    refused("declare_first", reference, panels.write_note, "The road is dry.", actor=team.panel)
    with pytest.raises(NotAllowed):
        room(reference, team.panel)
    for _ in range(2):
        act(reference, panels.declare, actor=team.panel)
    assert kinds_of(reference).count("PanelDeclared") == 1
    act(reference, panels.write_note, "The road is dry.", actor=team.panel)
    act(reference, appeals.decide, "upheld", "Pave it.", to_proposal=True, actor=team.panel)
    assert case_of(reference).appeals[0].outcome == "upheld"


def test_who_has_a_conflict_leaves_the_panel_at_once_and_those_who_seat_are_told(team, second, reference):
    name_panel(reference, team, team.panel, second)
    told = len(to_seat())
    act(reference, panels.give_up, actor=team.panel)
    assert case_of(reference).facts.panel == {second.id}
    assert kinds_of(reference)[-1] == "SeatGivenUp"
    assert len(to_seat()) > told
    assert {team.coordinator.id, team.approver.id} <= {row.user_id for row in to_seat()}
    assert team.panel.id not in appeals.free_for_panel(case_of(reference))
    with pytest.raises(NoResultFound):
        room(reference, team.panel)


def to_seat():
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "panel_to_seat")).all()


def test_notes_are_in_the_record_by_their_digest_alone(team, reference):
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, panels.write_note, "The road is dry.", dissents=True, actor=team.panel)
    note = db.session.scalars(select(PanelNote)).one()
    event = events_of(reference)[-1]
    assert event.kind == "PanelNoteWritten"
    assert event.content_digest == digest_of(note.salt, "The road is dry.")
    assert "dry" not in event.payload
    db.session.delete(note)
    db.session.commit()
    assert breaks_in(events_of(reference)) == []


def test_a_note_needs_words(team, reference):
    states.seat(reference, team.panel, by=team.coordinator)
    refused("note_needed", reference, panels.write_note, " \n", actor=team.panel)


def test_only_the_members_of_the_panel_read_its_notes(team, second, reference):
    """Not whoever works the case, approves in it, named the panel, audits it or administers; not who was taken off."""
    states.seat(reference, team.panel, second, by=team.coordinator)
    act(reference, panels.write_note, "The road is dry.", actor=team.panel)
    assert [one.words for one in room(reference, second).notes] == ["The road is dry."]
    name_panel(reference, team, second)
    gone = states.staff(*Role, site_id=team.site_id)
    others = [getattr(team, role.value) for role in Role if hasattr(team, role.value)]
    everything = [states.staff(role, site_id=team.site_id) for role in Role]
    for actor in [*others, *everything, gone, states.staff(Role.APPROVER), person_of(reference)]:
        with pytest.raises(KEPT_OUT):
            room(reference, actor)
        with pytest.raises(KEPT_OUT):
            act(reference, panels.write_note, "Mine.", actor=actor)
    assert [one.author for one in room(reference, second).notes] == ["panel"]


def test_in_the_restricted_lane_only_the_focal_points_who_were_named_are_the_panel(team, reference):
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    states.seat(reference, team.second_focal, by=team.focal)
    act(reference, panels.write_note, "Believe her.", actor=team.second_focal)
    assert [one.words for one in room(reference, team.second_focal).notes] == ["Believe her."]
    with pytest.raises(NotAllowed):
        room(reference, team.focal)
    with pytest.raises(NotAllowed):
        act(reference, panels.write_note, "Mine.", actor=team.focal)


def test_members_of_an_earlier_panel_keep_their_own_room_and_have_no_other(team, second, reference):
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, panels.write_note, "First thought.", actor=team.panel)
    act(reference, appeals.decide, "not_upheld", "It is fine.", to_proposal=False, actor=team.panel)
    refused("no_appeal", reference, panels.write_note, "Too late.", actor=team.panel)
    act(reference, appeals.appeal, "It is not.", actor=person_of(reference))
    states.seat(reference, second, by=team.coordinator)
    act(reference, panels.write_note, "Second thought.", actor=second)
    assert [one.words for one in room(reference, team.panel).notes] == ["First thought."]
    assert [one.words for one in room(reference, second).notes] == ["Second thought."]
    with pytest.raises(NotAllowed):
        act(reference, panels.write_note, "Mine.", actor=team.panel)


def test_the_room_shows_who_sits_what_was_proposed_and_which_roles_decided_before(team, second, reference):
    name_panel(reference, team, team.panel, second)
    act(reference, panels.declare, actor=team.panel)
    found = room(reference, team.panel)
    assert [(one.name, one.declared_at is not None) for one in found.members] == [("Second", False), ("panel", True)]
    assert [(one.kind, one.role) for one in found.decisions] == [("ProposalSent", "officer")]
    assert [one.shared_findings for one in found.proposals] == ["We measured the dust. It is above what we promised."]


def test_the_case_page_means_the_appeal_that_waits_and_not_one_that_was_withdrawn(team, clock, reference):
    act(reference, answers.withdraw, actor=person_of(reference))
    clock.advance(timedelta(days=1))
    act(reference, appeals.appeal, "I was pressed.", actor=person_of(reference))
    assert case_page.page(reference, team.coordinator).appeal.words == "I was pressed."
    assert cases.open_appeal(case_of(reference)).words == "I was pressed."
