"""Codes open cases, change, and come back by a link; nothing tells a wrong one from one that never was."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseEvent, CodeLink, OutboxMessage, Receipt
from engage.services import cases, contact, intake, receipt_codes
from engage.services.contact import Values
from engage.services.receipt_codes import DeadLink, WrongCode
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import statements
from tests.states import case_of


@pytest.fixture
def site(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


def received(site, **values):
    """A concern and its code, as the receipt shows it."""
    with unit_of_work():
        return intake.submit(intake.new_token(), intake.Concern(what_happened="Dust.", **values), site_id=site)


def opened(code):
    with unit_of_work():
        return receipt_codes.open_case(code)


def changed(case_id, token=None, **values):
    with unit_of_work():
        return receipt_codes.change_code(cases.lock_own(case_id), token or intake.new_token(), **values)


def reachable(site, email="person@example.org", road=Road.DIRECT):
    found = received(site)
    with unit_of_work():
        case = cases.lock_own(found.case_id)
        identity = Identity.NAMED if road is Road.DIRECT else Identity.ANONYMOUS
        person = states.person_of(found.reference)
        contact.set_contact(case, identity=identity, road=road, values=Values(email=email), actor=person)
    return found


def asked(reference, address="person@example.org"):
    with unit_of_work():
        receipt_codes.ask_for_link(reference, address)
    return db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.template == "code_link").order_by(OutboxMessage.created_at)
    ).all()


def typed_badly(code):
    return code.lower().replace("0", "o").replace("1", "l")


def test_a_code_opens_its_case_however_it_is_typed(site):
    found = received(site)
    for typed in (found.code, typed_badly(found.code), f"  {found.code[:4]} {found.code[4:8]}-{found.code[8:]} "):
        assert opened(typed).case_id == found.case_id


def test_the_first_use_is_noted_once(site, clock):
    found = received(site)
    opened(found.code)
    first = clock.now
    clock.advance(timedelta(hours=1))
    opened(found.code)
    assert db.session.scalars(select(Receipt.first_used_at)).all() == [first]


@pytest.mark.parametrize("typed", ["", "short", "U" * 16, "0000-0000-0000-0000", "7" * 400, "\0" * 16, "١٢٣٤"])
def test_what_opens_nothing_costs_what_a_wrong_code_costs(site, typed):
    received(site)
    with statements() as wrong, pytest.raises(WrongCode):
        opened("ZZZZ-ZZZZ-ZZZZ-ZZZZ")
    with statements() as sent, pytest.raises(WrongCode):
        opened(typed)
    assert len(wrong) == 1
    assert sent == wrong


def test_no_code_is_stored_as_it_is(site):
    found = received(site)
    stored = db.session.scalars(select(Receipt.code_digest)).one()
    assert found.code not in stored
    assert len(stored) == 64


def test_a_new_code_ends_the_old_one(site):
    found = received(site)
    new = changed(found.case_id)
    with pytest.raises(WrongCode):
        opened(found.code)
    assert opened(new.code).case_id == found.case_id
    assert len(new.code.split("-")) == 4


def test_the_same_form_gives_the_same_new_code(site):
    found, token = received(site), intake.new_token()
    first, second = changed(found.case_id, token), changed(found.case_id, token)
    assert first == second
    assert len(db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "CodeChanged")).all()) == 1


def test_a_form_whose_code_was_used_gives_another(site):
    found, token = received(site), intake.new_token()
    first = changed(found.case_id, token)
    opened(first.code)
    second = changed(found.case_id, token)
    assert second.code != first.code
    with pytest.raises(WrongCode):
        opened(first.code)


def test_a_form_from_another_case_gives_a_code_of_its_own(site):
    token = intake.new_token()
    with unit_of_work():
        other = intake.submit(token, intake.Concern(what_happened="Noise."), site_id=site)
    mine = received(site)
    new = changed(mine.case_id, token)
    assert new.code.replace("-", "") != other.code
    assert opened(other.code).case_id == other.case_id
    assert opened(new.code).case_id == mine.case_id


def test_the_second_click_is_shown_the_code_of_the_first(site):
    found, token = received(site), intake.new_token()
    held = opened(found.code)
    new = changed(found.case_id, token)
    assert receipt_codes.changed_before(held.receipt_id, token) == new
    assert receipt_codes.changed_before(held.receipt_id, intake.new_token()) is None
    assert receipt_codes.changed_before(uuid.uuid4(), token) is None


def test_a_code_is_shown_again_for_a_day_at_most(site, clock):
    found, token = received(site), intake.new_token()
    held = opened(found.code)
    changed(found.case_id, token)
    clock.advance(receipt_codes.SHOWN_FOR)
    assert receipt_codes.changed_before(held.receipt_id, token) is None


def test_a_form_a_day_old_gives_a_fresh_code(site, clock):
    found, token = received(site), intake.new_token()
    first = changed(found.case_id, token)
    clock.advance(receipt_codes.SHOWN_FOR)
    second = changed(found.case_id, token)
    assert second.code != first.code
    assert opened(second.code).case_id == found.case_id


def test_a_code_that_an_operator_saw_has_to_change(site, clock):
    taker = states.staff(Role.LIAISON, site_id=site)
    with unit_of_work():
        found = intake.take_down(
            intake.new_token(),
            intake.Concern(what_happened="Dust.", channel="walk_in", read_back=True),
            site_id=site,
            received_at=clock.now,
            actor=taker,
        )
    assert opened(found.code).must_change
    assert not opened(changed(found.case_id, why="first_use").code).must_change


def test_a_link_goes_to_the_address_of_the_case_and_makes_a_new_code(site):
    found = reachable(site)
    [notice] = asked(found.reference.lower())
    link = vault.link_token(uuid.UUID(notice.context["link_id"]))
    receipt_codes.check_link(link)
    with unit_of_work():
        new = receipt_codes.code_from_link(link, intake.new_token())
    assert opened(new.code).case_id == found.case_id
    with pytest.raises(WrongCode):
        opened(found.code)
    with pytest.raises(DeadLink):
        receipt_codes.check_link(link)


def test_the_secret_of_a_link_lies_nowhere(site):
    [notice] = asked(reachable(site).reference)
    row = db.session.scalars(select(CodeLink)).one()
    link = vault.link_token(row.id)
    assert link not in str(notice.context)
    assert link not in row.link_digest
    assert set(notice.context) == {"link_id"}


def test_a_relay_address_gets_the_link_whatever_was_typed(site):
    assert len(asked(reachable(site, road=Road.RELAY).reference, "somebody@example.net")) == 1


def test_a_direct_address_has_to_be_the_one_typed(site):
    found = reachable(site)
    assert asked(found.reference, "somebody@example.net") == []
    assert len(asked(found.reference, " Person@Example.org ")) == 1


def test_who_left_no_address_and_who_does_not_exist_get_nothing(site):
    assert asked(received(site).reference) == []
    assert asked("BOR-26-ZZZZZ") == []
    assert asked("nonsense") == []


def test_nobody_is_flooded_with_links(site, clock):
    found = reachable(site)
    assert len(asked(found.reference)) == 1
    assert len(asked(found.reference)) == 1
    for _ in range(5):
        clock.advance(receipt_codes.LINK_EVERY)
        asked(found.reference)
    assert len(asked(found.reference)) == receipt_codes.LINKS_A_DAY
    clock.advance(receipt_codes.LINK_LIVES)
    assert len(asked(found.reference)) == receipt_codes.LINKS_A_DAY + 1


def test_a_link_dies_after_a_day_and_with_the_address(site, clock):
    found = reachable(site)
    [notice] = asked(found.reference)
    link = vault.link_token(uuid.UUID(notice.context["link_id"]))
    with unit_of_work():
        contact.burn(cases.lock_own(found.case_id), actor=states.person_of(found.reference), name_too=False)
    with pytest.raises(DeadLink), unit_of_work():
        receipt_codes.code_from_link(link, intake.new_token())
    other = reachable(site, "other@example.org")
    asked(other.reference, "other@example.org")
    row = db.session.scalars(select(CodeLink).where(CodeLink.case_id == other.case_id)).one()
    clock.advance(receipt_codes.LINK_LIVES)
    with pytest.raises(DeadLink):
        receipt_codes.check_link(vault.link_token(row.id))


def test_a_double_click_on_the_link_shows_one_code(site):
    [notice] = asked(reachable(site).reference)
    link, token = vault.link_token(uuid.UUID(notice.context["link_id"])), intake.new_token()
    codes = set()
    for _ in range(2):
        with unit_of_work():
            codes.add(receipt_codes.code_from_link(link, token).code)
    assert len(codes) == 1
    with pytest.raises(DeadLink), unit_of_work():
        receipt_codes.code_from_link(link, intake.new_token())


def test_a_changed_code_is_in_the_record_without_the_code(site):
    found = received(site)
    new = changed(found.case_id)
    last = db.session.scalars(select(CaseEvent).order_by(CaseEvent.number.desc())).first()
    assert (last.kind, last.payload) == ("CodeChanged", '{"why":"person"}')
    assert new.code not in last.payload
    assert case_of(found.reference).version == last.number


def test_a_link_that_never_was_makes_no_code(site):
    with pytest.raises(DeadLink), unit_of_work():
        receipt_codes.code_from_link("nonsense", intake.new_token())
