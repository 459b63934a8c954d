"""The life of one case as a Hypothesis state machine: anybody tries anything, in any order, while time jumps about."""

import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import delete

import tests.lives.deeds
import tests.lives.group_deeds
import tests.lives.outside_deeds
import tests.lives.panel_deeds
import tests.lives.triage_deeds
import tests.lives.work_deeds
from engage import clock
from engage.domain import guards, policy
from engage.domain.case import Identity, Kind
from engage.domain.lifecycle import Action, Stage, allowed_actions
from engage.domain.policy import Actor, CaseFacts, Permission
from engage.extensions import db
from engage.models import Absence
from engage.services import asking_for_news, cases, circumstances, escalation, explanations, pauses, systemic, tasks
from engage.unit_of_work import unit_of_work
from tests import states
from tests.lives import truths, work_truths
from tests.lives.life import DEEDS, NO, PERSON, Cast, Deed, Life

assert tests.lives.deeds and tests.lives.group_deeds and tests.lives.outside_deeds  # they fill the table
assert tests.lives.panel_deeds and tests.lives.triage_deeds and tests.lives.work_deeds
LUCK = st.integers(0, 2**32 - 1)
HOUR = timedelta(hours=1)
TOLD_AT = (Stage.PROPOSED, Stage.IMPLEMENTING)
STEPS = [one for one in DEEDS.values() if isinstance(one.what, Action)]
WORK = [one for one in DEEDS.values() if one.do.__module__ == tests.lives.work_deeds.__name__]
BESIDE = [one for one in DEEDS.values() if isinstance(one.what, Permission)]


class Failures(logging.Handler):
    """What the sweeps log as an error, because one bad row must not stop the rest; here it stops the life."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:  # that nobody is left to be told is for the operator to hear; the sweep did its work
            self.heard.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


FAILURES = Failures()
logging.getLogger("engage.services").addHandler(FAILURES)


class AnyLife(RuleBasedStateMachine):
    """Each deed is done or refused as the tables say; one that is refused changes nothing; the truths hold always."""

    cast: ClassVar[Cast]
    move_to: ClassVar[Callable[[datetime], None]]
    began: ClassVar[datetime]
    done: ClassVar[Counter[str]]
    refused: ClassVar[Counter[str]]
    steps: ClassVar[int]

    @initialize(luck=LUCK)
    def come_in(self, luck: int) -> None:
        dice, self.age = random.Random(luck), 0
        self.move_to(self.began)
        kind = dice.choice([Kind.GRIEVANCE] * 5 + list(Kind))
        identity = dice.choice([Identity.ANONYMOUS, Identity.ANONYMOUS, Identity.CONFIDENTIAL])
        harms_child = dice.random() < 0.1
        values = {"kind": kind, "identity": identity, "harms_child": harms_child}
        ours = states.a_case(self.cast.site_id, **values, is_collective=dice.random() < 0.3)
        self.life = Life(self.cast, ours, states.a_case(self.cast.site_id), dice)
        self.seen = truths.look(self.life)
        truths.always(self.seen, self.life)
        self.count()

    @rule(luck=LUCK)
    def live_on(self, luck: int) -> None:
        # The number of the step goes in, because Hypothesis likes the same small numbers again and again.
        self.life.dice = random.Random(f"{luck} {self.age}")
        kinds = [
            self.go_on,
            self.help_on,
            self.do_something_beside,
            self.work_on,
            self.try_anything,
            self.let_time_pass,
        ]
        self.life.dice.choices(kinds, weights=[8, 5, 3, 2, 3, 2])[0]()

    def go_on(self) -> None:
        """A step of the lifecycle that the stage has and that waits for nothing, by somebody who may take it."""
        case = self.life.case
        facts, now = circumstances.of(case), clock.utcnow()
        # What ends a life early comes seldom, or nothing would get far.
        rare = set() if self.life.seldom() else {Action.WITHDRAW, Action.SCREEN_OUT}
        ready = [one for one in STEPS if one.what in allowed_actions(case.stage) - rare]
        ready = [one for one in ready if guards.why_not(one.what, facts, now) is None] or ready
        self.attempt(self.life.one_of(*(ready or STEPS)), able=True)

    def help_on(self) -> None:
        """What lets the next step happen, by somebody who may do it."""
        helpers = {
            Stage.ACKNOWLEDGED: ["decide_on_screening_out", "convert"],
            Stage.INVESTIGATING: ["approve_the_proposal", "approve_the_proposal", "consult", "look_at_what_they_risk"],
            Stage.ASSESSED: ["assign", "rate_again", "look_at_what_they_risk", "decide_on_a_lower_level"],
            Stage.PROPOSED: ["try_to_reach", "try_to_reach", "approve_the_proposal", "look_at_what_they_risk"],
            Stage.IMPLEMENTING: ["finish_a_remedy", "confirm_a_remedy", "look_at_what_they_risk"],
            Stage.APPEALED: ["seat_a_panel"],
            Stage.CLOSED: ["look_afterwards", "say_how_it_was", "come_back"],
        }
        case = self.life.case
        of_groups = ["tell_the_group"] if case.is_collective and case.stage in TOLD_AT else []
        self.attempt(DEEDS[self.life.one_of(*helpers.get(case.stage, ["write"]), *of_groups)], able=True)

    def do_something_beside(self) -> None:
        self.attempt(self.life.one_of(*BESIDE), able=True)

    def work_on(self) -> None:
        """What staff do beside the case, by one of those who work it: the person and readers only would be told no."""
        self.attempt(self.life.one_of(*WORK), able=True, works=True)

    def try_anything(self) -> None:
        self.attempt(self.life.one_of(*DEEDS.values()), able=False)

    def let_time_pass(self) -> None:
        """Hours, days or weeks, and now and then a clock that is set back; then the sweeps run."""
        days = self.life.one_of(0, 0, 1, 2, 5, 15, 61, -1, -3)
        self.move_to(clock.utcnow() + timedelta(days=days) + self.life.dice.randint(0, 20) * HOUR)
        note(f"the time is {clock.utcnow()}")
        with unit_of_work():
            case = cases.lock_own(self.life.case.id)
            escalation.climb_case(case, clock.utcnow())
        for sweep in (pauses.end_due, explanations.miss_due, tasks.remind_due, systemic.watch, asking_for_news.ask_due):
            sweep()
        assert FAILURES.heard == [], f"a sweep could not do its work: {FAILURES.heard}"
        self.hold("sweep", None)
        if self.age % 2:
            work_truths.of_one_day(self.life, self.life.one_of(*self.cast.staff))
        self.count()

    def attempt(self, what: Deed, *, able: bool, works: bool = False) -> None:
        life = self.life
        facts = life.case.facts if works else None
        name = (
            next((one for one in life.able(what) if facts is None or self.at_work(one, facts)), None) if able else None
        )
        name = name or life.one_of(PERSON, *life.everybody())
        actor = life.actor(name)
        must = self.must_work(what, actor)
        granted = policy.may(actor, what.asked_of(actor), life.case.facts)
        db.session.rollback()
        try:
            what.do(life, actor)
        except NO as error:
            note(f"{name} may not {what.name}: {error!r}")
            assert not must, f"{name} could not {what.name}, though nothing speaks against it: {error!r}"
            assert self.seen.same_as(truths.look(life)), f"{what.name} was refused and changed something"
            self.refused[what.name] += 1
        else:
            note(f"{name} did {what.name}")
            assert granted or what.aside, f"{name} did {what.name} against the policy"
            assert must is not False, f"{name} did {what.name} although the lifecycle or a guard says no"
            self.hold(what.name, actor)
            self.done[what.name] += 1
        self.count()

    def at_work(self, name: str, facts: CaseFacts) -> bool:
        return name != PERSON and policy.may(self.life.actor(name), Permission.LINK, facts)

    def must_work(self, what: Deed, actor: Actor) -> bool | None:
        """Whether the tables let the actor take the step now; None where they have no say, beside the lifecycle."""
        if not isinstance(what.what, Action):
            return None
        case = self.life.case
        return (
            policy.may(actor, Permission.VIEW, case.facts)
            and policy.may(actor, what.asked_of(actor), case.facts)
            and what.what in allowed_actions(case.stage)
            and guards.why_not(what.what, circumstances.of(case), clock.utcnow()) is None
            and not what.unless(self.life, actor)
        )

    def hold(self, deed: str, actor: Actor | None) -> None:
        now = truths.look(self.life)
        truths.always(now, self.life)
        truths.after(self.seen, now, self.life, deed, actor)
        self.seen = now

    def count(self) -> None:
        type(self).steps += 1
        self.age += 1

    def teardown(self) -> None:
        """Leave nothing open behind, so that the sweeps of the next life find nothing of this one."""
        life = getattr(self, "life", None)
        if life is not None and life.case.stage is not Stage.CLOSED:
            DEEDS["withdraw"].do(life, life.actor(PERSON))
        db.session.rollback()
        FAILURES.heard.clear()
        with unit_of_work():
            db.session.execute(delete(Absence))  # the next life begins on the same day, and everybody is there


def live(cast: Cast, move_to: Callable[[datetime], None], *, lives: int, steps: int, throw: int) -> type[AnyLife]:
    """Run so many lives of so many steps each, from a seed; the class returned has counted what happened."""
    values = {"cast": cast, "move_to": staticmethod(move_to), "began": clock.utcnow(), "steps": 0}
    machine = seed(throw)(type("AnyLife", (AnyLife,), {**values, "done": Counter(), "refused": Counter()}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=False,
            phases=[Phase.generate],  # shrinking takes minutes; the steps printed are those of one life,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine
