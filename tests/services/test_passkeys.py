"""Passkeys: a device answers our question, for our address, once; and a copy of it is found out."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain import second_factor as rules
from engage.domain.guards import Refused
from engage.domain.policy import Role
from engage.domain.second_factor import PasskeyUse
from engage.extensions import db
from engage.models import AuditEvent, OutboxMessage, Passkey, PasskeyChallenge, StaffUser
from engage.services import passkeys, second_factor
from engage.services.passkeys import WrongPasskey
from engage.unit_of_work import unit_of_work
from tests import states
from tests.authenticator import Authenticator


@pytest.fixture
def approver(clock, session, sent_tasks):
    return states.staff(Role.APPROVER, site_id=states.a_site())


def ask(use, user_id=None):
    with unit_of_work():
        return passkeys.ask(use, user_id)


def take(question_id, use, user_id=None):
    with unit_of_work():
        return passkeys.take(question_id, use, user_id)


def add(user, device, name="phone"):
    question_id, options = ask(PasskeyUse.ADD, user.id)
    question = take(question_id, PasskeyUse.ADD, user.id)
    with unit_of_work():
        return passkeys.add(user.id, question, device.create(options), name)


def sign_in(device, use=PasskeyUse.SIGN_IN, user_id=None):
    question_id, options = ask(use, user_id)
    return passes(take(question_id, use, user_id), device.get(options), user_id)


def passes(question, answer, user_id=None):
    with unit_of_work():
        return passkeys.passes(question, answer, user_id)


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))


def told() -> list[str]:
    db.session.rollback()
    return sorted(row.template for row in db.session.scalars(select(OutboxMessage)))


def test_a_device_that_was_added_says_whose_it_is(approver):
    device, key = Authenticator(), db.session.get_one(StaffUser, approver.id).session_key
    assert add(approver, device) != key
    assert sign_in(device) == approver.id
    assert sign_in(device, PasskeyUse.PROVE, approver.id) == approver.id
    row = db.session.scalars(select(Passkey)).one()
    assert (row.sign_count, row.name) == (2, "phone")
    assert kinds() == ["passkey_added"]
    assert told() == ["passkey_added"]
    assert second_factor.is_set_up(approver.id)


def test_what_the_browser_gets_asks_for_unlocking_and_names_the_devices_of_whoever_is_known(approver):
    device = Authenticator()
    add(approver, device)
    _, adding = ask(PasskeyUse.ADD, approver.id)
    _, proving = ask(PasskeyUse.PROVE, approver.id)
    _, strange = ask(PasskeyUse.SIGN_IN)
    assert json.loads(adding)["authenticatorSelection"]["userVerification"] == "required"
    assert len(json.loads(adding)["excludeCredentials"]) == len(json.loads(proving)["allowCredentials"]) == 1
    assert json.loads(strange)["allowCredentials"] == []
    assert json.loads(strange)["rpId"] == "localhost"


@pytest.mark.parametrize(
    "device",
    [
        Authenticator(origin="https://localhost.evil.test"),
        Authenticator(origin="http://localhost"),
        Authenticator(rp_id="evil.test"),
    ],
    ids=["another origin", "without https", "another address"],
)
def test_an_answer_from_elsewhere_adds_nothing_and_opens_nothing(approver, device):
    with pytest.raises(WrongPasskey):
        add(approver, device)
    honest = device.copy()
    honest.origin, honest.rp_id = "https://localhost", "localhost"
    add(approver, honest)
    assert sign_in(device) is None
    assert sign_in(honest) == approver.id


def test_a_device_that_was_not_unlocked_adds_nothing_and_opens_nothing(approver):
    device = Authenticator()
    device.unlocks = False
    with pytest.raises(WrongPasskey):
        add(approver, device)
    device.unlocks = True
    add(approver, device)
    device.unlocks = False
    assert sign_in(device) is None


def test_an_answer_to_another_question_opens_nothing(approver):
    device = Authenticator()
    add(approver, device)
    _, other = ask(PasskeyUse.SIGN_IN)
    question_id, _ = ask(PasskeyUse.SIGN_IN)
    assert passes(take(question_id, PasskeyUse.SIGN_IN), device.get(other)) is None


def test_a_question_is_answered_once(approver):
    question_id, _ = ask(PasskeyUse.SIGN_IN)
    assert take(question_id, PasskeyUse.SIGN_IN) is not None
    assert take(question_id, PasskeyUse.SIGN_IN) is None
    assert take(None, PasskeyUse.SIGN_IN) is None


def test_a_question_of_another_use_or_for_somebody_else_is_none_and_gone(approver):
    other = states.staff(Role.AUDITOR, site_id=None)
    for use, user_id in ((PasskeyUse.PROVE, other.id), (PasskeyUse.ADD, approver.id), (PasskeyUse.SIGN_IN, None)):
        question_id, _ = ask(PasskeyUse.PROVE, approver.id)
        assert take(question_id, use, user_id) is None
    assert db.session.scalars(select(PasskeyChallenge)).all() == []


def test_a_question_waits_for_five_minutes(approver, clock):
    question_id, _ = ask(PasskeyUse.SIGN_IN)
    clock.advance(rules.ANSWER_WITHIN)
    assert take(question_id, PasskeyUse.SIGN_IN) is None
    ask(PasskeyUse.SIGN_IN)
    clock.advance(timedelta(minutes=6))
    ask(PasskeyUse.SIGN_IN)
    assert len(db.session.scalars(select(PasskeyChallenge)).all()) == 1


def test_a_copy_of_a_device_is_found_out_and_neither_opens_anything_then(approver):
    """Source: WebAuthn Level 2, 7.2, step 21."""
    device = Authenticator()
    add(approver, device)
    copy = device.copy()
    assert [sign_in(device), sign_in(device)] == [approver.id] * 2
    assert sign_in(copy) is None
    assert sign_in(device) is None
    assert kinds() == ["passkey_added", "passkey_refused"]
    assert told() == ["passkey_added", "passkey_refused"]
    assert second_factor.is_set_up(approver.id)  # the password alone opens nothing by it
    _, proving = ask(PasskeyUse.PROVE, approver.id)
    assert json.loads(proving)["allowCredentials"] == []


def test_nobody_without_the_key_has_a_device_refused(approver):
    device = Authenticator()
    add(approver, device)
    for _ in range(3):
        sign_in(device)
    forger = Authenticator()
    forger.credential_id = device.credential_id
    assert sign_in(forger) is None
    assert sign_in(device) == approver.id


def test_a_device_that_does_not_count_is_taken_each_time(approver):
    device = Authenticator()
    add(approver, device)
    for _ in range(2):
        device.count = -1  # what it says next is 0
        assert sign_in(device) == approver.id


def test_somebody_elses_device_proves_nothing_for_me(approver):
    other, device = states.staff(Role.AUDITOR, site_id=None), Authenticator()
    add(other, device)
    assert sign_in(device, PasskeyUse.PROVE, approver.id) is None


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"rawId": 7}', '{"rawId": "!!"}', "null"])
def test_what_is_no_answer_opens_nothing(approver, answer):
    question_id, options = ask(PasskeyUse.SIGN_IN)
    assert passes(take(question_id, PasskeyUse.SIGN_IN), answer) is None
    question_id, options = ask(PasskeyUse.ADD, approver.id)
    with pytest.raises(WrongPasskey), unit_of_work():
        passkeys.add(approver.id, take_inside(question_id, approver), answer, "phone")


def take_inside(question_id, user):
    return passkeys.take(question_id, PasskeyUse.ADD, user.id)


def test_an_answer_without_its_parts_opens_nothing(approver):
    device = Authenticator()
    add(approver, device)
    question_id, options = ask(PasskeyUse.SIGN_IN)
    answer = json.loads(device.get(options))
    del answer["response"]["signature"]
    assert passes(take(question_id, PasskeyUse.SIGN_IN), json.dumps(answer)) is None


def test_somebody_deactivated_signs_in_with_nothing(approver):
    device = Authenticator()
    add(approver, device)
    with unit_of_work():
        db.session.get_one(StaffUser, approver.id).is_active = False
    assert sign_in(device) is None


def test_a_device_is_added_once_and_nobody_adds_more_than_ten(approver):
    device = Authenticator()
    add(approver, device)
    with pytest.raises(Refused) as stopped:
        add(approver, device)
    assert stopped.value.refusal.code == "passkey_known"
    for _ in range(rules.MOST_PASSKEYS - 1):
        add(approver, Authenticator())
    with pytest.raises(Refused) as stopped:
        add(approver, Authenticator())
    assert stopped.value.refusal.code == "too_many_passkeys"


def test_the_last_second_factor_of_who_has_to_have_one_stays(approver):
    add(approver, Authenticator())
    only = passkeys.of(approver.id)[0].id
    with pytest.raises(Refused) as stopped, unit_of_work():
        passkeys.remove(approver.id, only)
    assert stopped.value.refusal.code == "last_second_factor"
    add(approver, Authenticator())
    with unit_of_work():
        passkeys.remove(approver.id, only)
    with unit_of_work():
        second_factor.keep(db.session.get_one(StaffUser, approver.id), second_factor.new_secret())
        passkeys.remove(approver.id, passkeys.of(approver.id)[0].id)
    assert passkeys.of(approver.id) == []
    assert kinds()[-2:] == ["passkey_removed"] * 2


def test_who_need_not_have_one_removes_the_last(clock, session, sent_tasks):
    officer = states.staff(Role.OFFICER, site_id=states.a_site())
    add(officer, Authenticator())
    with unit_of_work():
        passkeys.remove(officer.id, passkeys.of(officer.id)[0].id)
    assert not second_factor.is_set_up(officer.id)


def test_a_lost_second_factor_is_taken_away_with_its_passkeys(approver):
    chief = states.staff((Role.ADMIN, None))
    add(approver, Authenticator())
    with unit_of_work():
        assert second_factor.reset(approver.id, actor=chief)
    assert passkeys.of(approver.id) == []
    with unit_of_work():
        assert not second_factor.reset(approver.id, actor=chief)


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        ("https://concerns.example.org", True),
        ("http://localhost:8000", True),
        ("http://concerns.example.org", False),
        ("http://127.0.0.1:8000", False),
        ("https://[::1]:8000", False),
        ("https://192.0.2.7", False),
    ],
)
def test_passkeys_need_an_address_with_a_name_and_https(app, change_settings, address, possible):
    change_settings(PUBLIC_URL=address)
    with app.app_context():
        assert passkeys.are_possible() is possible
