"""The ladder under random beats, crashes and clocks that jump: each rung once, to the right seat, never to nobody."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.deadlines import Promise
from engage.domain.escalation import RungKind, Seat, next_rung_with_people, rungs_due
from engage.domain.severity import Level

RUNS = 10_000
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
REMINDERS = ("half_gone", "most_gone", "day_before", "due")
RUNGS = ("late_2_days", "late_5_days", "late_10_days", "late_20_days", "late_30_days")


@dataclass
class Schedule:
    """One deadline, the people who could hear of it, and what a beat that was not lost has written down."""

    dice: random.Random
    told: list[tuple[str, str]] = field(default_factory=list)
    fired: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.promise = self.dice.choice([one for one in Promise if one.owed_by_us])
        self.due_at = START + timedelta(minutes=self.dice.randint(1, 60 * 24 * 90))
        self.level = self.dice.choice([None, *Level])
        self.now = START
        # Some seats are vacant, on others sits only somebody whom the case is about; the top one is always held.
        self.held = {"oversight": {"top"}}
        for role in ("assignee", "coordinator", "approver", "approver of all"):
            self.held[role] = self.dice.choice([set(), {role}, {role, "subject"}, {"subject"}])

    def people(self, seat: Seat) -> set[str]:
        return self.held[seat.role + (" of all" if seat.all_sites and seat.role == "approver" else "")] - {"subject"}

    def beat(self, ladder, *, crashes: bool) -> None:
        """One sweep. One that crashes has rolled back: neither its notices nor its marks are there."""
        due = rungs_due(
            ladder,
            promise=self.promise,
            starts_at=START,
            due_at=self.due_at,
            level=self.level,
            fired=frozenset(self.fired),
            now=self.now,
        )
        told, fired = [], set()
        for step in due:
            heard = next_rung_with_people(ladder, step.rung, lambda seat: bool(self.people(seat)))
            assert heard is not None, "nobody would hear of it"
            fired.add(step.rung.code)
            if not step.superseded:
                told += [(step.rung.code, person) for person in self.people(heard.seat)]
                assert told[-1][0] == step.rung.code
        if not crashes:
            self.told += told
            self.fired |= fired


@pytest.mark.slow
def test_ten_thousand_schedules_of_beats_crashes_and_jumps_tell_each_rung_once(catalogue, dice):
    """R25, R66: each rung exactly once, never to a subject, never to nobody."""
    ladder = catalogue.ladder
    assert {rung.code for rung in ladder.rungs} == {*REMINDERS, *RUNGS}
    for _ in range(RUNS):
        schedule = Schedule(dice)
        while schedule.now < schedule.due_at + 31 * DAY:
            for _ in range(dice.choice([1, 1, 2])):
                schedule.beat(ladder, crashes=dice.random() < 0.3)
            jump = dice.choice([DAY, 6 * DAY, -3 * DAY, 3 * DAY, 20 * DAY]) * dice.random()
            schedule.now = max(START, schedule.now + jump)
        schedule.beat(ladder, crashes=False)
        assert len(schedule.told) == len(set(schedule.told)), "somebody was told twice"
        assert "subject" not in {person for _, person in schedule.told}
        is_long = schedule.due_at - START > 2 * DAY
        assert schedule.fired == {*REMINDERS, *RUNGS} - (set() if is_long else {"day_before"})
        assert {code for code, _ in schedule.told} >= {"due", *RUNGS}, "a rung was passed over"


@pytest.mark.slow
def test_what_the_person_owes_never_climbs_whatever_way_time_jumps(catalogue, dice):
    for _ in range(RUNS // 10):
        fired: set[str] = set()
        now = START
        for _ in range(12):
            now += dice.uniform(-3, 12) * DAY
            steps = rungs_due(
                catalogue.ladder,
                promise=Promise.ANSWER,
                starts_at=START,
                due_at=START + 15 * DAY,
                level=dice.choice([None, *Level]),
                fired=frozenset(fired),
                now=now,
            )
            assert {step.rung.kind for step in steps} <= {RungKind.REMINDER}
            assert {step.rung.seat for step in steps} <= {Seat("person")}
            fired |= {step.rung.code for step in steps}
        assert fired <= set(REMINDERS)
