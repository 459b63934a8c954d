"""A concern that somebody tells a member of staff, and the card for them."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Attachment, Case, Deadline, Original, Receipt, SealedContact, SealedIdentity, Statement
from engage.services import receipt_codes
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services.test_originals import photo
from tests.web.as_staff import filled, page, send, sign_in

ADDRESS = "/staff/take-down"


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def told(team, **more):
    return {
        "site": str(team.site_id),
        "channel": "liaison_visit",
        "received_on": ["2", "3", "2026"],
        "what_happened": "The spring is grey.",
        "identity": "anonymous",
        "road": "none",
        **more,
    }


def only_case() -> Case:
    return db.session.scalars(select(Case).execution_options(populate_existing=True)).one()


def test_a_spoken_concern_gets_a_card_whose_code_must_be_changed(client, clock, session, team):
    answer = send(sign_in(client, team.liaison), ADDRESS, **told(team, received_time="8.15", read_back="y"))

    case = only_case()
    code = page(answer).select_one("main .app-code, main [class*=code]").get_text(strip=True)
    assert answer.status_code == 200
    assert (case.channel, case.read_back, case.recorded_by_id) == ("liaison_visit", True, team.liaison.id)
    assert case.received_at.isoformat() == "2026-03-02T07:15:00+00:00"  # 8.15 in Belgrade
    assert "must be changed at its first use" in answer.text
    assert session.scalars(select(Receipt)).one().must_change
    with unit_of_work():
        assert receipt_codes.open_case(code.split("\n")[0]).case_id == case.id


def test_promises_count_from_the_day_anyone_of_us_was_told(client, clock, session, team):
    three_days_ago = (clock.now - timedelta(days=3)).date()
    day = [str(three_days_ago.day), str(three_days_ago.month), str(three_days_ago.year)]
    send(sign_in(client, team.liaison), ADDRESS, **told(team, received_on=day))
    starts = set(session.scalars(select(Deadline.starts_at)))
    assert {at.date() for at in starts} == {three_days_ago}


def test_the_same_form_sent_twice_makes_one_case_and_shows_the_same_card(client, clock, session, team):
    browser = sign_in(client, team.liaison)
    form = {**filled(browser.get(ADDRESS)), **told(team)}
    first, second = browser.post(ADDRESS, data=form), browser.post(ADDRESS, data=form)
    assert first.status_code == second.status_code == 200
    assert page(first).select_one("main").get_text() == page(second).select_one("main").get_text()
    assert len(session.scalars(select(Case.id)).all()) == 1


def test_a_second_letter_typed_over_the_first_is_not_lost_and_gets_its_own_code(client, clock, session, team):
    browser = sign_in(client, team.liaison)
    form = {**filled(browser.get(ADDRESS)), **told(team)}
    first = browser.post(ADDRESS, data=form)
    other = browser.post(ADDRESS, data={**form, "what_happened": "A wall has cracks.", "where_it_happened": "Krivelj"})
    assert other.status_code == 422
    assert "not sent yet" in other.text
    assert filled(other)["where_it_happened"] == "Krivelj"
    second = browser.post(ADDRESS, data=filled(other))
    assert second.status_code == 200
    assert page(first).select_one("main").get_text() != page(second).select_one("main").get_text()
    assert set(session.scalars(select(Statement.what_happened))) == {"The spring is grey.", "A wall has cracks."}


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "letter_box"},
        {"read_back": "y"},
        {"received_on": ["1", "3", "2026"]},
        {"road": "facilitator", "facilitator": "The shop"},
        {"on_behalf": "y"},
    ],
)
def test_the_same_words_sent_again_with_another_answer_say_that_it_is_not_kept(client, clock, session, team, other):
    browser = sign_in(client, team.liaison)
    form = {**filled(browser.get(ADDRESS)), **told(team)}
    browser.post(ADDRESS, data=form)
    again = browser.post(ADDRESS, data={**form, **other})
    assert again.status_code == 422
    assert "You made a card for these words before" in again.text
    assert filled(again)["what_happened"] == "The spring is grey."
    assert all(typed in filled(again)[name] for name, typed in other.items() if isinstance(typed, str))
    assert session.scalars(select(Case.channel)).all() == ["liaison_visit"]
    assert browser.post(ADDRESS, data=filled(again)).status_code == 200  # somebody else's, in the same words
    assert len(session.scalars(select(Case.id)).all()) == 2


def test_violence_ticked_when_the_same_words_are_sent_again_restricts_the_case_at_once(client, clock, session, team):
    browser = sign_in(client, team.liaison)
    form = {**filled(browser.get(ADDRESS)), **told(team)}
    browser.post(ADDRESS, data=form)
    again = browser.post(ADDRESS, data={**form, "about": ["violence"]})
    assert again.status_code == 422
    assert only_case().class_ is CaseClass.RESTRICTED


def test_a_named_person_is_sealed_and_who_they_are_stands_nowhere_in_clear(client, clock, session, team):
    reach = {"identity": "named", "road": "direct", "name": "Amina Kovac", "phone": "011 123 4567"}
    answer = send(sign_in(client, team.liaison), ADDRESS, **told(team, **reach))
    assert answer.status_code == 200
    assert (only_case().identity, only_case().road) == (Identity.NAMED, Road.DIRECT)
    assert b"Amina" not in session.scalars(select(SealedIdentity.sealed)).one()
    assert session.scalars(select(SealedContact.has_phone)).one()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"what_happened": ""}, "what_happened"),
        ({"received_on": ["31", "2", "2026"]}, "received_on"),
        ({"received_on": ["9", "3", "2026"]}, "received_on"),
        ({"received_on": ["", "", ""]}, "received_on"),
        ({"received_time": "25:10"}, "received_time"),
        ({"site": ""}, "site"),
        ({"channel": ""}, "channel"),
        ({"identity": "anonymous", "road": "direct"}, "road"),
        ({"identity": "named", "road": "direct"}, "email"),
        ({"identity": "named", "road": "direct", "email": "nowhere"}, "email"),
        ({"identity": "named", "road": "facilitator"}, "facilitator"),
        ({"token": "no token"}, "token"),
    ],
)
def test_what_is_missing_or_cannot_be_is_said_beside_its_field_and_nothing_is_lost(client, clock, team, typed, field):
    states.a_site("LIM")
    states.staff(Role.LIAISON)
    both = states.staff(Role.LIAISON, (Role.COORDINATOR, None), site_id=team.site_id)
    answer = send(sign_in(client, both), ADDRESS, **told(team, where_it_happened="Krivelj", **typed))
    assert answer.status_code == 422
    assert filled(answer)["where_it_happened"] == "Krivelj"
    if field != "token":
        anchors = {link["href"] for link in page(answer).select(".govuk-error-summary__list a")}
        assert any(anchor.startswith(f"#{field}") for anchor in anchors)


def test_a_recording_speaks_without_words(client, clock, session, team):
    browser = sign_in(client, team.liaison)
    form = {**filled(browser.get(ADDRESS)), **told(team, what_happened="")}
    sound = (io.BytesIO(b"#!AMR\n" + bytes(50)), "voice.amr")
    answer = browser.post(ADDRESS, data={**form, "files": sound}, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert session.scalars(select(Attachment.media_type)).one() == "audio/amr"


@pytest.mark.parametrize(
    ("more", "kept"),
    [({}, 0), ({"wants_originals": "y"}, 1), ({"identity": "named", "name": "Given Family"}, 1)],
    ids=["without a name", "as the person wants", "with a name"],
)
def test_a_photo_is_kept_as_it_came_as_the_person_wants(client, clock, session, team, more, kept):
    browser = sign_in(client, team.liaison)
    form = {**filled(browser.get(ADDRESS)), **told(team, **more)}
    sent = {**form, "files": (io.BytesIO(photo()), "dust.jpg")}
    assert browser.post(ADDRESS, data=sent, content_type="multipart/form-data").status_code == 200
    assert len(session.scalars(select(Original)).all()) == kept


@pytest.mark.parametrize("about", ["violence", "child"])
def test_violence_and_harm_to_a_child_leave_the_takers_sight_at_once(client, clock, team, about):
    browser = sign_in(client, team.liaison)
    answer = send(browser, ADDRESS, **told(team, about=[about]))
    assert answer.status_code == 200
    assert "Only the focal point" in answer.text
    assert only_case().class_ is CaseClass.RESTRICTED
    assert browser.get(f"/staff/cases/{only_case().reference}").status_code == 404


def test_a_question_and_a_group_are_taken_down_as_what_they_are(client, clock, session, team):
    more = {
        "kind": "question",
        "on_behalf": "y",
        "is_collective": "y",
        "speaks_as": "ngo",
        "when_it_happened": "Sunday",
    }
    send(sign_in(client, team.coordinator), ADDRESS, **told(team, **more))
    case = only_case()
    assert (case.kind, case.on_behalf, case.is_collective, case.speaks_as) == (Kind.QUESTION, True, True, "ngo")
    assert session.scalars(select(Statement.when_it_happened)).one() == "Sunday"


def test_who_takes_down_nothing_is_refused(client, team):
    assert sign_in(client, team.auditor).get(ADDRESS).status_code == 403


def test_a_site_of_others_cannot_be_chosen(client, clock, session, team):
    other = states.a_site("LIM")
    answer = send(sign_in(client, team.liaison), ADDRESS, **told(team, site=str(other)))
    assert answer.status_code == 422
    assert session.scalars(select(Case.id)).all() == []


def test_today_without_a_time_is_never_in_the_future(client, clock, team):
    today: date = clock.now.date()
    day = [str(today.day), str(today.month), str(today.year)]
    send(sign_in(client, team.liaison), ADDRESS, **told(team, received_on=day))
    assert only_case().received_at == clock.now
