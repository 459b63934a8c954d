"""Working hours, closures, files and days of communities by their use cases."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.calendars import Period, Slot, working_between
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.models import AuditEvent, Closure, Site
from engage.queries import calendars as kept
from engage.services import calendar_files, calendars
from engage.services.calendars import Hours, HoursChangedMeanwhile
from engage.unit_of_work import unit_of_work
from tests import states

HALVES = (Slot(time(8), time(12)), Slot(time(13), time(17)))
WEEK = Hours({weekday: HALVES for weekday in range(5)}, "RS", "")
TODAY = date(2026, 3, 2)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def do(use_case, *args, **named):
    with unit_of_work():
        return use_case("BOR", *args, **named)


def set_hours(team, hours=WEEK, seen=0):
    do(calendars.set_hours, hours, seen_version=seen, actor=team.admin)


def refused(use_case, *args, **named):
    with pytest.raises(Refused) as found:
        do(use_case, *args, **named)
    return found.value.refusal.code


def site(session) -> Site:
    return session.scalars(select(Site).where(Site.code == "BOR")).one()


def record(session) -> list[tuple[str, dict]]:
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.number))
    return [(row.kind, json.loads(row.payload)) for row in rows]


def chore(team, start, hours):
    return calendars.chore_due(team.site_id, start, working=timedelta(hours=hours), otherwise=timedelta(hours=48))


def test_a_site_without_hours_counts_every_hour(team):
    start = datetime(2026, 3, 6, 15, tzinfo=UTC)
    assert chore(team, start, 8) == start + timedelta(hours=48)


def test_chores_count_working_time_over_holidays_closures_and_the_change_of_clocks(session, team):
    set_hours(team)
    do(calendars.add_closure, Period(date(2026, 3, 30), date(2026, 3, 31), "Inventory"), actor=team.admin)
    friday = datetime(2026, 3, 27, 16, tzinfo=ZoneInfo("Europe/Belgrade"))
    assert chore(team, friday, 2) == datetime(2026, 4, 1, 9, tzinfo=ZoneInfo("Europe/Belgrade"))
    calendar = kept.calendar_of(site(session))
    assert working_between(calendar, friday, friday + timedelta(days=7)) == timedelta(hours=1 + 8 + 8 + 7)
    orthodox_christmas = datetime(2027, 1, 6, 17, tzinfo=ZoneInfo("Europe/Belgrade"))
    assert chore(team, orthodox_christmas, 1) == datetime(2027, 1, 8, 9, tzinfo=ZoneInfo("Europe/Belgrade"))
    leap_day = datetime(2028, 2, 28, 16, tzinfo=ZoneInfo("Europe/Belgrade"))
    assert chore(team, leap_day, 2) == datetime(2028, 2, 29, 9, tzinfo=ZoneInfo("Europe/Belgrade"))


def test_a_change_of_hours_is_recorded_with_what_was_before(session, team):
    set_hours(team)
    set_hours(team, Hours({0: HALVES}, "CA", "ON"), seen=1)
    set_hours(team, Hours({0: HALVES}, "CA", "ON"), seen=2)
    (first, began), (second, changed) = record(session)
    assert (first, second) == ("hours_changed", "hours_changed")
    assert began["before"] == {}
    assert changed["before"]["country"] == "RS"
    assert changed["after"] == {
        "slots": {"0": [["08:00", "12:00"], ["13:00", "17:00"]]},
        "country": "CA",
        "region": "ON",
    }


def test_the_second_of_two_is_told(team):
    set_hours(team)
    with pytest.raises(HoursChangedMeanwhile):
        set_hours(team, Hours({0: HALVES}, "", ""), seen=0)


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        (Hours({}, "RS", ""), "no_working_time"),
        (Hours({0: HALVES}, "ZZ", ""), "unknown_region"),
        (Hours({0: HALVES}, "RS", "XX"), "unknown_region"),
        (Hours({0: HALVES}, "", "ON"), "unknown_region"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(team, hours, code):
    assert refused(calendars.set_hours, hours, seen_version=0, actor=team.admin) == code


def test_holidays_of_a_region_count_there_alone():
    family_day = date(2027, 2, 15)
    assert family_day in kept.public_holidays("CA", "ON")
    assert family_day not in kept.public_holidays("CA", "QC")
    assert kept.public_holidays("CA", "")[date(2027, 7, 1)] == "Canada Day"
    assert kept.regions("CA")["ON"] == "Ontario"
    assert kept.regions("CD") == {}
    assert kept.public_holidays("", "") == {}
    assert kept.public_holidays("CA", "XX") == {}


def test_only_who_administers_the_site_changes_its_calendars(team):
    stranger = states.staff(Role.ADMIN, site_id=states.a_site("KOL"))
    day = Period(TODAY, TODAY, "harvest")
    changes = [
        (calendars.set_hours, (WEEK,), {"seen_version": 0}),
        (calendars.add_closure, (day,), {}),
        (calendars.import_closures, (b"",), {}),
        (calendars.remove_closure, (team.site_id,), {}),
        (calendars.add_period, ("Krivelj", day), {}),
        (calendars.remove_period, (team.site_id,), {}),
    ]
    for actor in (team.coordinator, stranger):
        for change, values, named in changes:
            with pytest.raises(NotAllowed):
                do(change, *values, **named, actor=actor)


def test_closures_are_added_once_and_taken_back(session, team):
    day = Period(TODAY, date(2026, 3, 4), "Inventory")
    do(calendars.add_closure, day, actor=team.admin)
    assert refused(calendars.add_closure, day, actor=team.admin) == "already_there"
    past = Period(date(2026, 3, 1), date(2026, 3, 1), "x")
    assert refused(calendars.add_closure, past, actor=team.admin) == "is_over"
    [row] = kept.closures(team.site_id, since=TODAY)
    do(calendars.remove_closure, row.id, actor=team.admin)
    with pytest.raises(NoResultFound):
        do(calendars.remove_closure, row.id, actor=team.admin)
    assert kept.closures(team.site_id, since=TODAY) == []
    assert [kind for kind, _ in record(session)] == ["closure_added", "closure_removed"]
    assert record(session)[1][1]["before"] == {"days": "2026-03-02 to 2026-03-04", "reason": "Inventory"}


def test_days_of_a_community_are_found_where_they_overlap(session, team):
    do(calendars.add_period, "Krivelj", Period(date(2026, 7, 1), date(2026, 7, 20), "harvest"), actor=team.admin)
    do(calendars.add_period, "Oštrelj", Period(date(2026, 7, 20), date(2026, 7, 20), "mourning"), actor=team.admin)
    found = kept.community_periods(team.site_id, date(2026, 7, 20), date(2026, 8, 1))
    assert [(row.community, row.reason_code) for row in found] == [("Krivelj", "harvest"), ("Oštrelj", "mourning")]
    assert [row.community for row in kept.community_periods(team.site_id, date(2026, 6, 1), date(2026, 7, 1))] == [
        "Krivelj"
    ]
    assert kept.community_periods(team.site_id, date(2026, 7, 21), date(2026, 7, 30)) == []
    for row in found:
        do(calendars.remove_period, row.id, actor=team.admin)
        with pytest.raises(NoResultFound):
            do(calendars.remove_period, row.id, actor=team.admin)
    assert kept.coming_periods(team.site_id, TODAY) == []
    assert [kind for kind, _ in record(session)] == ["period_added"] * 2 + ["period_removed"] * 2


@pytest.mark.parametrize(
    ("period", "code"),
    [
        (Period(TODAY, TODAY, "waiting_for_person"), "not_a_community_reason"),
        (Period(date(2026, 3, 1), date(2026, 3, 1), "harvest"), "is_over"),
        (Period(date(2026, 5, 1), date(2026, 5, 2), "harvest"), "already_there"),
    ],
)
def test_days_of_a_community_that_cannot_be_kept_are_refused(team, period, code):
    do(calendars.add_period, "Krivelj", Period(date(2026, 5, 1), date(2026, 5, 2), "harvest"), actor=team.admin)
    assert refused(calendars.add_period, "Krivelj", period, actor=team.admin) == code


def test_free_days_are_holidays_and_closures_in_their_order(team):
    assert kept.free_days(team.site_id, since=TODAY, until=TODAY) == []
    set_hours(team)
    do(calendars.add_closure, Period(date(2026, 4, 1), date(2026, 4, 2), "Inventory"), actor=team.admin)
    do(calendars.add_closure, Period(date(2026, 6, 1), date(2026, 6, 1), "Later"), actor=team.admin)
    found = kept.free_days(team.site_id, since=TODAY, until=date(2026, 4, 10))
    assert [(one.first, one.reason, one.is_holiday) for one in found] == [
        (date(2026, 4, 1), "Inventory", False),
        (date(2026, 4, 10), "Good Friday", True),
    ]


def ical(*events: str) -> bytes:
    parts = [f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events)]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//\r\n{''.join(parts)}END:VCALENDAR\r\n".encode()


def test_a_calendar_file_brings_its_whole_days_and_names_the_rest(session, team):
    content = ical(
        "SUMMARY:Saint's day\r\nDTSTART;VALUE=DATE:20260506",
        "SUMMARY:Shutdown\r\nDTSTART;VALUE=DATE:20260801\r\nDTEND;VALUE=DATE:20260811",
        "SUMMARY:Two days\r\nDTSTART;VALUE=DATE:20260901\r\nDURATION:P2D",
        "SUMMARY:Town day\r\nDTSTART;VALUE=DATE:20200228\r\nRRULE:FREQ=YEARLY;UNTIL=20281231T000000Z",
        "SUMMARY:Long ago\r\nDTSTART;VALUE=DATE:20200101",
        "SUMMARY:Off\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20260507",
        "SUMMARY:Meeting\r\nDTSTART:20260506T100000Z",
        "SUMMARY:Every week\r\nDTSTART;VALUE=DATE:20260506\r\nRRULE:FREQ=WEEKLY",
        "SUMMARY:Never moves on\r\nDTSTART;VALUE=DATE:20260506\r\nRRULE:FREQ=YEARLY;INTERVAL=0",
        "SUMMARY:Every second\r\nDTSTART;VALUE=DATE:20260506\r\nRRULE:FREQ=YEARLY;BYSECOND=1,2",
        "SUMMARY:Backwards\r\nDTSTART;VALUE=DATE:20260506\r\nDTEND;VALUE=DATE:20260501",
        "SUMMARY:No day\r\nDTSTART;VALUE=DATE:20261345",
        "SUMMARY:Without a start",
    )
    added, left = do(calendars.import_closures, content, actor=team.admin)
    assert [(one.name, one.refusal.code) for one in left] == [
        ("Meeting", "not_whole_days"),
        ("Every week", "comes_back_otherwise"),
        ("Never moves on", "comes_back_otherwise"),
        ("Every second", "comes_back_otherwise"),
        ("Backwards", "days_out_of_order"),
        ("No day", "days_unreadable"),
        ("Without a start", "days_unreadable"),
    ]
    rows = kept.closures(team.site_id, since=TODAY)
    assert added == len(rows) == 5
    assert [(row.first_day, row.last_day) for row in rows if row.reason == "Shutdown"] == [
        (date(2026, 8, 1), date(2026, 8, 10))
    ]
    assert [row.last_day for row in rows if row.reason == "Two days"] == [date(2026, 9, 2)]
    assert [row.first_day.year for row in rows if row.reason == "Town day"] == [2027, 2028]
    again, _ = do(calendars.import_closures, content, actor=team.admin)
    assert again == 0
    assert [kind for kind, _ in record(session)] == ["closure_added"]


@pytest.mark.parametrize(
    "without",
    [
        "EXDATE;VALUE=DATE:20280310,20290310",
        "EXDATE;VALUE=DATE:20280310\r\nEXDATE;VALUE=DATE:20290310",
        "EXDATE:20280310T000000\r\nEXDATE:20290310T000000",
    ],
)
def test_a_year_that_the_file_itself_leaves_out_is_worked_in(team, without):
    event = f"SUMMARY:Town day\r\nDTSTART;VALUE=DATE:20270310\r\nRRULE:FREQ=YEARLY\r\n{without}"
    do(calendars.import_closures, ical(event), actor=team.admin)
    assert [row.first_day.year for row in kept.closures(team.site_id, since=TODAY)] == [2027, 2030, 2031]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * 10_000_000, "calendar_too_large"),
        (b"", "no_calendar_in_file"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no_calendar_in_file"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "no_calendar_in_file"),
        (b"BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n", "no_calendar_in_file"),
        (ical(), "calendar_without_days"),
        (ical("SUMMARY:Old\r\nDTSTART;VALUE=DATE:20200101"), "calendar_without_days"),
        (ical(*["SUMMARY:x\r\nDTSTART;VALUE=DATE:20260506"] * 2001), "too_many_days"),
    ],
)
def test_a_file_that_is_no_calendar_or_too_large_is_refused_and_nothing_is_changed(session, team, content, code):
    assert refused(calendars.import_closures, content, actor=team.admin) == code
    assert session.scalars(select(Closure)).all() == []


@pytest.mark.parametrize("cut", range(0, 260, 13))
def test_half_a_file_never_breaks_the_page(team, cut):
    content = ical(
        "SUMMARY:A\r\nDTSTART;VALUE=DATE:20260506\r\nRRULE:FREQ=YEARLY", "SUMMARY:B\r\nDTSTART:20260506T1000"
    )
    try:
        calendar_files.read(content[:cut] + content[cut + 7 :], today=TODAY)
    except Refused as found:
        assert found.refusal.code == "no_calendar_in_file"
