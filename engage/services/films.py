"""MP4 and its kin: the boxes that say where and with what a film or recording was made are emptied in place."""

from collections.abc import Iterator
from typing import IO

from engage.services.file_types import FileRefused

# Boxes that describe; phones write the place into `udta` (3GPP `loci`, Android and Apple `©xyz`) or `meta`.
_TELLING = frozenset({b"udta", b"meta", b"uuid", b"XMP_"})
_HOLDS_BOXES = frozenset({b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf", b"edts"})
_BOXES_MOST = 100_000  # ours: a film that sends the reader round in circles ends here
_CHUNK = 65536


def without_description(stream: IO[bytes], target: IO[bytes]) -> bool:
    """Copy the film with its describing boxes turned into empty ones; every other byte stays where it is.

    Returns whether there was anything that described it.

    What is within the sound and the picture themselves, and tracks of measurements that some cameras add, stays.

    Raises:
        FileRefused: the boxes do not add up, so that the film is cut off or damaged.
    """
    size = stream.seek(0, 2)
    empty = list(_telling_boxes(stream, 0, size, [0]))
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        target.write(chunk)
    for start, header, end in empty:
        target.seek(start + 4)
        target.write(b"free")
        target.seek(start + header)
        for at in range(start + header, end, _CHUNK):
            target.write(bytes(min(_CHUNK, end - at)))
    target.seek(0)
    return bool(empty)


def _telling_boxes(stream: IO[bytes], at: int, end: int, seen: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield start, length of the header and end of every box that describes."""
    while at < end:
        seen[0] += 1
        stream.seek(at)
        head = stream.read(8)
        length, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            header, length = 16, int.from_bytes(stream.read(8), "big")
        elif length == 0:
            length = end - at  # a box that lasts to the end of the file
        if end - at == 4 and head[:4] == bytes(4):
            return  # QuickTime closes `udta` with four zero bytes
        if length < header or at + length > end or seen[0] > _BOXES_MOST:
            raise FileRefused("broken")
        if kind in _TELLING:
            yield at, header, at + length
        elif kind in _HOLDS_BOXES:
            yield from _telling_boxes(stream, at + header, at + length, seen)
        at += length
