"""The bytes of a file lie sealed under a key of that file alone, which the key ring wraps.

They are written and read in pieces, so that no file need fit into memory. Each piece is proved before it is handed on,
and a file that was cut off, lengthened, or put in another one's place does not open.
"""

import os
import uuid
from collections.abc import Iterator
from typing import IO, Protocol

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from engage import data_keys, key_ring
from engage.key_ring import Version
from engage.vault import Unreadable

PIECE = 64 * 1024  # Ours: large enough that a file of 15 MB costs a few hundred calls, small beside any memory.
_HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_KEY = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES
_LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_NOT_LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE


class Row(Protocol):
    """A row whose bytes lie in the file store. Without a version they lie plain, as before there were keys of files."""

    __tablename__: str
    id: uuid.UUID
    case_id: uuid.UUID
    key_version: int | None
    wrapped_key: bytes | None


def fresh(row: Row) -> bytes:
    """Make a key for the file, note it on the row, wrapped, and return it; the one before is gone.

    Raises:
        NoRing: the file of keys is not there.
    """
    key = new_key()
    wrap(row, key, data_keys.newest())
    return key


def unwrapped(row: Row) -> bytes:
    """Return the key of a file.

    Raises:
        Unreadable: the version that wrapped it is not in the ring, or the row is damaged.
        NoRing: the file of keys is not there.
    """
    version = next((one for one in key_ring.versions() if one.number == row.key_version), None)
    if version is None or row.wrapped_key is None:
        raise Unreadable("version of the key ring")
    return data_keys.open_under(version.key, row.wrapped_key, _wrapping(row, version))


def wrap(row: Row, key: bytes, version: Version) -> None:
    """Wrap the key of a file with a version of the ring; what it seals stays as it is."""
    row.key_version = version.number
    row.wrapped_key = data_keys.seal_under(version.key, key, _wrapping(row, version))


def new_key() -> bytes:
    """Return a fresh key for one content."""
    return os.urandom(_KEY)


def sealed(content: IO[bytes], row: Row, key: bytes) -> Iterator[bytes]:
    """Yield the content from its start, sealed, piece by piece."""
    return sealed_at(content, _place(row), key)


def sealed_at(content: IO[bytes], place: bytes, key: bytes) -> Iterator[bytes]:
    """Yield the content from its start, sealed, piece by piece, for one place: anywhere else it does not open."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    yield sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    content.seek(0)
    piece = content.read(PIECE)
    while True:
        following = content.read(PIECE)
        tag = _NOT_LAST if following else _LAST
        yield sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, place, tag)
        if not following:
            return
        piece = following


def opened(file: IO[bytes], row: Row, key: bytes) -> Iterator[bytes]:
    """Yield the content of what was sealed, piece by piece, from where the file stands.

    Raises:
        Unreadable: another key, another row's file, or damage, as soon as a piece shows it.
    """
    return opened_at(file, _place(row), key)


def opened_at(file: IO[bytes], place: bytes, key: bytes) -> Iterator[bytes]:
    """Yield the content of what was sealed for a place, as `opened` does.

    Raises:
        Unreadable: another key, another place, or damage, as soon as a piece shows it.
    """
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    try:
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, file.read(_HEADER), key)
        tag = _NOT_LAST
        while tag != _LAST:
            piece, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, file.read(PIECE + _MORE), place)
            yield piece
    except CryptoError as error:
        raise Unreadable("file") from error
    if file.read(1):
        raise Unreadable("file")


def _place(row: Row) -> bytes:
    """Where a file belongs: moved to another row or another case it does not open."""
    return b"engage/v1\0" + row.__tablename__.encode() + b"\0" + row.case_id.bytes + row.id.bytes


def _wrapping(row: Row, version: Version) -> bytes:
    return _place(row) + f"\0{version.number}".encode()
