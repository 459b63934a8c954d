"""The case page: what it shows to whom, what it costs, and who has looked."""

import io
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from engage import clock, vault
from engage.domain import masking
from engage.domain.case import Identity, Road, Writer
from engage.domain.conflicts import SubjectKind
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.models import Access, Attachment, Deadline, IndependentReview, Message
from engage.queries import case_page
from engage.services import attachments, cases, circumstances, conflicts, conversation, proceedings, proposals
from engage.services.contact import Values
from engage.services.intake import Concern, new_token, submit
from engage.services.proceedings import Elsewhere
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import statements
from tests.states import act, case_of, person_of
from tests.web.as_staff import form_of, page, sign_in

STAGES = {
    "received": lambda team: states.a_case(team.site_id),
    "acknowledged": states.an_acknowledged_case,
    "assessed": states.an_assessed_case,
    "proposed": lambda team: states.a_proposed_case(team, "Water the road."),
    "implementing": states.an_implementing_case,
    "appealed": states.an_appealed_case,
    "closed": states.a_closed_case,
}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def shown(client, actor, reference, path=""):
    return sign_in(client, actor).get(f"/staff/cases/{reference}{path}")


def a_named_case(
    team, identity=Identity.NAMED, road=Road.DIRECT, words="Ask Amina Kovac, amina@example.org, 0641234567."
):
    with unit_of_work():
        concern = Concern(what_happened=words, identity=identity, road=road)
        reach = Values(name="Amina Kovac", email="amina@example.org")
        return submit(new_token(), concern, site_id=team.site_id, reach=reach).reference


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_page_with_one_thing_to_do_at_most(client, team, stage):
    reference = STAGES[stage](team)
    answer = shown(client, team.coordinator, reference)
    assert answer.status_code == 200
    assert len(page(answer).select(".app-bar__actions > .govuk-button:not(.govuk-button--secondary)")) <= 1
    assert len(page(answer).select(".app-track [aria-current=step]")) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_the_page_looks_at_the_same_facts_as_the_use_cases(team, stage):
    """But for the end of the appeal window: a late appeal can be written, and is asked for its reason."""
    reference = STAGES[stage](team)
    known = replace(circumstances.of(case_of(reference)), appeal_until=None)
    assert case_page.page(reference, team.coordinator).circumstances == known


def test_a_long_case_costs_as_many_statements_as_a_short_one(client, team):
    short, long = states.a_proposed_case(team, "Water."), states.a_proposed_case(team, *["Water the road."] * 12)
    act(short, conversation.reply, "A message", actor=team.officer)  # what became of notices is read where we wrote
    act(short, conversation.log_attempt, "voice_call", reached=False, actor=team.officer)
    for number in range(30):
        act(long, conversation.reply, f"Message {number}", actor=team.officer)
        act(long, conversation.log_attempt, "voice_call", reached=False, actor=team.officer)
    browser = sign_in(client, team.officer)
    counts = []
    for reference in (short, long):
        browser.get(f"/staff/cases/{reference}")  # the first look of a day is recorded
        with statements() as sent:
            assert browser.get(f"/staff/cases/{reference}").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 30


def test_the_first_look_of_a_day_is_recorded_once(client, session, team):
    reference = states.a_case(team.site_id)
    for path in ("", "/assign", "/story", ""):
        assert shown(client, team.coordinator, reference, path).status_code == 200
    rows = session.scalars(select(Access)).all()
    assert [(row.user_id, row.purpose) for row in rows] == [(team.coordinator.id, "view")]


def test_names_and_addresses_are_behind_a_link_and_each_look_is_recorded(client, session, team):
    reference = a_named_case(team, words="Dust.")
    front = shown(client, team.coordinator, reference)
    assert "Kovac" not in front.text and "amina@" not in front.text
    opened = shown(client, team.coordinator, reference, "/person")
    assert "Amina Kovac" in opened.text and "amina@example.org" in opened.text
    assert {row.purpose for row in session.scalars(select(Access))} == {"view", "identity", "contact"}


def test_a_name_kept_secret_is_for_the_custodian_alone(client, team):
    reference = a_named_case(team, Identity.CONFIDENTIAL, Road.CUSTODIAN, words="Dust.")
    assert shown(client, team.coordinator, reference, "/person").status_code == 403
    assert "/person" not in shown(client, team.coordinator, reference).text
    assert "Amina Kovac" in shown(client, team.custodian, reference, "/person").text


def test_a_relay_address_can_be_opened_by_nobody(client, team, app):
    vault.make_worker_keys(app.extensions["engage"].VAR)
    reference = a_named_case(team, Identity.ANONYMOUS, Road.RELAY, words="Dust.")
    opened = shown(client, team.coordinator, reference, "/person")
    assert "amina@" not in opened.text
    assert "nobody of us can" in opened.text


def test_an_auditor_reads_with_names_and_numbers_taken_out_and_gets_no_files(client, session, team):
    reference = a_named_case(team)
    act(reference, conversation.reply, "Amina, we come on Thursday.", actor=team.coordinator)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        file = attachments.check(io.BytesIO(picture()), "amina.png")
        row = attachments.add(case, file, writer=Writer.PERSON)
        file_id = row.id
    answer = shown(client, team.auditor, reference)
    assert masking.BLOCK in answer.text
    for secret in ("Amina", "Kovac", "amina", "0641234567"):
        assert secret not in answer.text
    assert sign_in(client, team.auditor).get(f"/staff/files/{file_id}").status_code == 403


def test_an_auditor_is_not_told_the_name_by_a_docket_a_firm_or_an_outside_body(client, session, team):
    reference = a_named_case(team, words="Dust.")
    court = Elsewhere("court", "District court", "The house.", docket="Kovac v. Mine")
    act(reference, proceedings.record_proceeding, court, actor=team.coordinator)
    act(reference, conflicts.name_place, SubjectKind.CONTRACTOR, "Kovac and daughters", actor=team.coordinator)
    with unit_of_work():
        case_id, now = case_of(reference).id, clock.utcnow()
        body = {"body": "Friends of Amina Kovac", "terms": "As agreed.", "salt": vault.salt(), "referred_at": now}
        session.add(IndependentReview(id=uuid.uuid4(), case_id=case_id, **body))
    told = shown(client, team.coordinator, reference).text
    masked = shown(client, team.auditor, reference).text
    for words, left in (
        ("Kovac v. Mine", f"{masking.BLOCK} v. Mine"),
        ("Kovac and daughters", f"{masking.BLOCK} and daughters"),
        ("Friends of Amina Kovac", f"Friends of {masking.BLOCK} {masking.BLOCK}"),
    ):
        assert words in told and left in masked
    assert "Kovac" not in masked


def test_a_file_is_handed_out_to_be_saved_and_never_shown(client, session, team):
    reference = states.an_assessed_case(team)
    browser = sign_in(client, team.officer)
    form = form_of(browser.get(f"/staff/cases/{reference}"))
    sent = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    answer = browser.post(
        f"/staff/cases/{reference}/reply",
        data={
            **sent,
            "message": "See the photo.",
            "files": [(io.BytesIO(picture()), "сијалица.png"), (io.BytesIO(b"MZ\x90\x00"), "tool.exe")],
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert "tool.exe" in answer.text and "we cannot open this kind of file" in answer.text
    row = session.scalars(select(Attachment)).one()
    assert row.message_id == session.scalars(select(Message).order_by(Message.written_at.desc())).first().id

    file = browser.get(f"/staff/files/{row.id}")
    assert file.status_code == 200
    assert file.headers["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=UTF-8''%D1%81" in file.headers["Content-Disposition"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "no-store"
    assert file.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert Image.open(io.BytesIO(file.data)).size == (4, 4)
    file.close()
    assert "file" in session.scalars(select(Access.purpose)).all()


def test_a_file_that_is_gone_from_the_store_is_an_honest_page(client, session, team, app):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        row = attachments.add(case, attachments.check(io.BytesIO(picture()), "a.png"), writer=Writer.STAFF)
        file_id, stored_as = row.id, row.stored_as
    (app.extensions["engage"].VAR / "files" / stored_as).unlink()
    assert sign_in(client, team.officer).get(f"/staff/files/{file_id}").status_code == 404


def test_every_deadline_explains_itself_and_says_who_is_told_next(client, session, team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    front = page(shown(client, team.officer, reference))
    links = [link["href"] for link in front.select("aside a[href*='/deadlines/']")]
    assert links and "reminder to whoever works the case" in front.select_one("aside").get_text()
    for link in links:
        answer = sign_in(client, team.officer).get(link)
        assert answer.status_code == 200
        assert page(answer).select("ol.govuk-list--number li")


def test_a_deadline_of_another_case_is_not_there(client, session, team):
    mine, other = states.an_assessed_case(team), states.an_assessed_case(team)
    row = session.scalars(select(Deadline.id).where(Deadline.case_id == case_of(other).id)).first()
    for path in (f"/deadlines/{row}", f"/tell-delay/{row}", f"/extend/{row}", f"/tell/{row}"):
        assert shown(client, team.officer, mine, path).status_code == 404


def test_what_is_late_is_said_on_the_track(client, clock, team):
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(days=6))
    late = page(shown(client, team.coordinator, reference)).select_one(".app-track__step--late")
    assert "late" in late.get_text()


def test_what_the_person_wrote_is_announced_until_somebody_answers(client, team):
    reference = states.an_assessed_case(team)
    act(reference, conversation.write_as_person, "Is anybody there?", actor=person_of(reference))
    assert "nobody has answered yet" in shown(client, team.officer, reference).text
    act(reference, conversation.reply, "Yes.", actor=team.officer)
    assert "nobody has answered yet" not in shown(client, team.officer, reference).text


def test_a_proposal_answers_what_the_person_wrote(client, team):
    reference = states.an_assessed_case(team)
    act(reference, conversation.write_as_person, "Since the second of November.", actor=person_of(reference))
    act(reference, proposals.propose, states.offer(), actor=team.officer)
    assert "nobody has answered yet" not in shown(client, team.officer, reference).text


def test_a_proposal_that_waits_for_approval_answers_nothing_yet(client, team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, conversation.write_as_person, "Since the second of November.", actor=person_of(reference))
    act(reference, proposals.propose, states.offer(), actor=team.officer)
    assert "nobody has answered yet" in shown(client, team.officer, reference).text


def test_script_in_every_word_stays_text(client, team):
    bad = "<script>alert(1)</script>"
    with unit_of_work():
        concern = Concern(what_happened=bad, where_it_happened=bad, when_it_happened=bad, what_would_make_it_right=bad)
        reference = submit(new_token(), concern, site_id=team.site_id).reference
    act(reference, conversation.note, bad, actor=team.coordinator)
    answer = shown(client, team.coordinator, reference)
    assert "<script>alert" not in answer.text and "&lt;script&gt;" in answer.text


def test_somebody_of_another_site_finds_nothing(client, team):
    reference = states.a_case(team.site_id)
    stranger = states.staff(Role.COORDINATOR, site_id=states.a_site("LIM"))
    for path in ("", "/story", "/person", "/assess", "/reply"):
        assert shown(client, stranger, reference, path).status_code == 404
