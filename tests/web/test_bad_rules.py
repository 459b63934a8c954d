"""Dates, files and panels that will not do: refused with what to change, and nothing typed is lost.

What is refused of promises, ladders and hours stands in test_changing_rules.py, of closures and calendar files in
test_changing_calendars.py, of pauses in test_pauses.py.
"""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.models import Closure, Proposal
from engage.services import access
from tests import states
from tests.promised import the_open
from tests.states import case_of
from tests.web.as_staff import filled, in_days, page, proposal, send, sign_in

CLOSURES = "/admin/sites/BOR/closures"
WHY = "The laboratory needs longer."
MEGABYTE = 1024 * 1024


@pytest.fixture
def team(clock, session, sent_tasks, client):
    return states.Team()


def said(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def refused(answer, words, **typed):
    """It is no, it says what to change, and what was typed stands there still."""
    assert answer.status_code == 422, said(answer)
    assert words in said(answer)
    held = filled(answer)
    assert {name: held[name] for name in typed} == typed


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Choose dates that lie ahead."), (3000, "Choose a date at most"), (None, "Give a date")]
)
def test_a_promise_is_put_off_only_to_a_later_day(client, team, days, words):
    reference = states.an_assessed_case(team)
    row = the_open(reference, Promise.PROPOSE)
    typed = {"explanation": WHY, "new_date": ["", "", ""] if days is None else in_days(days)}
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/extend/{row.id}", **typed)
    refused(answer, words, **typed)
    assert the_open(reference, Promise.PROPOSE).id == row.id


def test_the_new_date_of_a_delay_lies_ahead(client, clock, team):
    reference = states.an_assessed_case(team)
    row = the_open(reference, Promise.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=2))
    typed = {"done_so_far": "We took samples.", "explanation": WHY, "new_date": in_days(-1)}
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/tell-delay/{row.id}", **typed)
    refused(answer, "Choose dates that lie ahead.", **typed)


def test_a_remedy_is_not_promised_for_a_day_that_is_over(client, session, team):
    """Whoever reads the proposal would read that it is late from its first day."""
    reference = states.an_assessed_case(team)
    typed = proposal(**{"lines-0-due_on": in_days(-3)})
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **typed)
    kept = {"lines-0-words": typed["lines-0-words"], "lines-0-due_on": typed["lines-0-due_on"]}
    refused(answer, "ahead", **kept)
    assert session.scalars(select(Proposal)).all() == []


def test_a_panel_that_cannot_be_formed_says_whom_to_ask_for(client, session, team):
    """Everybody who could sit has read the case: it is said before a button is pressed, and after it too."""
    reference = states.an_appealed_case(team)
    access.record_access(case_of(reference).id, team.panel, "viewed")
    browser, address = sign_in(client, team.coordinator), f"/staff/cases/{reference}/seat-panel"
    shown = browser.get(address)
    assert "Nobody is free for a panel." in said(shown)
    assert "It could be one of:" in said(shown)
    assert page(shown).select("input[name=members]") == []
    answer = browser.post(address, data=filled(shown))
    refused(answer, "Nobody is free for a panel.")
    assert "It could be one of:" in said(answer)


@pytest.mark.parametrize(("megabytes", "status"), [(10, 422), (12, 413)])
def test_a_calendar_file_is_refused_with_its_limit_however_large_it_is(
    client, session, team, monkeypatch, megabytes, status
):
    """Ten megabytes are read and named next to the field; what no request may hold has a page that says the limits."""
    monkeypatch.setitem(client.application.config, "MAX_CONTENT_LENGTH", 11 * MEGABYTE)
    browser = sign_in(client, team.admin)
    token = page(browser.get(CLOSURES)).select_one("main [name=csrf_token]")["value"]
    data = {"csrf_token": token, "file": (io.BytesIO(b"x" * megabytes * MEGABYTE), "days.ics")}
    answer = browser.post(f"{CLOSURES}/import", data=data, content_type="multipart/form-data", buffered=True)
    answer.request.input_stream.close()  # the test client leaves a large body open
    assert answer.status_code == status
    if status == 422:
        assert "The file is larger than 1 MB." in page(answer).select_one("#file-error").text
    else:
        assert "That was too big to send" in said(answer)
        assert "15 MB" in said(answer)
        assert "10 files" in said(answer)
    assert session.scalars(select(Closure)).all() == []
