"""When a notice may leave, on the wall of the place."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engage.domain import quiet
from engage.domain.calendars import Period, Slot, WorkingCalendar
from engage.domain.delivery import Urgency
from engage.domain.notice_groups import (
    ALWAYS,
    GATHERED,
    GROUP_OF,
    ROADS,
    NoticeGroup,
    StaffRoad,
    can_be_gathered,
    road_of,
)
from engage.domain.quiet import Night

BELGRADE, KATHMANDU = ZoneInfo("Europe/Belgrade"), ZoneInfo("Asia/Kathmandu")
NIGHT = Night(time(21), time(7))
EMAILS = Path(__file__).parents[2] / "templates" / "email"


def on_wall(*parts: int, zone: ZoneInfo = BELGRADE, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold)


def weekdays(zone: ZoneInfo = BELGRADE, **more) -> WorkingCalendar:
    return WorkingCalendar(zone, {day: (Slot(time(8), time(16)),) for day in range(5)}, {}, **more)


def test_a_night_is_read_as_it_is_written():
    assert quiet.night_from("21:00-07:00") == NIGHT
    assert quiet.night_from(" 21:00 - 07:00 ") == NIGHT
    assert quiet.night_from("") is None


@pytest.mark.parametrize("text", ["nine to five", "21:00", "25:00-07:00"])
def test_a_night_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match=r"night|Invalid|hour"):
        quiet.night_from(text)


@pytest.mark.parametrize(
    ("hour", "minute", "day", "ends"),
    [
        (20, 59, 4, None),
        (21, 0, 4, on_wall(2026, 3, 5, 7)),
        (23, 59, 4, on_wall(2026, 3, 5, 7)),
        (0, 0, 5, on_wall(2026, 3, 5, 7)),
        (6, 59, 5, on_wall(2026, 3, 5, 7)),
        (7, 0, 5, None),
    ],
)
def test_what_is_told_at_night_waits_for_the_morning(hour, minute, day, ends):
    now = on_wall(2026, 3, day, hour, minute)
    assert quiet.after_night(now, BELGRADE, NIGHT) == (ends or now)


def test_hours_of_rest_within_a_day_end_on_that_day():
    rest = Night(time(12), time(15))
    assert quiet.after_night(on_wall(2026, 3, 4, 13), BELGRADE, rest) == on_wall(2026, 3, 4, 15)
    assert quiet.after_night(on_wall(2026, 3, 4, 15), BELGRADE, rest) == on_wall(2026, 3, 4, 15)
    assert quiet.after_night(on_wall(2026, 3, 4, 11), BELGRADE, rest) == on_wall(2026, 3, 4, 11)


@pytest.mark.parametrize("night", [None, Night(time(21), time(21))])
def test_where_no_night_is_kept_nothing_waits(night):
    now = on_wall(2026, 3, 4, 3)
    assert quiet.after_night(now, BELGRADE, night) == now


def test_the_night_is_that_of_the_place_and_not_ours():
    now = datetime(2026, 3, 4, 16, tzinfo=UTC)  # 21:45 in Kathmandu, 17:00 in Belgrade
    assert quiet.after_night(now, KATHMANDU, NIGHT) == on_wall(2026, 3, 5, 7, zone=KATHMANDU)
    assert quiet.after_night(now, BELGRADE, NIGHT) == now


def test_a_night_in_which_clocks_change_ends_when_the_wall_shows_its_end():
    spring = quiet.after_night(on_wall(2026, 3, 28, 22), BELGRADE, NIGHT)
    assert spring == on_wall(2026, 3, 29, 7)
    assert spring - on_wall(2026, 3, 28, 22).astimezone(UTC) == timedelta(hours=8)
    autumn = quiet.after_night(on_wall(2026, 10, 24, 22), BELGRADE, NIGHT)
    assert autumn - on_wall(2026, 10, 24, 22).astimezone(UTC) == timedelta(hours=10)


def test_an_end_that_the_wall_never_shows_is_the_instant_clocks_are_put_forward():
    ends = quiet.after_night(on_wall(2026, 3, 29, 1), BELGRADE, Night(time(21), time(2, 30)))
    assert ends == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_in_the_hour_that_is_repeated_nothing_goes_back_in_time():
    second = on_wall(2026, 10, 25, 2, 15, fold=1).astimezone(UTC)
    assert quiet.after_night(second, BELGRADE, Night(time(21), time(2, 30))) == second


def test_outside_working_hours_the_next_opening_counts():
    assert quiet.at_opening(on_wall(2026, 3, 4, 10), weekdays()) == on_wall(2026, 3, 4, 10)
    assert quiet.at_opening(on_wall(2026, 3, 4, 16), weekdays()) == on_wall(2026, 3, 5, 8)
    assert quiet.at_opening(on_wall(2026, 3, 6, 18), weekdays()) == on_wall(2026, 3, 9, 8)
    assert quiet.at_opening(on_wall(2026, 3, 6, 18), None) == on_wall(2026, 3, 6, 18)


def test_the_next_morning_is_that_of_the_next_working_day():
    assert quiet.next_morning(on_wall(2026, 3, 4, 10), BELGRADE, weekdays()) == on_wall(2026, 3, 5, 8)
    assert quiet.next_morning(on_wall(2026, 3, 6, 3), BELGRADE, weekdays()) == on_wall(2026, 3, 9, 8)
    assert quiet.next_morning(on_wall(2026, 3, 4, 10), BELGRADE, None) == on_wall(2026, 3, 5, 7)


def person(template="case_news", urgency=Urgency.ORDINARY, due_at=None, now=None):
    at = now or on_wall(2026, 3, 4, 23)
    return quiet.to_person(template, urgency, now=at, zone=BELGRADE, night=NIGHT, due_at=due_at)


def test_nobody_is_woken_for_news():
    assert person() == on_wall(2026, 3, 5, 7)
    assert person(now=on_wall(2026, 3, 4, 12)) == on_wall(2026, 3, 4, 12)


def test_danger_is_told_at_night():
    assert person(urgency=Urgency.URGENT) == on_wall(2026, 3, 4, 23)


@pytest.mark.parametrize("template", sorted(quiet.ASKED_FOR))
def test_whoever_asks_at_night_is_answered_at_night(template):
    assert person(template) == on_wall(2026, 3, 4, 23)


def test_a_promise_is_not_broken_for_a_quiet_night():
    assert person("case_acknowledged", due_at=on_wall(2026, 3, 5, 6)) == on_wall(2026, 3, 4, 23)
    assert person("case_acknowledged", due_at=on_wall(2026, 3, 5, 7)) == on_wall(2026, 3, 4, 23)
    assert person("case_acknowledged", due_at=on_wall(2026, 3, 4, 20)) == on_wall(2026, 3, 4, 23)  # late already
    assert person("case_acknowledged", due_at=on_wall(2026, 3, 5, 8)) == on_wall(2026, 3, 5, 7)


def staff(urgency=Urgency.ORDINARY, due_at=None, calendar=None, now=None):
    return quiet.to_staff(urgency, now=now or on_wall(2026, 3, 4, 20), calendar=calendar or weekdays(), due_at=due_at)


def test_staff_read_in_the_morning_what_came_in_the_evening():
    assert staff() == on_wall(2026, 3, 5, 8)
    assert staff(now=on_wall(2026, 3, 4, 9)) == on_wall(2026, 3, 4, 9)


def test_staff_hear_of_danger_and_of_what_falls_due_in_the_night_at_once():
    assert staff(Urgency.URGENT) == on_wall(2026, 3, 4, 20)
    assert staff(due_at=on_wall(2026, 3, 5, 8)) == on_wall(2026, 3, 4, 20)
    assert staff(due_at=on_wall(2026, 3, 5, 9)) == on_wall(2026, 3, 5, 8)
    assert staff(due_at=on_wall(2026, 3, 4, 20)) == on_wall(2026, 3, 5, 8)  # late already: nobody is woken for it


def test_a_closure_longer_than_a_long_weekend_holds_nothing_back():
    closed = weekdays(closures=(Period(date(2026, 3, 5), date(2026, 3, 20), "maintenance"),))
    assert staff(calendar=closed) == on_wall(2026, 3, 4, 20)


def test_news_is_gathered_and_waits_while_the_last_was_not_seen():
    now, gather, again = on_wall(2026, 3, 4, 10), timedelta(minutes=10), timedelta(days=7)
    assert quiet.news_may_leave(now, None, gather=gather, again=again) == now + gather
    seen_long_ago = now - timedelta(days=8)
    assert quiet.news_may_leave(now, seen_long_ago, gather=gather, again=again) == now + gather
    yesterday = now - timedelta(days=1)
    assert quiet.news_may_leave(now, yesterday, gather=gather, again=again) == yesterday + again


def test_a_day_has_begun_when_the_place_opens_and_not_where_nobody_works():
    day = date(2026, 3, 4)
    assert quiet.day_begun(on_wall(2026, 3, 4, 7, 59), BELGRADE, weekdays()) is None
    assert quiet.day_begun(on_wall(2026, 3, 4, 8), BELGRADE, weekdays()) == day
    assert quiet.day_begun(on_wall(2026, 3, 4, 19, 59), BELGRADE, weekdays()) == day
    assert quiet.day_begun(on_wall(2026, 3, 4, 20), BELGRADE, weekdays()) is None  # the evening
    assert quiet.day_begun(on_wall(2026, 3, 7, 12), BELGRADE, weekdays()) is None  # a Saturday
    assert quiet.day_begun(on_wall(2026, 3, 4, 6, 59), BELGRADE, None) is None
    assert quiet.day_begun(on_wall(2026, 3, 4, 7), BELGRADE, None) == day


def test_a_week_has_begun_on_its_first_working_day_and_is_told_of_for_three_days():
    monday, free = date(2026, 3, 2), (Period(date(2026, 3, 2), date(2026, 3, 2), "feast"),)
    assert quiet.week_begun(on_wall(2026, 3, 2, 7), BELGRADE, weekdays()) is None
    assert quiet.week_begun(on_wall(2026, 3, 2, 8), BELGRADE, weekdays()) == monday
    assert quiet.week_begun(on_wall(2026, 3, 4, 23), BELGRADE, weekdays()) == monday
    assert quiet.week_begun(on_wall(2026, 3, 5, 8), BELGRADE, weekdays()) is None
    assert quiet.week_begun(on_wall(2026, 3, 2, 12), BELGRADE, weekdays(closures=free)) is None
    assert quiet.week_begun(on_wall(2026, 3, 3, 8), BELGRADE, weekdays(closures=free)) == monday


def test_a_week_in_which_nobody_works_at_first_has_no_summary():
    closed = weekdays(closures=(Period(date(2026, 3, 2), date(2026, 3, 4), "feast"),))
    assert quiet.week_begun(on_wall(2026, 3, 5, 9), BELGRADE, closed) is None


def test_every_message_to_staff_has_a_group_or_always_goes_by_mail():
    to_staff = {
        path.parts[-3] for path in EMAILS.glob("*/en/body.txt") if "_layout/en/staff.txt" in path.read_text("utf-8")
    }
    assert to_staff == (set(GROUP_OF) | ALWAYS | {GATHERED}) & to_staff
    assert not set(GROUP_OF) & ALWAYS


def test_what_somebody_chose_counts_where_it_can_be_chosen():
    chosen = {NoticeGroup.MINE: StaffRoad.PAGE, NoticeGroup.LATE: StaffRoad.DIGEST}
    assert road_of("reply_arrived", chosen) is StaffRoad.PAGE
    assert road_of("new_case", chosen) is StaffRoad.MAIL
    assert road_of("due", chosen) is StaffRoad.MAIL  # reminders cannot be gathered
    assert road_of("urgent_fact", {group: StaffRoad.PAGE for group in NoticeGroup}) is StaffRoad.MAIL


def test_what_is_late_is_not_gathered():
    assert can_be_gathered("reply_arrived")
    assert not can_be_gathered("due")
    assert not can_be_gathered("case_late")
    assert set(ROADS) == set(NoticeGroup)
