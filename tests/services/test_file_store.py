"""Bytes of files at rest: sealed, each under a key of its own, written and read piece by piece."""

import io
import os
import random

import pytest

from engage import file_keys, key_ring
from engage.file_keys import PIECE
from engage.key_ring import NoRing
from engage.services import file_rotation, file_store, key_rotation, wrapping
from engage.services.file_types import FileRefused
from engage.services.key_rotation import QUIET, Rewrapped, StillNeeded
from engage.services.wrapping import Count
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import states
from tests.services import sealed

WORDS = b"The dust comes from the haul road. " * 40


@pytest.fixture
def ring(session, sent_tasks, clock, change_settings, tmp_path):
    """A folder with keys and files of this test's alone; the file of the ring."""
    change_settings(VAR=tmp_path)
    return tmp_path / "key-ring.json"


@pytest.fixture
def reference(ring):
    return states.a_case(states.a_site())


def kept(file_id) -> bytes:
    return b"".join(file_store.content(sealed.file(file_id)))


def a_film(size: int) -> bytes:
    """A sound of that many bytes which is taken as it is."""
    return (b"ID3\x04" + random.Random(size).randbytes(size))[:size]


def test_what_lies_on_the_disk_tells_nothing_of_the_file_and_what_is_handed_out_is_all_of_it(reference, ring):
    file_id = sealed.a_file(reference, WORDS)
    on_disk = b"".join(path.read_bytes() for path in ring.parent.rglob("*") if path.is_file())
    assert WORDS[:20] not in on_disk and b"paper" not in on_disk
    assert kept(file_id) == WORDS


@pytest.mark.parametrize("size", [1000, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_a_file_of_any_number_of_pieces_comes_back_whole(reference, size):
    content = a_film(size)
    assert kept(sealed.a_file(reference, content, "sound.mp3")) == content


def test_a_file_that_is_read_in_part_only_can_be_left_and_read_again(reference):
    file_id = sealed.a_file(reference, a_film(3 * PIECE), "sound.mp3")
    begun = file_store.content(sealed.file(file_id))
    assert len(next(begun)) == PIECE
    begun.close()
    assert len(kept(file_id)) == 3 * PIECE


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: held[:-1],
        lambda held: held[: 24 + PIECE + 17],
        lambda held: held + b"more",
        lambda held: held[:100] + bytes([held[100] ^ 1]) + held[101:],
        lambda held: held[:-20] + bytes([held[-20] ^ 1]) + held[-19:],
        lambda held: held[: 24 + PIECE + 17] + held[24 + 2 * (PIECE + 17) :],
        lambda held: held[:10],
        lambda held: b"",
    ],
    ids=["short", "a piece short", "longer", "bit", "last bit", "a piece left out", "head", "empty"],
)
def test_a_file_that_was_touched_on_the_disk_does_not_pass_for_what_came(reference, damage):
    file_id = sealed.a_file(reference, a_film(3 * PIECE), "sound.mp3")
    path = sealed.path_of(file_id)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Unreadable):
        kept(file_id)
    assert file_store.digest_on_disk(sealed.file(file_id)) == ""


def test_the_files_of_one_case_have_keys_of_their_own(reference):
    one, other = sealed.a_file(reference, WORDS), sealed.a_file(reference, WORDS)
    assert file_keys.unwrapped(sealed.file(one)) != file_keys.unwrapped(sealed.file(other))
    assert sealed.path_of(one).read_bytes() != sealed.path_of(other).read_bytes()


def test_a_file_that_is_moved_to_another_case_does_not_open(reference):
    file_id = sealed.a_file(reference, WORDS)
    other = states.case_of(states.a_case(states.case_of(reference).site_id)).id
    with unit_of_work():
        sealed.file(file_id).case_id = other
    with pytest.raises(Unreadable):
        kept(file_id)


def test_without_the_ring_nothing_opens_and_no_new_one_hides_the_loss(reference, ring):
    file_id = sealed.a_file(reference, WORDS)
    ring.unlink()
    with pytest.raises(NoRing):
        kept(file_id)
    with pytest.raises(FileRefused) as refused:
        sealed.a_file(reference, WORDS)
    assert refused.value.code == "no_key"
    assert not ring.exists()


def test_a_key_without_its_row_opens_nothing(reference):
    file_id = sealed.a_file(reference, WORDS)
    with unit_of_work():
        sealed.file(file_id).wrapped_key = None
    with pytest.raises(Unreadable):
        kept(file_id)


def test_a_file_of_before_is_read_and_then_sealed_once_and_its_plain_bytes_are_gone(reference):
    file_id, there = sealed.a_file(reference, WORDS), sealed.a_file(reference, WORDS)
    plain = sealed.lay_plain(file_id)
    assert kept(file_id) == WORDS == plain.read_bytes()
    assert file_rotation.count_plain() == 1
    assert file_rotation.seal_plain(is_dry=True) == Count(1)
    assert plain.exists()
    assert file_rotation.seal_plain() == Count(1)
    assert not plain.exists()
    assert kept(file_id) == kept(there) == WORDS
    assert file_store.digest_on_disk(sealed.file(file_id)) == sealed.file(file_id).sha256
    assert (file_rotation.seal_plain(), file_rotation.count_plain()) == (Count(0), 0)


def test_sealing_goes_on_where_it_was_stopped_and_passes_over_what_is_lost(reference, monkeypatch):
    ids = [sealed.a_file(reference, WORDS) for _ in range(4)]
    for file_id in ids:
        sealed.lay_plain(file_id)
    sealed.path_of(ids[0]).unlink()
    fsync, calls = os.fsync, []

    def stop_at_the_third(descriptor):
        calls.append(descriptor)
        if len(calls) == 3:
            raise KeyboardInterrupt
        fsync(descriptor)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "fsync", stop_at_the_third)
        file_rotation.seal_plain()
    assert file_rotation.count_plain() == 3
    assert file_rotation.seal_plain() == Count(2, unreadable=1)
    assert [kept(file_id) for file_id in ids[1:]] == [WORDS] * 3


def test_a_file_that_was_erased_or_sealed_while_others_were_is_left_alone(reference):
    erased, held = sealed.a_file(reference, WORDS), sealed.a_file(reference, WORDS)
    with unit_of_work():
        file_store.drop(sealed.file(erased))
    before = sealed.path_of(held)
    with unit_of_work():
        assert not file_rotation._seal(file_store.KINDS[0], erased, False)
        assert not file_rotation._seal(file_store.KINDS[0], held, False)
    assert sealed.path_of(held) == before


def test_keys_of_files_are_brought_over_in_batches_and_the_old_version_then_serves_nobody(
    reference, monkeypatch, clock
):
    monkeypatch.setattr(wrapping, "BATCH", 2)
    ids = [sealed.a_file(reference, WORDS) for _ in range(5)]
    key_rotation.rotate()
    clock.advance(QUIET)
    with pytest.raises(StillNeeded, match="5 files still need version 1"):
        key_rotation.destroy(1)
    assert key_rotation.rewrap(is_dry=True) == Rewrapped(files=5)
    assert [one.files for one in key_rotation.held()] == [5, 0]
    assert key_rotation.rewrap() == Rewrapped(files=5)
    assert [one.files for one in key_rotation.held()] == [0, 5]
    key_rotation.destroy(1)
    assert [kept(file_id) for file_id in ids] == [WORDS] * 5


def test_a_key_of_a_file_that_was_wrapped_by_a_lost_version_is_counted_and_the_rest_goes_on(reference, ring):
    sealed.a_file(reference, WORDS)
    ring.unlink()
    assert key_rotation.rotate() == 2  # above the version that a file needs
    sealed.a_file(reference, WORDS)
    key_rotation.rotate()
    assert key_rotation.rewrap() == Rewrapped(files=1, unreadable=1)
    assert [(one.number, one.made_at is None, one.files) for one in key_rotation.held()] == [
        (1, True, 1),
        (2, False, 0),
        (3, False, 1),
    ]
    assert key_ring.versions()[-1].number == 3


def test_a_stream_is_sealed_from_its_start_wherever_it_stands(reference):
    row = sealed.file(sealed.a_file(reference, WORDS))
    stream = io.BytesIO(WORDS)
    stream.read()
    with unit_of_work():
        row = sealed.file(row.id)
        file_store.keep(row, stream)
    assert kept(row.id) == WORDS
