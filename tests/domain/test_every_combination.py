"""Every stage x action x role x flag is allowed or refused as the hand-written tables say (tests/domain/tables.py)."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain import guards
from engage.domain.case import Answer, CaseClass, Kind
from engage.domain.guards import Circumstances
from engage.domain.lifecycle import Action, IllegalTransition, Stage, allowed_actions, next_stage
from engage.domain.policy import SYSTEM, Actor, CaseFacts, Membership, Party, Permission, Role, may
from tests.domain.tables import AFTER_ERASURE, LEADS, NOT_BY_THE_PANEL, ROLES, WHO

HERE, ELSEWHERE, ME = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
FLAGS = [False, True]


def cell(what, role):
    return WHO[what].split()[ROLES.index(role)]


def expected(what, role, *, class_, level, assigned, recorded, seated, subject):
    """What the tables say of somebody with one role at the site of the case."""
    restricted, confidential = class_ == "restricted", class_ == "confidential"
    if subject or restricted != (role == "focal"):
        return False
    if seated and not restricted and what in NOT_BY_THE_PANEL:
        return False
    if confidential and what in ("view_identity", "view_contact") and role != "custodian":
        return False
    reaches = {
        "S": True,
        "O": assigned or class_ == "ordinary",
        "A": assigned,
        "R": assigned or recorded,
        "E": seated,
        "V": level in (4, 5),
        ".": False,
    }
    return reaches[cell(what, role)]


def test_the_tables_name_every_role_stage_and_thing_that_can_be_done():
    assert set(ROLES) == {role.value for role in Role}
    assert {what.value for what in (*Permission, *Action)} <= set(WHO), "Say in tables.py who may"
    assert {len(row.split()) for row in WHO.values()} == {len(ROLES) + 2}
    assert set(LEADS) == {stage.value for stage in Stage}


def test_with_what_is_left_of_an_erased_case_nobody_does_anything_but_look():
    case = CaseFacts(uuid.uuid4(), HERE, Kind.GRIEVANCE, Stage.CLOSED, CaseClass.ORDINARY, level=5, assignee_id=ME)
    erased = replace(case, is_erased=True)
    staff = [Actor(ME, memberships=frozenset({Membership(Role(role), HERE)})) for role in ROLES]
    for actor in (*staff, SYSTEM, Actor(None, Party.PERSON, case_id=case.id)):
        for what in (*Permission, *Action):
            assert may(actor, what, erased) == (may(actor, what, case) and what.value in AFTER_ERASURE), (actor, what)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_role_does_what_the_tables_say_whatever_the_case_is_like(role):
    """R72: the matrix of role, stage, class and everything that brings somebody near to a case."""
    held = {
        place: Actor(ME, memberships=frozenset({Membership(Role(role), place)})) for place in (HERE, None, ELSEWHERE)
    }
    whole = [*Permission, *Action]
    flags = itertools.product(CaseClass, (None, 1, 3, 4, 5), FLAGS, FLAGS, FLAGS, FLAGS)
    for class_, level, assigned, recorded, seated, subject in flags:
        near = {"assigned": assigned, "recorded": recorded, "seated": seated, "subject": subject}
        wanted = {what: expected(what.value, role, class_=class_.value, level=level, **near) for what in whole}
        for stage in Stage:
            case = CaseFacts(
                uuid.uuid4(),
                HERE,
                Kind.GRIEVANCE,
                stage,
                class_,
                level=level,
                assignee_id=ME if assigned else uuid.uuid4(),
                recorded_by_id=ME if recorded else None,
                panel=frozenset({ME} if seated else ()),
                subjects=frozenset({ME} if subject else ()),
            )
            for place, actor in held.items():
                got = {what: may(actor, what, case) for what in whole}
                assert got == (wanted if place != ELSEWHERE else dict.fromkeys(whole, False)), (place, case)


@pytest.mark.parametrize("class_", list(CaseClass))
@pytest.mark.parametrize("stage", list(Stage))
def test_the_person_and_the_service_do_what_is_theirs_and_no_more(stage, class_):
    case = CaseFacts(uuid.uuid4(), HERE, Kind.GRIEVANCE, stage, class_)
    for what in (*Permission, *Action):
        person, service = WHO[what.value].split()[-2:]
        assert may(Actor(None, Party.PERSON, case_id=case.id), what, case) is (person == "yes")
        assert may(SYSTEM, what, case) is (service == "yes")
        assert not may(Actor(None, Party.PERSON, case_id=uuid.uuid4()), what, case)
        assert not may(Actor(ME), what, case)


@pytest.mark.parametrize(("stage", "action"), list(itertools.product(Stage, Action)))
def test_every_action_leads_from_every_stage_where_the_tables_say(stage, action):
    leads = LEADS[stage.value].get(action.value, [])
    assert (action in allowed_actions(stage)) is bool(leads)
    if leads:
        assert next_stage(stage, action).value == leads[0]
    for wanted in Stage:
        if wanted.value in leads:
            assert next_stage(stage, action, wanted) is wanted
        else:
            with pytest.raises(IllegalTransition):
                next_stage(stage, action, wanted)


# Why each action waits, the first reason that holds; None where nothing does. `look` is the look at retaliation that is
# owed, `turn` whose it is after a proposal. Written down from product 3 and domain 2.2, R27, R31, R32, R52, R60.
def waits(action, case, *, turn, silent):
    if case.owes_retaliation_look and action in ("investigate", "propose", "lapse", "verify"):
        return "retaliation_first"
    grievance = case.kind is Kind.GRIEVANCE
    reasons = {
        "assess": [("convert_first", not grievance)],
        "answer": [("grievance_needs_a_proposal", grievance)],
        "screen_out": [("answer_instead", not grievance), ("waits_for_second_person", case.screen_out_asked)],
        "propose": [
            ("investigate_first", case.stage.value == "assessed" and case.level in (3, 4, 5)),
            ("waits_for_person", case.stage.value == "proposed" and turn == "theirs"),
            ("consult_first", not case.consulted and (case.level in (3, 4, 5) or case.stage.value == "investigating")),
        ],
        "accept": [("nothing_to_answer", turn != "theirs")],
        "refuse": [("nothing_to_answer", turn != "theirs")],
        "counter": [("rounds_used_up", case.round == 3), ("nothing_to_answer", turn != "theirs")],
        "lapse": [("nothing_to_answer", turn != "theirs"), (silent, silent is not None)],
        "appeal": [("not_closed_yet", case.stage.value != "closed" and not case.panel_offered)],
        "decide": [("no_panel", not case.panel)],
    }
    if action == "propose" and case.proposal_draft:
        return "waits_for_approval"
    return next((code for code, holds in reasons.get(action, []) if holds), None)


SENT = NOW - timedelta(days=60)
TURNS = {
    "nobody's": {},
    "theirs": {"proposal_sent_at": SENT},
    "ours": {"proposal_sent_at": SENT, "proposal_answer": Answer.COUNTER},
}
# How silent the person was, and what is missing for a lapse.
SILENCE = {
    None: {"attempts": 3, "attempt_channels": 2, "channels_known": 2},
    "more_attempts": {"attempts": 2, "attempt_channels": 2, "channels_known": 2},
    "another_channel": {"attempts": 9, "attempt_channels": 1, "channels_known": 2},
    "too_early_to_lapse": {"attempts": 3, "attempt_channels": 1, "channels_known": 1},
}


@pytest.mark.slow
@pytest.mark.parametrize("stage", list(Stage))
def test_every_action_waits_for_what_the_tables_say_whatever_the_case_is_like(stage):
    flags = itertools.product(
        (Kind.GRIEVANCE, Kind.QUESTION),
        (None, 1, 2, 3, 4, 5),
        (0, 2, 3),
        TURNS,
        SILENCE,
        FLAGS,
        FLAGS,
        FLAGS,
        FLAGS,
        FLAGS,
        FLAGS,
    )
    panel = frozenset({ME})
    for kind, level, rounds, turn, silent, draft, asked, offered, look, sits, heard in flags:
        case = Circumstances(
            stage,
            kind,
            level=level,
            round=rounds,
            proposal_draft=draft,
            screen_out_asked=asked,
            panel_offered=offered,
            owes_retaliation_look=look,
            consulted=heard,
            panel=panel if sits else frozenset(),
            **TURNS[turn],
            **SILENCE[silent],
        )
        now = NOW - timedelta(seconds=1) if silent == "too_early_to_lapse" else NOW
        for action in Action:
            found = guards.why_not(action, case, now)
            wanted = waits(action.value, case, turn=turn, silent=silent)
            assert (found.code if found else None) == wanted, (action, case)


def test_an_appeal_after_its_window_needs_a_reason_whatever_else_is_so():
    closed = Circumstances(Stage.CLOSED, Kind.GRIEVANCE, appeal_until=NOW + timedelta(days=30))
    for days, reason in itertools.product((0, 30, 31, 900), (None, "I was ill.")):
        for offered in FLAGS:
            case = replace(closed, panel_offered=offered)
            found = guards.why_not_appeal(case, NOW + timedelta(days=days), reason)
            assert (found is not None) is (days > 30 and reason is None)
