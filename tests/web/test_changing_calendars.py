"""An administrator says when a site works, when it is closed, and which days communities keep for themselves."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import Closure, CommunityPeriod, SiteHours
from tests import states
from tests.web.as_staff import done, filled, page, send, sign_in

HOURS, CLOSURES, DAYS = (f"/admin/sites/BOR/{name}" for name in ("hours", "closures", "communities"))
FEAST = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Feast\r\nDTSTART;VALUE=DATE:20260506\r\nEND:VEVENT\r\n"
MEETING = b"BEGIN:VEVENT\r\nSUMMARY:Meeting\r\nDTSTART:20260506T100000Z\r\nEND:VEVENT\r\n"
END = b"END:VCALENDAR\r\n"


@pytest.fixture
def team(clock, session, client):
    return states.Team()


@pytest.fixture
def admin(client, team):
    return sign_in(client, team.admin)


def said(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def on(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def save_hours(browser, **typed):
    looked = send(browser, HOURS, **typed)
    assert looked.status_code == 200, said(looked)
    return browser.post(HOURS, data=filled(looked))


def add(browser, address, **typed):
    """Send the form of a page that has several."""
    token = page(browser.get(address)).select_one("main [name=csrf_token]")["value"]
    return browser.post(address, data={"csrf_token": token, **typed})


def upload(browser, content, name="days.ics"):
    token = page(browser.get(CLOSURES)).select_one("main [name=csrf_token]")["value"]
    data = {"csrf_token": token, "file": (io.BytesIO(content), name)}
    answer = browser.post(f"{CLOSURES}/import", data=data, content_type="multipart/form-data", buffered=True)
    answer.request.input_stream.close()  # the test client leaves a large body open
    return answer


def test_hours_are_tried_out_before_they_are_saved(session, admin):
    shown = send(admin, HOURS, day_4="08:00-12:00", country="RS", try_on=["27", "3", "2026"])
    text = said(shown)
    assert "A chore that is given out on 27 March 2026, 09:00" in text
    # eight hours: three of Friday, none of the weekend on which clocks change, five of Monday
    assert "8 hours of work not counted 30 March 2026, 14:00" in text
    assert "3 hours counted" in text
    assert "outside working hours" in text
    assert "Orthodox Christmas Day" in text
    assert session.scalars(select(SiteHours)).all() == []
    done(admin.post(HOURS, data=filled(shown)))
    session.rollback()
    assert session.scalars(select(SiteHours)).one().slots["4"] == [["08:00", "12:00"]]
    again = said(send(admin, HOURS, day_4="08:00-12:00, 13:00-17:00", try_on=["27", "3", "2026"]))
    assert "30 March 2026, 14:00" in again
    assert "27 March 2026, 17:00" not in again or "the same" in again


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({f"day_{weekday}": "" for weekday in range(7)}, "day_0", "No day has working hours."),
        ({"day_1": "8 to 5"}, "day_1", "Write hours from morning to night"),
        ({"day_1": "13:00-17:00, 08:00-12:00"}, "day_1", "These hours overlap or are out of order."),
        ({"try_on": ["31", "2", "2026"]}, "try_on", "This is no date."),
    ],
)
def test_hours_that_cannot_be_kept_are_refused_beside_their_field(session, admin, typed, field, words):
    answer = send(admin, HOURS, **typed)
    assert answer.status_code == 422
    assert words in page(answer).select_one(f"[id='{field}-error']").text
    assert words in page(answer).select_one(".govuk-error-summary").text
    if "day_1" in typed:
        assert filled(answer)["day_1"] == typed["day_1"]
    assert session.scalars(select(SiteHours)).all() == []


def test_the_regions_of_another_country_show_after_a_look(session, admin):
    looked = send(admin, HOURS, country="CA")
    assert "Ontario" in said(looked)
    done(admin.post(HOURS, data={**filled(admin.post(HOURS, data={**filled(looked), "region": "ON"}))}))
    session.rollback()
    row = session.scalars(select(SiteHours)).one()
    assert (row.country, row.region) == ("CA", "ON")


def test_a_region_of_another_country_is_not_taken(session, admin):
    looked = send(admin, HOURS, country="CA", region="XX")
    assert looked.status_code == 422
    assert session.scalars(select(SiteHours)).all() == []


def test_the_second_of_two_administrators_looks_again(session, team, admin, client):
    other = sign_in(client, states.staff(Role.ADMIN, site_id=team.site_id))
    looked = send(other, HOURS, day_5="09:00-10:00")
    done(save_hours(admin))
    answer = other.post(HOURS, data=filled(looked))
    assert answer.status_code == 409
    assert "Somebody else saved other hours meanwhile." in said(answer)
    assert filled(answer)["day_5"] == "09:00-10:00"
    again = other.post(HOURS, data=filled(answer))
    done(other.post(HOURS, data=filled(again)))
    session.rollback()
    assert session.scalars(select(SiteHours)).one().version == 2


def test_a_site_is_closed_for_some_days_and_opened_again(session, admin):
    done(add(admin, CLOSURES, first=on(date(2026, 4, 1)), last=on(date(2026, 4, 3)), reason="Inventory"))
    shown = said(admin.get(CLOSURES))
    assert "Wednesday 1 April Friday 3 April Inventory" in shown
    row = session.scalars(select(Closure)).one()
    done(add(admin, CLOSURES, first=on(date(2026, 4, 9)), reason="One day"))
    token = page(admin.get(CLOSURES)).select_one("main [name=csrf_token]")["value"]
    done(admin.post(f"{CLOSURES}/{row.id}/remove", data={"csrf_token": token}))
    session.rollback()
    assert [one.reason for one in session.scalars(select(Closure))] == ["One day"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"first": on(date(2026, 3, 1)), "reason": "x"}, "These days are over."),
        (
            {"first": on(date(2026, 4, 2)), "last": on(date(2026, 4, 1)), "reason": "x"},
            "The last day is before the first.",
        ),
        ({"first": on(date(2026, 4, 2)), "last": on(date(2028, 4, 1)), "reason": "x"}, "Use 366 days or fewer."),
        ({"first": on(date(2026, 4, 2)), "reason": " "}, "Say why"),
        ({"first": ["", "", ""], "reason": "x"}, "Write a date."),
        ({"first": ["1", "1", "9999"], "reason": "x"}, "Choose a year from 1970 to 2200."),
    ],
)
def test_days_that_cannot_be_kept_are_refused(session, admin, typed, words):
    answer = add(admin, CLOSURES, **typed)
    assert answer.status_code == 422
    assert words in said(answer)
    assert session.scalars(select(Closure)).all() == []
    community = add(admin, DAYS, community="Krivelj", **{**typed, "reason": "harvest"})
    assert community.status_code == (303 if typed["reason"] == " " else 422)


def test_days_come_from_a_calendar_file_and_what_is_left_out_is_named(session, admin):
    answer = upload(admin, FEAST + b"END:VCALENDAR\r\n")
    done(answer)
    answer = upload(admin, FEAST + MEETING + END)
    assert answer.status_code == 200
    assert "2 entries of the file are left out" in said(answer)
    assert "Meeting : It has a time of day. Only whole days count here." in said(answer)
    assert "Feast : These days are there already." in said(answer)
    assert "from a file" in said(answer)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * 10_000_000, "The file is larger than 1 MB."),
        (b"\x00\xff garbage", "This is no calendar file."),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "The file holds no day from today on."),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_the_page_goes_on(session, admin, content, words):
    answer = upload(admin, content)
    assert answer.status_code == 422
    assert words in page(answer).select_one("#file-error").text
    assert session.scalars(select(Closure)).all() == []


def test_no_file_is_asked_for(admin):
    token = page(admin.get(CLOSURES)).select_one("main [name=csrf_token]")["value"]
    answer = admin.post(f"{CLOSURES}/import", data={"csrf_token": token})
    assert answer.status_code == 422
    assert "Choose a file." in said(answer)


def test_r49_days_of_a_community_are_written_down_with_a_reason_people_can_read(session, team, admin):
    typed = {"community": "Krivelj", "reason": "harvest", "first": on(date(2026, 7, 1)), "last": on(date(2026, 7, 20))}
    done(add(admin, DAYS, **typed))
    assert "Krivelj Wednesday 1 July Monday 20 July Harvest time in your community" in said(admin.get(DAYS))
    assert "These days are there already." in said(add(admin, DAYS, **typed))
    row = session.scalars(select(CommunityPeriod)).one()
    token = page(admin.get(DAYS)).select_one("main [name=csrf_token]")["value"]
    done(admin.post(f"{DAYS}/{row.id}/remove", data={"csrf_token": token}))
    session.rollback()
    assert session.scalars(select(CommunityPeriod)).all() == []


def test_an_administrator_of_another_site_changes_no_calendar_here(client, team):
    stranger = sign_in(client, states.staff(Role.ADMIN, site_id=states.a_site("KOL")))
    for address in (HOURS, CLOSURES, DAYS):
        assert stranger.get(address).status_code == 404


def test_staff_see_hours_free_days_and_days_of_communities_of_their_sites(client, team, admin):
    states.a_site("KOL")
    coordinator = sign_in(client, team.coordinator)
    shown = said(coordinator.get("/staff/calendars"))
    assert "No working hours are set: chores count every hour." in shown
    assert "Site KOL" not in shown
    done(save_hours(admin, day_4="08:00-12:00", country="RS"))
    done(add(admin, CLOSURES, first=on(date(2026, 4, 1)), last=on(date(2026, 4, 3)), reason="Inventory"))
    done(add(admin, DAYS, community="Krivelj", reason="mourning", first=on(date(2026, 3, 9))))
    shown = said(coordinator.get("/staff/calendars"))
    assert "Friday 08:00-12:00" in shown
    assert "Wednesday 1 April – Friday 3 April: Inventory" in shown
    assert "Friday 10 April: Good Friday" in shown
    assert "Monday 9 March: Krivelj , A time of mourning in your community" in shown
    everywhere = sign_in(client, states.staff((Role.COORDINATOR, None)))
    assert "Site KOL" in said(everywhere.get("/staff/calendars"))
