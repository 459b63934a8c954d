"""A concern in one request: one field is enough, and the same form makes the same case."""

import re

import pytest
from sqlalchemy import func, select

from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.extensions import db
from engage.models import Case, Draft, OutboxMessage, Receipt, SealedContact, SealedIdentity, Site, Statement
from engage.services import receipt_codes
from engage.unit_of_work import unit_of_work
from tests.browsing import visit
from tests.states import a_site

pytestmark = pytest.mark.usefixtures("session", "sent_tasks")

DUST = "Dust from the haul road covers our gardens."


def how_many(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def the_case() -> Case:
    return db.session.scalars(select(Case)).one()


def test_one_field_is_a_whole_concern(client):
    page = visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    assert (page.status, page.heading) == (200, "We have your concern")
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", page.code)
    case = the_case()
    assert case.reference in page.words
    assert db.session.get(Statement, case.id).what_happened == DUST
    assert (case.kind, case.identity, case.road) == (Kind.GRIEVANCE, Identity.ANONYMOUS, Road.NONE)
    assert db.session.get(Site, case.site_id).is_group_intake


def test_the_code_on_the_receipt_opens_the_case(client):
    page = visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    with unit_of_work():
        assert receipt_codes.open_case(page.code).case_id == the_case().id


def test_the_receipt_names_dated_steps_and_the_day_to_come_back(client, clock):
    page = visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    assert "By Wednesday 4 March, a person reads it" in page.words
    assert "By Wednesday 1 April, we offer you a way to put it right" in page.words
    assert "Come back on Wednesday 4 March with your code" in page.words


def test_the_receipt_is_printed_with_a_picture_of_the_code_and_a_neutral_title(client):
    page = visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    assert [text for title in page.root.iter("title") for text in title.itertext()] == ["Keep this"]
    assert "<svg viewBox=" in page.response.get_data(as_text=True)


def test_the_receipt_is_never_compressed_and_never_stored(client):
    form = visit(client, "/raise")
    answer = client.post(
        "/raise", data={**form.fields(), "what_happened": DUST, "send": "now"}, headers={"Accept-Encoding": "gzip, br"}
    )
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_double_click_or_a_resend_finds_the_same_case_and_the_same_code(client):
    form = visit(client, "/raise")
    first = form.submit(client, what_happened=DUST, send="now")
    second = form.submit(client, what_happened=DUST, send="now")
    assert first.code == second.code
    assert (how_many(Case), how_many(Receipt)) == (1, 1)


def test_after_the_first_use_a_resend_shows_no_code_but_says_that_we_have_it(client):
    form = visit(client, "/raise")
    code = form.submit(client, what_happened=DUST, send="now").code
    with unit_of_work():
        receipt_codes.open_case(code)
    again = form.submit(client, what_happened=DUST, send="now")
    assert (again.status, again.heading, again.code) == (200, "We have your concern", None)
    assert code not in again.response.get_data(as_text=True)


def test_a_day_later_a_resend_shows_no_code(client, clock):
    form = visit(client, "/raise")
    form.submit(client, what_happened=DUST, send="now")
    clock.advance(receipt_codes.SHOWN_FOR)
    assert form.submit(client, what_happened=DUST, send="now").code is None


def test_a_second_concern_typed_on_the_same_page_is_not_lost_as_a_resend(client):
    form = visit(client, "/raise")
    form.submit(client, what_happened=DUST, send="now")
    page = form.submit(client, what_happened="The spring is grey.", send="now")
    assert page.status == 422
    assert "not sent yet" in page.words
    assert page.fields()["what_happened"] == "The spring is grey."
    assert page.submit(client, send="now").code
    assert how_many(Case) == 2


def test_the_address_of_a_site_sets_the_site(client):
    site_id = a_site("BOR")
    page = visit(client, "/s/bor/raise").submit(client, what_happened=DUST, send="now")
    assert the_case().site_id == site_id
    assert "BOR-26-" in page.words


def test_a_site_may_be_named_in_the_one_request(client):
    site_id = a_site("BOR")
    visit(client, "/raise").submit(client, what_happened=DUST, site="BOR", send="now")
    assert the_case().site_id == site_id


def test_an_unknown_site_leads_to_the_list(client):
    page = visit(client, "/s/nowhere/raise")
    assert page.status == 404
    assert "/sites" in page.response.get_data(as_text=True)


def test_every_field_may_come_in_the_one_request(client):
    page = visit(client, "/raise").submit(
        client,
        what_happened=DUST,
        kind="question",
        where_it_happened="Ostrelj",
        speaks_as="ngo",
        on_behalf="y",
        is_collective="y",
        identity="confidential",
        name="A neighbour",
        road="custodian",
        email="neighbour@example.org",
        send="now",
    )
    case = the_case()
    assert page.code
    assert (case.kind, case.identity, case.road) == (Kind.QUESTION, Identity.CONFIDENTIAL, Road.CUSTODIAN)
    assert (case.speaks_as, case.on_behalf, case.is_collective) == ("ngo", True, True)
    assert case.class_ is CaseClass.CONFIDENTIAL
    assert how_many(SealedIdentity) == how_many(SealedContact) == 1


@pytest.mark.parametrize("field", ["is_violence", "harms_child"])
def test_violence_and_harm_to_a_child_are_restricted_at_once_and_lead_to_help(client, field):
    a_site("BOR")
    form = visit(client, "/s/BOR/raise")
    page = form.submit(client, what_happened="It happened at the gate.", send="now", **{field: "y"})
    assert the_case().class_ is CaseClass.RESTRICTED
    assert "Get help now" in page.words
    assert 'href="/s/BOR/help"' in page.response.get_data(as_text=True)


def test_the_one_page_road_writes_no_draft(client):
    visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    assert how_many(Draft) == 0


def test_the_person_and_whoever_sorts_new_concerns_are_told_in_the_same_transaction(client):
    a_site("BOR")
    visit(client, "/s/BOR/raise").submit(client, what_happened=DUST, send="now")
    assert how_many(OutboxMessage) >= 1


def test_what_was_sent_is_in_no_log_line(client, caplog):
    caplog.set_level("DEBUG")
    page = visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    assert DUST not in caplog.text
    assert page.code not in caplog.text
