"""Whether a clock may be stopped, for how long, and on whose wish (R49; domain 2.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.catalogue import PauseReason
from engage.domain.lifecycle import Stage
from engage.domain.pauses import Pause, set_since
from engage.domain.pausing import longest_end, next_look, reminders_of, why_not_pause, why_not_stop

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OURS = PauseReason("waiting_for_person", "We wait", "us", 30)
THEIRS = PauseReason("ceremony", "A ceremony", "community", 45)
BOUNDLESS = PauseReason("mourning", "A time of mourning", "community", None)


def code(reason, starts_at, ends_at, *others):
    found = why_not_pause(reason, starts_at, ends_at, others=others, now=NOW)
    return found and (found.code, found.values)


def test_a_pause_begins_now_or_later_and_ends_after_it_began():
    assert code(OURS, NOW, NOW + DAY) is None
    assert code(OURS, NOW - DAY, NOW + DAY) == ("pause_begins_in_the_past", {})
    assert code(OURS, NOW + DAY, NOW) == ("pause_ends_before_it_begins", {})
    assert code(OURS, NOW, NOW) == ("pause_ends_before_it_begins", {})


def test_what_we_set_ourselves_lasts_no_longer_than_its_most_in_all_its_pauses_together():
    """Domain 2.2, NEEDS_INFO: thirty days in total."""
    assert code(OURS, NOW, NOW + 30 * DAY) is None
    assert code(OURS, NOW, NOW + 31 * DAY) == ("pause_too_long", {"days": 30})
    before = Pause(NOW - 30 * DAY, NOW - 10 * DAY, OURS.code)
    assert code(OURS, NOW, NOW + 10 * DAY, before) is None
    assert code(OURS, NOW, NOW + 11 * DAY, before) == ("pause_too_long", {"days": 10})
    used_up = Pause(NOW - 50 * DAY, NOW - 20 * DAY, OURS.code)
    assert code(OURS, NOW, NOW + DAY, used_up) == ("pause_used_up", {"most": 30})


def test_a_pause_without_an_end_uses_up_its_reason():
    open_ended = Pause(NOW - 40 * DAY, None, OURS.code)
    assert longest_end(OURS, NOW, [open_ended]) == NOW


def test_what_the_community_asks_for_may_be_asked_for_again():
    """R49: the community extends its time to decide; its earlier pauses take nothing away."""
    before = Pause(NOW - 45 * DAY, NOW, THEIRS.code)
    assert code(THEIRS, NOW, NOW + 45 * DAY, before) is None
    assert code(THEIRS, NOW, NOW + 46 * DAY, before) == ("pause_too_long", {"days": 45})


def test_a_reason_without_a_most_has_no_latest_end():
    assert longest_end(BOUNDLESS, NOW, ()) is None
    assert code(BOUNDLESS, NOW, NOW + 400 * DAY) is None


@pytest.mark.parametrize(
    ("starts", "ends", "overlaps"), [(0, 5, True), (9, 20, True), (10, 20, False), (-5, 0, False), (3, None, True)]
)
def test_two_pauses_of_one_reason_do_not_overlap(starts, ends, overlaps):
    other = Pause(NOW + starts * DAY, None if ends is None else NOW + ends * DAY, THEIRS.code)
    assert (code(THEIRS, NOW, NOW + 10 * DAY, other) == ("pause_overlaps", {})) is overlaps


def test_pauses_of_two_reasons_may_overlap():
    assert code(THEIRS, NOW, NOW + 10 * DAY, Pause(NOW, NOW + 5 * DAY, OURS.code)) is None


def test_a_date_that_was_told_is_moved_by_pauses_set_from_then_on():
    old, new = Pause(NOW - DAY, NOW + DAY, "a"), Pause(NOW + DAY, NOW + 2 * DAY, "a", set_at=NOW)
    known = Pause(NOW + DAY, NOW + 2 * DAY, "a", set_at=NOW - DAY)
    assert set_since([old, new, known], NOW) == (new,)
    assert set_since([old, new], None) == (old, new)


def test_the_sweep_looks_at_a_pause_for_each_reminder_and_for_its_end():
    ends = NOW + 30 * DAY
    assert reminders_of(NOW, ends) == [NOW + 10 * DAY, NOW + 20 * DAY]
    looks = [next_look(NOW, ends, reminds=True, told=told) for told in (0, 1, 2)]
    assert looks == [NOW + 10 * DAY, NOW + 20 * DAY, ends]
    assert next_look(NOW, ends, reminds=False, told=0) == ends


def test_only_an_open_case_has_a_clock_that_can_be_stopped():
    assert {stage for stage in Stage if why_not_stop(stage) is not None} == {Stage.CLOSED}
