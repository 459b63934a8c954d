"""The key of a case: what it seals belongs to that case alone, and it is another after each change."""

import json
import shutil
import stat

import pytest

from engage import data_keys, key_ring, vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import DataKey, SealedContact, SealedIdentity
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import states
from tests.services import sealed
from tests.services.sealed import ADDRESS, NAME
from tests.threads import at_once


@pytest.fixture
def ring(session, sent_tasks, clock, change_settings, tmp_path):
    """The file of a ring that is this test's alone; it is not there yet."""
    path = tmp_path / "keys" / "ring.json"
    change_settings(KEY_RING=path)
    return path


@pytest.fixture
def site_id(ring, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


def test_the_ring_is_made_once_and_for_its_owner_alone(ring):
    data_keys.make_ring()
    before = ring.read_bytes()
    data_keys.make_ring()
    key_ring.make()
    assert ring.read_bytes() == before
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert [path.name for path in ring.parent.iterdir()] == [ring.name]


def test_processes_that_make_the_ring_at_the_same_moment_make_one(ring, app):
    def make():
        key_ring.make()
        return key_ring.versions()[0].key

    assert len(set(at_once(app, 8, make))) == 1


def test_a_key_shows_itself_to_nobody(ring):
    data_keys.make_ring()
    [version] = key_ring.versions()
    assert "key=" not in repr(version)


def test_versions_come_the_oldest_first_and_one_goes_alone(ring):
    data_keys.make_ring()
    assert (key_ring.add(), key_ring.add()) == (2, 3)
    key_ring.remove(2)
    key_ring.remove(2)
    assert [one.number for one in key_ring.versions()] == [1, 3]
    assert key_ring.add() == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing"),
        (b"", "is damaged"),
        (b"[]", "is damaged"),
        (b'{"versions": [{"version": 1, "made_at": "2026-01-01T00:00:00+00:00", "key": "c2hvcnQ="}]}', "is damaged"),
        (b'{"versions": [{"version": 1}]}', "is damaged"),
        (b'{"versions": []}', "holds no key"),
    ],
)
def test_a_ring_that_is_no_ring_is_named_with_the_remedy(ring, content, said):
    if content is not None:
        ring.parent.mkdir()
        ring.write_bytes(content)
    with pytest.raises(NoRing, match=said):
        key_ring.versions()


def test_a_ring_that_cannot_be_read_is_named(ring):
    ring.mkdir(parents=True)  # the tests may run as somebody who may read every file
    with pytest.raises(NoRing, match="cannot be read"):
        key_ring.versions()


def test_each_case_has_a_key_of_its_own_and_an_anonymous_one_without_contact_has_none(site_id):
    one, other, silent = sealed.a_named_case(site_id), sealed.a_named_case(site_id), states.a_case(site_id)
    keys = [data_keys.unwrapped(sealed.key(reference)) for reference in (one, other)]
    assert keys[0] != keys[1]
    assert sealed.key(silent) is None
    assert sealed.key(one).key_version == 1


def test_what_is_moved_to_another_case_or_another_table_does_not_open(site_id):
    one, other = sealed.a_named_case(site_id), sealed.a_named_case(site_id)
    with unit_of_work():
        sealed.who(other).sealed = sealed.who(one).sealed
        sealed.reach(one).sealed = sealed.who(one).sealed
    for row in (sealed.who(other), sealed.reach(one)):
        with pytest.raises(Unreadable):
            data_keys.opened(row)


def test_a_key_that_is_moved_to_another_case_with_what_it_seals_does_not_open(site_id):
    one, other = sealed.a_named_case(site_id), sealed.a_named_case(site_id)
    with unit_of_work():
        sealed.key(other).wrapped, sealed.who(other).sealed = sealed.key(one).wrapped, sealed.who(one).sealed
    with pytest.raises(Unreadable):
        data_keys.opened(sealed.who(other))


def test_a_relay_address_of_another_case_does_not_open_for_the_worker(site_id):
    one, other = sealed.a_named_case(site_id, Road.RELAY), sealed.a_named_case(site_id, Road.RELAY)
    assert data_keys.opened_by_worker(sealed.reach(one)) == {"email": ADDRESS}
    with unit_of_work():
        sealed.reach(other).sealed = sealed.reach(one).sealed
    with pytest.raises(Unreadable):
        data_keys.opened_by_worker(sealed.reach(other))


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 80])
def test_what_is_damaged_does_not_open(site_id, damage):
    reference = sealed.a_named_case(site_id)
    with unit_of_work():
        sealed.who(reference).sealed = damage
    with pytest.raises(Unreadable):
        data_keys.opened(sealed.who(reference))


def test_without_its_key_a_case_does_not_open(site_id):
    reference = sealed.a_named_case(site_id)
    with unit_of_work():
        db.session.delete(sealed.key(reference))
    with pytest.raises(Unreadable):
        data_keys.opened(sealed.who(reference))


def test_every_change_makes_another_key_and_what_changes_nothing_does_not(site_id):
    reference = sealed.a_named_case(site_id)
    first = data_keys.unwrapped(sealed.key(reference))
    sealed.change(reference, Identity.NAMED, Road.DIRECT)
    assert data_keys.unwrapped(sealed.key(reference)) == first
    sealed.change(reference, Identity.NAMED, Road.DIRECT, Values(email="other@example.org"))
    assert data_keys.unwrapped(sealed.key(reference)) != first
    assert data_keys.opened(sealed.who(reference)) == {"name": NAME}
    assert data_keys.opened(sealed.reach(reference)) == {"email": "other@example.org"}


def test_the_name_may_go_while_the_address_for_the_worker_stays(site_id):
    reference = sealed.a_named_case(site_id, Road.RELAY)
    sealed.change(reference, Identity.ANONYMOUS, Road.RELAY)
    assert db.session.get(SealedIdentity, states.case_of(reference).id) is None
    assert data_keys.opened_by_worker(sealed.reach(reference)) == {"email": ADDRESS}


def test_what_was_sealed_before_opens_and_the_next_change_brings_it_over(site_id):
    direct, relay = sealed.a_named_case(site_id), sealed.a_named_case(site_id, Road.RELAY)
    for reference in (direct, relay):
        sealed.as_before(reference)
    assert data_keys.opened(sealed.who(direct)) == {"name": NAME}
    assert data_keys.opened(sealed.reach(direct)) == {"email": ADDRESS}
    assert data_keys.opened_by_worker(sealed.reach(relay)) == {"email": ADDRESS}
    sealed.change(direct, Identity.NAMED, Road.DIRECT, Values(name="Another Name"))
    sealed.change(relay, Identity.NAMED, Road.RELAY, Values(name="Another Name"))
    assert all(sealed.who(one).under_data_key and sealed.reach(one).under_data_key for one in (direct, relay))
    assert data_keys.opened_by_worker(sealed.reach(relay)) == {"email": ADDRESS}


def test_what_was_sealed_before_is_erased_without_a_trace(site_id):
    reference = sealed.a_named_case(site_id)
    sealed.as_before(reference)
    sealed.burn(reference, name_too=True)
    assert sealed.backup().rows == {kind: [] for kind in sealed.KINDS}


def test_a_change_between_the_reading_of_a_row_and_of_its_key_is_noticed(site_id):
    reference = sealed.a_named_case(site_id)
    name, address = sealed.who(reference), sealed.reach(reference)
    for row in (name, address):
        db.session.expunge(row)
    sealed.change(reference, Identity.NAMED, Road.RELAY, Values(name="Another Name"))
    assert data_keys.opened(name) == {"name": "Another Name"}
    with pytest.raises(Unreadable):  # it is the worker's now
        data_keys.opened(address)
    sealed.burn(reference, name_too=True)
    with pytest.raises(Unreadable):
        data_keys.opened(name)


def test_a_lost_ring_is_not_made_anew_while_a_case_needs_it(site_id, ring):
    reference = sealed.a_named_case(site_id)
    ring.unlink()
    for attempt in (
        lambda: data_keys.opened(sealed.who(reference)),
        lambda: sealed.a_named_case(site_id),
        data_keys.spend_as_much,
    ):
        with pytest.raises(NoRing, match="is missing"):
            attempt()
    assert not ring.exists()


def test_what_is_erased_goes_even_when_the_ring_is_lost(site_id, ring):
    reference = sealed.a_named_case(site_id)
    shutil.rmtree(ring.parent)
    sealed.burn(reference, name_too=True)
    case_id = states.case_of(reference).id
    assert [db.session.get(kind, case_id) for kind in (DataKey, SealedIdentity, SealedContact)] == [None] * 3


def test_opening_where_nothing_is_gives_nothing(ring):
    assert data_keys.spend_as_much() == {}
    assert json.loads(ring.read_text())["versions"][0]["version"] == 1
