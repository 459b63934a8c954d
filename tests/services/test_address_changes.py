"""Another address: the one before hears of it once, the new one is confirmed, and what was left is erased."""

import shutil
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from engage import vault
from engage.domain.case import CaseClass, Identity, Road
from engage.domain.reaching import Way
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import AddressChange, CaseEvent, OutboxMessage
from engage.services import address_changes, cases, contact, delivery, erasing, intake, retention, undelivered
from engage.services.contact import Values
from engage.services.intake import Concern
from engage.services.receipt_codes import DeadLink
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services.by_text import choose
from tests.states import act, case_of, person_of

OURS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
OLD, NEW = Values(email="old@people.example.org"), Values(email="new@people.example.org")
LEFT = "We write elsewhere now"


@pytest.fixture
def reference(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    shutil.rmtree(settings.VAR / "mail", ignore_errors=True)  # of the tests before
    return a_case_with(OLD)


def a_case_with(reach):
    concern = Concern(what_happened="Dust.", identity=Identity.NAMED, road=Road.DIRECT)
    site_id = states.a_site()
    with unit_of_work():
        return intake.submit(intake.new_token(), concern, site_id=site_id, reach=reach).reference


def change(reference, road, values, *, tells_former=True):
    identity = Identity.NAMED if road is not Road.RELAY else Identity.ANONYMOUS
    chosen = {"identity": identity, "road": road, "values": values, "tells_former": tells_former}
    act(reference, contact.set_contact, **chosen, actor=person_of(reference))


def mails():
    delivery.drain()
    db.session.rollback()
    found = [path.read_text("utf-8") for path in sorted((settings().VAR / "mail").rglob("*.eml"))]
    return {(address_of(mail), subject_of(mail)): mail for mail in found}


def address_of(mail):
    return next(line for line in mail.splitlines() if line.startswith("To: ")).removeprefix("To: ")


def subject_of(mail):
    return next(line for line in mail.splitlines() if line.startswith("Subject: ")).removeprefix("Subject: ")


def the_change():
    db.session.expire_all()
    return db.session.scalars(select(AddressChange).order_by(AddressChange.changed_at.desc())).first()


@pytest.mark.parametrize("road", [Road.DIRECT, Road.RELAY])
def test_the_address_that_was_left_is_told_once_and_then_forgotten(reference, road, clock):
    clock.advance(timedelta(minutes=5))
    change(reference, road, NEW)
    assert the_change().former is not None
    sent = mails()
    assert ("old@people.example.org", "We write elsewhere now") in sent
    assert ("new@people.example.org", "We write elsewhere now") not in sent
    assert reference not in sent["old@people.example.org", "We write elsewhere now"]
    retention.apply()
    assert the_change().former is None


def test_a_relay_address_that_was_left_is_told_though_no_page_could_open_it(reference, clock):
    change(reference, Road.RELAY, OLD)
    clock.advance(timedelta(minutes=5))
    change(reference, Road.RELAY, NEW)
    assert ("old@people.example.org", "We write elsewhere now") in mails()


def test_a_case_that_became_restricted_meanwhile_tells_nothing_to_the_address_that_was_left(reference):
    change(reference, Road.DIRECT, NEW)
    act(reference, cases.restrict, "category", actor=person_of(reference))
    assert not any(address == "old@people.example.org" for address, _ in mails())


def test_whoever_does_not_want_it_leaves_no_word_behind(reference):
    change(reference, Road.RELAY, NEW, tells_former=False)
    assert the_change().former is None
    assert not any(subject == "We write elsewhere now" for _, subject in mails())


def test_who_changes_the_address_twice_does_not_keep_the_first_from_being_told(reference, clock):
    change(reference, Road.DIRECT, NEW)
    clock.advance(timedelta(minutes=1))
    change(reference, Road.DIRECT, Values(email="newest@people.example.org"))
    told = {address for address, subject in mails() if subject == "We write elsewhere now"}
    assert told == {"old@people.example.org", "new@people.example.org"}


def test_the_first_address_is_told_of_it_though_the_second_one_was_told_sooner(reference, clock):
    change(reference, Road.DIRECT, NEW)
    clock.advance(timedelta(minutes=1))
    change(reference, Road.DIRECT, Values(email="newest@people.example.org"))
    first = f"address_left:{db.session.scalars(select(AddressChange.id).order_by(AddressChange.changed_at)).first()}"
    with unit_of_work():  # its mail server says: later
        row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == first)).one()
        row.not_before, row.last_error = clock.now + timedelta(hours=1), "deferred 451"
    assert "old@people.example.org" not in {address for address, subject in mails() if subject == LEFT}
    retention.apply()
    clock.advance(timedelta(hours=1))
    assert "old@people.example.org" in {address for address, subject in mails() if subject == LEFT}


def test_burning_the_address_tells_nobody_and_erases_the_one_before_it(reference):
    change(reference, Road.DIRECT, NEW)
    act(reference, contact.burn, name_too=True, actor=person_of(reference))
    assert the_change().former is None
    assert not any(subject == "We write elsewhere now" for _, subject in mails())


def test_an_address_that_could_not_be_told_is_erased_after_three_days(reference, clock):
    change(reference, Road.DIRECT, NEW)
    clock.advance(timedelta(hours=71))
    retention.apply()
    assert the_change().former is not None
    clock.advance(timedelta(hours=2))
    assert retention.apply() >= 1
    assert the_change().former is None


def test_a_phone_number_that_changes_leaves_the_mail_address_alone(reference):
    change(reference, Road.DIRECT, Values(phone="+381111234567"))
    assert the_change() is None


def test_giving_only_a_phone_number_instead_leaves_no_address_to_confirm(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    made = a_case_with(Values(phone="+381111234567"))
    change(made, Road.DIRECT, Values(phone="+381111234568"))
    assert the_change() is None


def test_of_a_restricted_case_no_address_that_was_left_hears_anything(reference):
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    change(reference, Road.DIRECT, NEW)
    assert the_change() is None


def test_the_link_to_the_new_address_confirms_it_once(reference, session):
    change(reference, Road.DIRECT, NEW)
    assert address_changes.is_confirmed(case_of(reference).id) is False
    token = vault.link_token(the_change().id)
    assert token in mails()["new@people.example.org", "How we reach you was changed"].replace("=\n", "")
    for _ in range(2):
        with unit_of_work():
            address_changes.confirm(token)
    assert address_changes.is_confirmed(case_of(reference).id) is True
    kinds = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id)).all()
    assert kinds.count("AddressConfirmed") == 1


def test_a_link_of_an_address_that_was_changed_again_confirms_nothing(reference, clock):
    change(reference, Road.DIRECT, NEW)
    token = vault.link_token(the_change().id)
    clock.advance(timedelta(minutes=1))
    change(reference, Road.DIRECT, Values(email="newest@people.example.org"))
    for link in (token, "nothing"):
        with pytest.raises(DeadLink):
            address_changes.check_link(link)
        with pytest.raises(DeadLink), unit_of_work():
            address_changes.confirm(link)


def test_nobody_who_never_changed_it_is_asked_to_confirm(reference):
    assert address_changes.is_confirmed(case_of(reference).id) is None
    assert "/case/address/" not in "".join(mails().values())


def test_no_address_lies_in_the_outbox(reference):
    change(reference, Road.DIRECT, NEW)
    rows = db.session.scalars(select(OutboxMessage)).all()
    assert not any("example.org" in repr(row.context) + row.dedupe_key for row in rows)


@pytest.mark.postgres
def test_a_link_whose_case_is_erased_in_the_same_instant_is_dead(reference, app, session):
    """Who presses it looks first, waits for the case, and finds nothing any more."""
    change(reference, Road.DIRECT, NEW)
    token = vault.link_token(the_change().id)
    came = []

    def press():
        with app.app_context():
            try:
                with unit_of_work():
                    address_changes.confirm(token)
            except DeadLink:
                came.append("dead")
            finally:
                db.session.remove()

    other = threading.Thread(target=press)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        other.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (" + OURS + ")")
        ends_at = time.monotonic() + 60
        while not db.session.scalar(waiting) and time.monotonic() < ends_at:
            time.sleep(0.05)
        erasing.erase(case, Scope.IDENTIFIERS, "own_wish", actor=person_of(reference))
    other.join()
    assert came == ["dead"]


def test_a_hidden_address_that_stays_is_not_told_that_we_write_elsewhere(reference, clock):
    change(reference, Road.RELAY, NEW)
    clock.advance(timedelta(minutes=5))
    change(reference, Road.RELAY, NEW)
    told = {address for address, subject in mails() if subject == "We write elsewhere now"}
    assert told == {"old@people.example.org"}


def test_the_link_to_a_new_address_goes_there_though_texts_come_first(reference, gateway):
    phone = "+381641234567"
    change(reference, Road.DIRECT, Values(phone=phone))
    mails()
    choose(reference, may_text=True, first_way=Way.SMS)
    before = len(gateway.to(phone))
    change(reference, Road.DIRECT, NEW)
    token = vault.link_token(the_change().id)
    assert token in mails()["new@people.example.org", "How we reach you was changed"].replace("=\n", "")
    assert len(gateway.to(phone)) == before
    with unit_of_work():
        address_changes.confirm(token)
    change(reference, Road.DIRECT, Values(phone="+381641234568"))
    mails()
    assert len(gateway.to("+381641234568")) == 1


def test_a_text_about_a_new_address_that_gets_no_mails_holds_no_link_to_confirm_it(reference, gateway):
    phone = "+381641234567"
    change(reference, Road.DIRECT, Values(phone=phone))
    choose(reference, may_text=True)
    mails()
    change(reference, Road.DIRECT, NEW)
    mails()
    sent = select(OutboxMessage.id).where(OutboxMessage.template == "contact_changed", OutboxMessage.road == "email")
    newest = db.session.scalars(sent.order_by(OutboxMessage.created_at.desc())).first()
    with unit_of_work():
        undelivered.bounced(newest, "5.1.1")
    mails()
    assert gateway.to(phone)[-1] == "From now on we write to you here."


def test_word_of_another_number_goes_there_by_text_though_the_address_is_not_confirmed_yet(reference, gateway, clock):
    change(reference, Road.DIRECT, Values(email=NEW.email, phone="+381641234567"))
    choose(reference, may_text=True, first_way=Way.SMS)
    mails()
    clock.advance(timedelta(minutes=5))
    change(reference, Road.DIRECT, Values(phone="+381641234568"))
    mails()
    assert gateway.to("+381641234568") == ["From now on we write to you here."]
