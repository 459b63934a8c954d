"""What was erased stays erased: neither today's keys nor an older backup bring it back once the ring has turned."""

import shutil

import pytest

from engage import data_keys, key_ring, vault
from engage.domain.case import Identity, Road
from engage.models import Attachment, DataKey, SealedContact, SealedIdentity
from engage.services import file_store, key_rotation
from engage.services.contact import Values
from engage.services.key_rotation import QUIET
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import states
from tests.services import sealed
from tests.services.sealed import ADDRESS, NAME


@pytest.fixture
def ring(session, sent_tasks, clock, change_settings, tmp_path):
    """Keys of this test's alone; the file of the ring."""
    change_settings(VAR=tmp_path)
    vault.make_worker_keys(tmp_path)
    return tmp_path / "key-ring.json"


@pytest.fixture
def turn(clock):
    """Do what docs/running.md asks for once a month."""

    def turn():
        key_rotation.rotate()
        key_rotation.rewrap()
        clock.advance(QUIET)
        key_rotation.destroy(key_ring.versions()[0].number)

    return turn


def opens(row) -> bool:
    try:
        if isinstance(row, SealedContact) and row.to_worker:
            data_keys.opened_by_worker(row)
        else:
            data_keys.opened(row)
    except Unreadable:
        return False
    return True


@pytest.mark.parametrize("road", [Road.DIRECT, Road.RELAY])
def test_an_older_backup_opens_with_no_ring_that_has_turned(ring, turn, road):
    reference = sealed.a_named_case(states.a_site(), road)
    before = sealed.backup()
    sealed.burn(reference, name_too=True)
    after = sealed.backup()
    for copy in (before, after):
        assert not any(plain.encode() in copy.dump for plain in (NAME, ADDRESS))
    assert after.rows == {DataKey: [], SealedIdentity: [], SealedContact: [], Attachment: []}
    with_old_ring = ring.read_bytes()
    turn()
    sealed.restore(before)
    assert not opens(sealed.who(reference))
    assert not opens(sealed.reach(reference))
    ring.write_bytes(with_old_ring)  # which is why keys and database are never in one backup
    assert opens(sealed.who(reference))
    assert opens(sealed.reach(reference))


def test_what_was_erased_of_a_case_that_keeps_something_opens_with_no_key_of_today(ring, turn):
    reference = sealed.a_named_case(states.a_site())
    before = sealed.backup()
    sealed.burn(reference, name_too=False)
    sealed.restore(before, SealedContact)  # the old row beside the key of today
    assert not opens(sealed.reach(reference))
    assert opens(sealed.who(reference))
    turn()
    sealed.restore(before)
    assert not opens(sealed.reach(reference))
    assert not opens(sealed.who(reference))


def test_an_address_that_was_replaced_opens_no_more(ring, turn):
    reference = sealed.a_named_case(states.a_site())
    before = sealed.backup()
    sealed.change(reference, Identity.NAMED, Road.DIRECT, Values(email="new@example.org"))
    sealed.restore(before, SealedContact)
    assert not opens(sealed.reach(reference))
    turn()
    sealed.restore(before)
    assert not opens(sealed.reach(reference))


def test_a_backup_made_after_the_turn_opens(ring, turn):
    reference = sealed.a_named_case(states.a_site())
    turn()
    after = sealed.backup()
    sealed.restore(after)
    assert opens(sealed.who(reference))
    assert opens(sealed.reach(reference))


def test_a_stolen_database_without_the_ring_opens_nothing_though_the_root_secret_is_known(ring):
    reference = sealed.a_named_case(states.a_site())
    with pytest.raises(Unreadable):
        vault.opened(sealed.who(reference).sealed)
    shutil.move(ring, ring.with_name("elsewhere"))
    with pytest.raises(key_ring.NoRing):
        data_keys.opened(sealed.who(reference))


def test_a_file_whose_row_is_gone_opens_from_no_backup_once_the_ring_has_turned(ring, turn):
    """Both backups are there, of the database and of the files; only the ring is not, in the version of then."""
    reference = states.a_case(states.a_site())
    file_id = sealed.a_file(reference, b"words of a paper")
    kept, path = sealed.backup(), sealed.path_of(file_id)
    bytes_kept = path.read_bytes()
    assert b"words of a paper" not in bytes_kept + kept.dump
    with unit_of_work():
        file_store.drop(sealed.file(file_id))
    assert not path.exists()
    turn()
    path.write_bytes(bytes_kept)
    sealed.restore(kept)
    with pytest.raises(Unreadable):
        file_store.content(sealed.file(file_id))
    assert file_store.digest_on_disk(sealed.file(file_id)) == ""


def test_a_file_that_is_still_there_opens_after_every_turn(ring, turn):
    file_id = sealed.a_file(states.a_case(states.a_site()), b"words of a paper")
    for _ in range(2):
        turn()
        assert b"".join(file_store.content(sealed.file(file_id))) == b"words of a paper"
