"""Keys that grow old: turned while the service runs, everything brought over, and destroyed when nobody needs them."""

import shutil

import pytest
from sqlalchemy import select

from engage import data_keys, key_ring, vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import DataKey
from engage.services import contact, key_rotation, wrapping
from engage.services.contact import Values
from engage.services.key_rotation import QUIET, Kept, Rewrapped, StillNeeded
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import states
from tests.services import sealed
from tests.services.sealed import ADDRESS, NAME
from tests.states import act, person_of


@pytest.fixture
def folder(session, sent_tasks, clock, change_settings, tmp_path):
    """A folder with keys of this test's alone."""
    change_settings(VAR=tmp_path)
    vault.make_worker_keys(tmp_path)
    return tmp_path


@pytest.fixture
def site_id(folder):
    return states.a_site()


def versions():
    db.session.rollback()
    return sorted(db.session.scalars(select(DataKey.key_version)))


def test_without_a_case_that_needs_one_there_is_no_ring_and_nothing_to_do(folder):
    assert key_rotation.held() == []
    assert key_rotation.rewrap(is_dry=True) == Rewrapped(relays=0)
    assert not key_ring.is_there()
    assert key_rotation.rewrap() == Rewrapped(relays=0)
    assert key_rotation.rotate() == 2


def test_a_version_says_when_it_was_made_and_whom_it_serves(site_id, clock):
    sealed.a_named_case(site_id)
    begun = clock.now
    clock.advance(QUIET)
    assert key_rotation.rotate() == 2
    for _ in range(2):
        sealed.a_named_case(site_id)
    assert key_rotation.held() == [Kept(1, begun, 1, is_newest=False), Kept(2, clock.now, 2, is_newest=True)]


def test_everything_is_brought_over_in_batches_once_and_still_opens(site_id, monkeypatch):
    monkeypatch.setattr(wrapping, "BATCH", 2)
    references = [sealed.a_named_case(site_id) for _ in range(5)]
    key_rotation.rotate()
    assert key_rotation.rewrap(is_dry=True) == Rewrapped(wrapped=5, relays=0)
    assert versions() == [1] * 5
    assert key_rotation.rewrap() == Rewrapped(wrapped=5, relays=0)
    assert versions() == [2] * 5
    assert key_rotation.rewrap() == Rewrapped(relays=0)
    assert {data_keys.opened(sealed.who(one))["name"] for one in references} == {NAME}


def test_it_goes_on_where_it_was_stopped(site_id, monkeypatch):
    monkeypatch.setattr(wrapping, "BATCH", 2)
    for _ in range(5):
        sealed.a_named_case(site_id)
    key_rotation.rotate()
    wrap, calls = data_keys.wrap, []

    def stop_at_the_fourth(*arguments):
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        wrap(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(data_keys, "wrap", stop_at_the_fourth)
        key_rotation.rewrap()
    assert versions() == [1, 1, 1, 2, 2]
    assert key_rotation.rewrap().wrapped == 3


def test_what_is_sealed_with_the_root_secret_is_brought_over(site_id):
    direct, relay = sealed.a_named_case(site_id), sealed.a_named_case(site_id, Road.RELAY)
    for reference in (direct, relay):
        sealed.as_before(reference)
    assert key_rotation.count_before() == 4
    assert key_rotation.rewrap(is_dry=True) == Rewrapped(sealed_anew=2, relays=0)
    assert key_rotation.count_before() == 4
    assert key_rotation.rewrap() == Rewrapped(sealed_anew=2, relays=0)
    assert key_rotation.count_before() == 0
    assert data_keys.opened(sealed.who(direct)) == data_keys.opened(sealed.who(relay)) == {"name": NAME}
    assert data_keys.opened_by_worker(sealed.reach(relay)) == {"email": ADDRESS}


def test_what_its_person_changed_meanwhile_is_left_alone(site_id):
    reference = sealed.a_named_case(site_id)
    assert not key_rotation._seal_anew(states.case_of(reference).id, False)
    assert not key_rotation._seal_relay(states.case_of(reference).id, False)


def test_what_opens_with_no_key_stays_and_is_counted_and_the_rest_goes_on(site_id, folder):
    lost = [sealed.a_named_case(site_id) for _ in range(2)]
    (folder / "key-ring.json").unlink()
    assert key_rotation.rotate() == 2  # above every version that was lost
    found = sealed.a_named_case(site_id)
    key_rotation.rotate()
    assert key_rotation.rewrap() == Rewrapped(wrapped=1, relays=0, unreadable=2)
    assert versions() == [1, 1, 3]
    assert [(one.number, one.made_at is None) for one in key_rotation.held()] == [(1, True), (2, False), (3, False)]
    assert data_keys.opened(sealed.who(found)) == {"name": NAME}
    with pytest.raises(Unreadable):
        data_keys.opened(sealed.who(lost[0]))


def test_a_row_of_before_that_is_damaged_is_counted_and_the_rest_goes_on(site_id):
    broken, sound = sealed.a_named_case(site_id), sealed.a_named_case(site_id)
    for reference in (broken, sound):
        sealed.as_before(reference)
    with unit_of_work():
        sealed.who(broken).sealed = b"damaged"
    done = key_rotation.rewrap()
    assert (done.sealed_anew, done.unreadable) == (1, 1)
    assert not sealed.who(broken).under_data_key


def test_a_version_is_destroyed_when_nobody_needs_it_and_it_was_not_in_use_a_moment_ago(site_id, clock):
    sealed.a_named_case(site_id)
    with pytest.raises(StillNeeded, match="There is no version 7"):
        key_rotation.destroy(7)
    with pytest.raises(StillNeeded, match="is the newest"):
        key_rotation.destroy(1)
    key_rotation.rotate()
    with pytest.raises(StillNeeded, match="until a moment ago"):
        key_rotation.destroy(1)
    clock.advance(QUIET)
    with pytest.raises(StillNeeded, match="1 cases still need version 1"):
        key_rotation.destroy(1)
    key_rotation.rewrap()
    key_rotation.destroy(1, is_dry=True)
    assert [one.number for one in key_ring.versions()] == [1, 2]
    key_rotation.destroy(1)
    assert [one.number for one in key_ring.versions()] == [2]


def test_the_worker_opens_what_was_sealed_to_either_of_its_keys(site_id, folder):
    old = sealed.a_named_case(site_id, Road.RELAY)
    assert vault.turn_worker_keys() == 1
    assert vault.worker_keys_fit()
    new = sealed.a_named_case(site_id, Road.RELAY)
    for reference in (old, new):
        assert data_keys.opened_by_worker(sealed.reach(reference)) == {"email": ADDRESS}
    assert (folder / "worker-0001.key").stat().st_mode & 0o077 == 0
    assert vault.turn_worker_keys() == 2
    assert data_keys.opened_by_worker(sealed.reach(old)) == {"email": ADDRESS}


def test_relay_addresses_are_sealed_to_the_newest_key_of_the_worker_and_the_old_one_may_go(site_id, folder):
    old, direct = sealed.a_named_case(site_id, Road.RELAY), sealed.a_named_case(site_id)
    vault.turn_worker_keys()
    new = sealed.a_named_case(site_id, Road.RELAY)
    assert key_rotation.rewrap(is_dry=True).relays == 1
    assert key_rotation.rewrap().relays == 1
    assert key_rotation.rewrap().relays == 0
    (folder / "worker-0001.key").unlink()
    for reference in (old, new):
        assert data_keys.opened_by_worker(sealed.reach(reference)) == {"email": ADDRESS}
        assert data_keys.opened(sealed.who(reference)) == {"name": NAME}
    assert data_keys.opened(sealed.reach(direct)) == {"email": ADDRESS}


def test_a_relay_address_whose_key_was_lost_is_counted(site_id, folder):
    sealed.a_named_case(site_id, Road.RELAY)
    vault.turn_worker_keys()
    (folder / "worker-0001.key").unlink()
    assert key_rotation.rewrap() == Rewrapped(relays=0, unreadable=1)


def test_without_the_worker_s_newest_pair_relay_addresses_wait(site_id, folder):
    sealed.a_named_case(site_id, Road.RELAY)
    before = (folder / "worker.pub").read_bytes()
    vault.turn_worker_keys()
    (folder / "worker.pub").write_bytes(before)  # it was not brought here yet
    assert not vault.worker_keys_fit()
    assert key_rotation.rewrap().relays is None
    (folder / "worker.key").unlink()
    assert key_rotation.rewrap().relays is None
    with pytest.raises(FileNotFoundError):
        vault.turn_worker_keys()


def test_a_turn_of_the_worker_s_keys_that_was_cut_off_is_done_again(site_id, folder):
    (folder / "worker.key.new").write_bytes(b"half")
    old = sealed.a_named_case(site_id, Road.RELAY)
    vault.turn_worker_keys()
    assert data_keys.opened_by_worker(sealed.reach(old)) == {"email": ADDRESS}


def test_the_private_keys_may_lie_where_web_servers_do_not_reach(folder, change_settings, tmp_path):
    shutil.rmtree(folder)
    apart = tmp_path / "apart"
    change_settings(WORKER_KEYS=apart)
    vault.make_worker_keys(folder, apart)
    assert sorted(path.name for path in folder.rglob("worker.*")) == ["worker.key", "worker.pub"]
    assert vault.has_worker_key()
    assert vault.worker_keys_fit()
    reference = sealed.a_named_case(states.a_site(), Road.RELAY)
    sealed.change(reference, Identity.NAMED, Road.RELAY, Values(email="new@example.org"))
    assert data_keys.opened_by_worker(sealed.reach(reference)) == {"email": "new@example.org"}
    assert (vault.turn_worker_keys(), len(list(apart.glob("worker*.key")))) == (1, 2)


def test_an_address_whose_person_stopped_our_mails_goes_when_the_worker_has_another_key(site_id, gateway):
    reference = sealed.a_named_case(site_id, Road.RELAY)
    phone = "+381641234567"
    sealed.change(reference, Identity.NAMED, Road.RELAY, Values(email=ADDRESS, phone=phone))
    act(reference, contact.drop_mail, actor=person_of(reference))
    vault.turn_worker_keys()
    assert key_rotation.rewrap().relays == 1
    assert data_keys.opened_by_worker(sealed.reach(reference)) == {"phone": phone}
