"""A concern becomes a case, once, with its code, its clocks and its record."""

import io
import os
import secrets
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from engage import vault
from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.domain.deadlines import Promise
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import Case, CaseEvent, Deadline, Receipt, SealedContact, Site, Statement
from engage.services import attachments, intake, new_case, receipt_codes, timeline
from engage.services.contact import ContactRefused, Values
from engage.services.intake import AnotherConcern, Concern
from engage.unit_of_work import unit_of_work
from tests.states import a_site, case_of, staff

TOKEN = "0123456789abcdef0123456789abcdef"
DUST = Concern("Dust from the haul road.")


@pytest.fixture(autouse=True)
def tables(session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)


def submitted(concern: Concern = DUST, token: str = TOKEN, **values):
    with unit_of_work():
        return intake.submit(token, concern, **values)


def test_a_site_that_was_made_without_its_rules_is_named_instead_of_a_case_without_dates(clock):
    site_id = a_site("BOR")
    with unit_of_work():
        bare = Site(
            code="KOL", name="Bare", country="RS", time_zone="Europe/Belgrade", locale="en", created_at=clock.now
        )
        db.session.add(bare)
    with pytest.raises(NoResultFound, match="no rules"):
        submitted(site_id=bare.id)
    assert submitted(site_id=site_id).is_new


def test_a_concern_makes_a_case_with_a_code_a_statement_and_one_event():
    received = submitted(site_id=a_site("BOR"))
    assert received.is_new
    assert received.reference.startswith("BOR-")
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == received.case_id)).all()
    assert [event.kind for event in events] == ["CaseReceived"]
    assert timeline.breaks_in(events) == []
    statement = db.session.get(Statement, received.case_id)
    assert events[0].content_digest == new_case.digest_of_statement(statement)


def test_the_code_is_stored_only_as_its_keyed_hash():
    received = submitted()
    receipt = db.session.scalars(select(Receipt)).one()
    assert receipt.code_digest == vault.digest(received.code, vault.CODE)
    assert received.code not in receipt.code_digest


def test_promises_run_from_receipt_and_the_short_road_has_fewer():
    grievance, question = submitted(), submitted(Concern("When?", kind=Kind.QUESTION), token="f" * 32)
    assert promised(grievance) > promised(question) == {Promise.ACKNOWLEDGE, Promise.PROPOSE}


def promised(received) -> set[Promise]:
    return set(db.session.scalars(select(Deadline.promise).where(Deadline.case_id == received.case_id)))


def test_the_same_token_is_the_same_case_and_another_token_another():
    first, again, other = submitted(), submitted(), submitted(token="f" * 32)
    assert (first.reference, first.code) == (again.reference, again.code)
    assert not again.is_new
    assert other.case_id != first.case_id


def test_two_requests_at_the_same_moment_make_one_case(app):
    submitted(token="f" * 32)  # the group intake is there
    start, found, failed = threading.Barrier(4), [], []

    def send():
        with app.app_context():
            start.wait()
            try:
                found.append(submitted().code)
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(found)) == 1
    assert db.session.scalar(select(func.count()).select_from(Case)) == 2


def test_what_a_form_made_before_is_found_unless_it_now_says_something_else():
    assert intake.already_received(TOKEN, {"what_happened": "Dust"}) is None
    first = submitted()
    assert intake.already_received(TOKEN, {"what_happened": DUST.what_happened}).code == first.code
    assert intake.already_received(TOKEN, {"what_happened": None}).reference == first.reference
    with pytest.raises(AnotherConcern):
        intake.already_received(TOKEN, {"what_happened": "Noise"})
    with pytest.raises(AnotherConcern):
        intake.already_received(TOKEN, {"where_it_happened": "Ostrelj"})


def test_words_that_were_erased_do_not_turn_a_resend_away():
    received = submitted()
    with unit_of_work():
        db.session.delete(db.session.get(Statement, received.case_id))
    assert intake.already_received(TOKEN, {"what_happened": "anything"}).reference == received.reference


def test_without_a_site_or_with_a_closed_one_it_waits_at_the_group_intake():
    for token, site_id in (("1" * 32, None), ("2" * 32, a_site("OLD", is_open=False))):
        case = case_of(submitted(token=token, site_id=site_id).reference)
        assert db.session.get(Site, case.site_id).is_group_intake


def test_identity_and_contact_are_sealed_in_the_same_unit_of_work():
    concern = Concern("Dust", identity=Identity.NAMED, road=Road.DIRECT)
    received = submitted(concern, reach=Values(name="A neighbour", email="neighbour@example.org"))
    assert db.session.get(SealedContact, received.case_id).has_email
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == received.case_id)).all()
    assert kinds == ["CaseReceived"]


def test_a_contact_that_cannot_be_kept_leaves_no_case():
    with pytest.raises(ContactRefused):
        submitted(Concern("Dust", road=Road.RELAY))
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, CaseClass.ORDINARY),
        ({"identity": Identity.CONFIDENTIAL}, CaseClass.CONFIDENTIAL),
        ({"category": "GBV"}, CaseClass.RESTRICTED),
        ({"harms_child": True, "identity": Identity.CONFIDENTIAL}, CaseClass.RESTRICTED),
    ],
)
def test_the_class_follows_from_what_was_said(values, expected):
    assert case_of(submitted(Concern("Dust", **values)).reference).class_ is expected


def test_a_concern_taken_down_runs_from_the_day_it_was_told_and_its_code_must_change(clock):
    site_id = a_site("BOR")
    liaison, told = staff(Role.LIAISON, site_id=site_id), clock.now - timedelta(days=3)
    with unit_of_work():
        received = intake.take_down(TOKEN, DUST, site_id=site_id, received_at=told, actor=liaison)
    case = case_of(received.reference)
    assert (case.received_at, case.recorded_at, case.recorded_by_id) == (told, clock.now, liaison.id)
    assert db.session.scalars(select(Receipt.must_change)).one()
    due = db.session.scalars(select(Deadline.due_at).where(Deadline.promise == Promise.ACKNOWLEDGE)).one()
    assert due < clock.now


@pytest.mark.parametrize("role", [Role.PANEL, Role.AUDITOR, Role.ADMIN])
def test_only_those_who_work_with_people_take_down_concerns(role, clock):
    site_id = a_site("BOR")
    actor = staff(role, site_id=site_id)
    with pytest.raises(NotAllowed), unit_of_work():
        intake.take_down(TOKEN, DUST, site_id=site_id, received_at=clock.now, actor=actor)


def test_a_title_is_the_first_words_cut_at_a_space():
    assert new_case.title_of("  Dust \n on everything ") == "Dust on everything"
    assert new_case.title_of("word " * 30) == "word " * 15 + "word…"
    assert new_case.title_of("x" * 200) == "x" * new_case.TITLE_LENGTH + "…"
    assert new_case.title_of("") == ""


@pytest.mark.parametrize(
    ("text", "is_one"), [(TOKEN, True), (TOKEN.upper(), False), (TOKEN[1:], False), ("g" * 32, False)]
)
def test_a_token_is_32_hexadecimal_characters(text, is_one):
    assert intake.is_token(text) is is_one
    assert intake.is_token(intake.new_token())


def test_other_files_are_another_concern_even_without_words():
    recording = attachments.check(io.BytesIO(b"one"), "one.txt")
    with unit_of_work():
        intake.submit(TOKEN, Concern(), files=[recording])
    assert intake.already_received(TOKEN, {}, {recording.sha256}).code
    with pytest.raises(AnotherConcern):
        intake.already_received(TOKEN, {}, {"0" * 64})


def test_the_code_is_shown_until_its_first_use_or_for_a_day(clock):
    used, old = submitted(), submitted(token="f" * 32)
    with unit_of_work():
        receipt_codes.open_case(used.code)
    assert submitted().code is None
    clock.advance(intake.CODE_SHOWN_FOR - timedelta(seconds=1))
    assert submitted(token="f" * 32).code == old.code
    clock.advance(timedelta(seconds=1))
    assert submitted(token="f" * 32).code is None


def test_a_reference_that_is_taken_is_drawn_again(monkeypatch):
    drawn = iter([b"\x00" * 8, b"\x00" * 8, b"\x01" * 8])
    monkeypatch.setattr(secrets, "token_bytes", lambda count: next(drawn) if count == 8 else os.urandom(count))
    assert submitted().reference != submitted(token="f" * 32).reference
