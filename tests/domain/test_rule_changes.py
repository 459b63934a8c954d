"""What cannot be kept of a new version of the rules, what it changes, and dates tried out both ways."""

import copy
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.domain.calendars import Period, Slot, WorkingCalendar
from engage.domain.deadlines import Promise, StepCode
from engage.domain.guards import Refusal
from engage.domain.pauses import Pause
from engage.domain.promises_file import read_promises
from engage.domain.rule_changes import Problem, RulesRefused, begins, differences, problems, why_not_from
from engage.domain.severity import Level
from engage.domain.trying_out import try_calendar, try_rules
from engage.services.sites import shipped_documents

BELGRADE = ZoneInfo("Europe/Belgrade")
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
def documents():
    return {name: copy.deepcopy(shipped_documents()[name]) for name in ("promises", "ladder", "pauses")}


def found(documents):
    return [(one.place, one.refusal.code) for one in problems(**documents)]


def cell(documents, promise, level, value):
    documents["promises"]["promises"][promise][level] = value


def test_the_shipped_rules_can_be_kept(documents):
    assert found(documents) == []


def test_rules_kept_from_before_a_category_had_checks_of_its_own_are_still_read(documents):
    del documents["promises"]["checks_by_category"]
    assert read_promises(documents["promises"]).checks_by_category == {}
    assert found(documents) == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"days": 0}, "deadline_of_zero"),
        ({"hours": 0}, "deadline_of_zero"),
        ({"days": 3651}, "deadline_too_long"),
        ({"hours": 3650 * 24 + 1}, "deadline_too_long"),
        ({"days": [90, 30]}, "days_not_rising"),
        ({"days": [30, 30]}, "days_not_rising"),
        ({"days": [0, 0]}, "deadline_of_zero"),
    ],
)
def test_r19_a_time_that_cannot_be_promised_is_refused_once_at_its_place(documents, value, code):
    cell(documents, "check_afterwards", "4", value)
    assert found(documents) == [("promises.check_afterwards.4", code)]


def test_r22_receipt_is_always_confirmed(documents):
    cell(documents, "acknowledge", "1", "not promised")
    cell(documents, "consult", "1", "not promised")
    assert found(documents) == [("promises.acknowledge.1", "always_acknowledged")]


@pytest.mark.parametrize("key", ["grace_hours", "answer_collective_days", "appeal_window_days"])
def test_no_number_of_days_is_zero(documents, key):
    documents["promises"][key] = 0
    assert found(documents) == [(f"promises.{key}", "deadline_of_zero")]


def test_r37_news_comes_at_least_every_so_many_days(documents):
    documents["promises"]["news_every"]["5"] = 0
    documents["promises"]["extension"]["most_days"] = 0
    assert found(documents) == [
        ("promises.extension.most_days", "deadline_of_zero"),
        ("promises.news_every.5", "deadline_of_zero"),
    ]


def rung(documents, code):
    return next(one for one in documents["ladder"]["rungs"] if one["code"] == code)


@pytest.mark.parametrize(
    ("code", "change", "problem"),
    [
        ("most_gone", {"percent": 50}, ("rungs.1.when", "percent_out_of_bounds")),
        ("most_gone", {"percent": 100}, ("rungs.1.when", "percent_out_of_bounds")),
        ("day_before", {"before_hours": 0}, ("rungs.2.when", "hours_out_of_bounds")),
        ("late_5_days", {"after_days": 2}, ("rungs.5.when", "rungs_out_of_order")),
        ("late_30_days", {"after_days": 4000}, ("rungs.8.when", "deadline_too_long")),
        ("late_5_days", {"after_hours_severe": 4}, ("rungs.5.severe", "severe_out_of_order")),
        ("late_30_days", {"after_hours_severe": 721}, ("rungs.8.severe", "severe_is_slower")),
        ("late_5_days", {"to": "approver:all_sites"}, ("rungs.5.to", "ladder_skips")),
        ("late_10_days", {"to": "coordinator"}, ("rungs.6.to", "ladder_goes_down")),
    ],
)
def test_a_ladder_climbs_one_seat_at_a_time_and_always_later(documents, code, change, problem):
    rung(documents, code).update(change)
    assert problem in found(documents)


def test_a_ladder_without_a_rung_is_none(documents):
    documents["ladder"]["rungs"] = documents["ladder"]["rungs"][:4]
    assert found(documents) == [("rungs", "no_rung")]


def test_a_pause_has_words_of_its_own_and_ours_has_an_end(documents):
    reasons = documents["pauses"]["reasons"]
    reasons[0].pop("most_days")
    reasons[1]["label"] = reasons[0]["label"]
    reasons[2]["most_days"] = 0
    reasons[3].pop("most_days", None)  # the community ends it
    assert found(documents) == [
        ("pauses.0.most_days", "pause_needs_an_end"),
        ("pauses.1.label", "said_twice"),
        ("pauses.2.most_days", "deadline_of_zero"),
    ]


def test_a_version_counts_from_today_or_from_the_first_instant_of_a_later_day():
    assert begins(date(2026, 3, 28), BELGRADE, now=NOW) == NOW
    assert begins(date(2026, 3, 29), BELGRADE, now=NOW) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert begins(date(2028, 2, 29), BELGRADE, now=NOW) == datetime(2028, 2, 28, 23, tzinfo=UTC)


def test_no_version_counts_from_the_past_or_overtakes_a_planned_one():
    day = timedelta(days=1)
    assert why_not_from(NOW, latest=NOW - day, now=NOW) is None
    assert why_not_from(NOW, latest=NOW, now=NOW) is None
    assert why_not_from(NOW - day, latest=NOW - 2 * day, now=NOW) == Refusal("effective_in_the_past")
    assert why_not_from(NOW, latest=NOW + day, now=NOW) == Refusal("later_version_planned")


def test_differences_name_places_and_know_rows_by_their_code(documents):
    new = copy.deepcopy(documents)
    new["promises"]["version"] = 2
    cell(new, "propose", "3", {"hours": 100})
    new["pauses"]["reasons"].insert(0, {"code": "own_1", "label": "Rain", "set_by": "community"})
    before, after = differences(documents, new)
    assert before == {"promises.promises.propose.3.days": 30}
    assert after == {
        "promises.promises.propose.3.hours": 100,
        "pauses.reasons.own_1.code": "own_1",
        "pauses.reasons.own_1.label": "Rain",
        "pauses.reasons.own_1.set_by": "community",
    }


def test_a_refusal_says_every_place():
    assert str(RulesRefused([Problem("rungs.2", Refusal("no_rung"))])) == "rungs.2: no_rung"


class TestTryingOut:
    def test_dates_come_out_by_both_tables_with_the_steps_that_sum_to_them(self, documents):
        old = read_promises(copy.deepcopy(documents["promises"]))
        cell(documents, "propose", "3", {"days": 2})
        cell(documents, "consult", "3", "not promised")
        received = datetime(2026, 3, 28, 9, tzinfo=BELGRADE)
        pause = Pause(received, received + timedelta(days=1), "harvest")
        rows = try_rules(
            old,
            read_promises(documents["promises"]),
            received_at=received,
            level=Level.MODERATE,
            zone=BELGRADE,
            pauses=[pause],
        )
        by_promise = {row.promise: row for row in rows}
        proposed = by_promise[Promise.PROPOSE]
        assert proposed.moves
        assert proposed.new.due_at == datetime(2026, 3, 31, 9, tzinfo=BELGRADE).astimezone(UTC)
        assert [step.code for step in proposed.new.steps] == [StepCode.PAUSED, StepCode.COUNTED]
        assert not by_promise[Promise.ACKNOWLEDGE].moves
        assert len(by_promise[Promise.ACKNOWLEDGE].new.steps) == 1  # its clock never stops
        assert (by_promise[Promise.CONSULT].new.due_at, by_promise[Promise.CONSULT].moves) == (None, True)
        assert Promise.INTERIM_MEASURE not in by_promise

    def test_r26_harm_that_goes_on_promises_a_first_step(self, documents):
        table = read_promises(documents["promises"])
        rows = try_rules(table, table, received_at=NOW, level=Level.MODERATE, zone=BELGRADE, ongoing_harm=True)
        assert [row.new.due_at for row in rows if row.promise is Promise.INTERIM_MEASURE] == [NOW + timedelta(hours=48)]

    def test_chores_are_due_by_the_new_calendar_and_by_none_before(self):
        mornings = {day: (Slot(datetime(1, 1, 1, 8).time(), datetime(1, 1, 1, 12).time()),) for day in range(5)}
        closed = Period(date(2026, 3, 30), date(2026, 3, 30), "Inventory")
        calendar = WorkingCalendar(BELGRADE, mornings, {}, (closed,))
        [row] = try_calendar(None, calendar, starts_at=NOW, chores=[timedelta(hours=4)])
        assert (row.promise, row.old.due_at) == (None, None)
        assert row.new.due_at == datetime(2026, 3, 31, 12, tzinfo=BELGRADE).astimezone(UTC)
        assert sum((step.counted for step in row.new.steps), timedelta()) == timedelta(hours=4)
