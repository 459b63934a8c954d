"""winmail.dat: the files and the words that Outlook packs into one part (TNEF, MS-OXTNEF).

tnefparse names the pieces. The walk over them is ours: the library's copies the rest of the file for each piece, counts
as far as four bytes tell it to, and cuts the zeros at the end of a file. What both read alike is compared in the tests.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tnefparse import properties
from tnefparse.codepage import Codepage
from tnefparse.mapi import GUID_EXISTS_FLAG, MULTI_VALUE_FLAG
from tnefparse.tnef import TNEF

from engage.incoming import charsets
from engage.incoming.attached import Attached, safe_name

MOST_PIECES = 2_000
_MOST_PROPERTIES = 4_096
_NAMES_BYTES = 4_096
_HEAD = struct.Struct("<BHHI")
_SIGNATURE = struct.pack("<I", TNEF.TNEF_SIGNATURE)

# Types of MAPI properties by how their values lie (MS-OXCDATA, 2.11.1): so many bytes, or a length before each.
_FIXED = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_MEASURED = (0x0D, 0x1E, 0x1F, 0x0102)
_UNICODE = 0x1F
_IN_A_MAIL = 16  # bytes before the content of an object, which name its kind


@dataclass(slots=True)
class Unpacked:
    """What a winmail.dat holds: words as text, words as HTML, and files. `whole` is false when its end is missing."""

    text: str
    html: str
    files: list[Attached]
    whole: bool


@dataclass(slots=True)
class _File:
    title: bytes | str = b""
    content: bytes = b""


def unpacked(content: bytes) -> Unpacked | None:
    """Return what is in it, as far as it can be read; None if it is no TNEF."""
    if content[:4] != _SIGNATURE:
        return None
    found = Unpacked("", "", [], False)
    files: list[_File] = []
    charset = "cp1252"
    at = 6
    for _ in range(MOST_PIECES):
        if at + _HEAD.size > len(content):
            found.whole = at == len(content)
            break
        level, name, _kind, length = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        if level not in (TNEF.LVL_MESSAGE, TNEF.LVL_ATTACHMENT) or at + length > len(content):
            break
        piece = content[at : at + length]
        at += length + 2  # a check sum
        if name == TNEF.ATTOEMCODEPAGE and length >= 4:
            charset = charsets.known(Codepage(struct.unpack_from("<I", piece)[0]).codepage()) or charset
        elif level == TNEF.LVL_MESSAGE:
            _read_message(found, name, piece, charset)
        elif name == TNEF.ATTATTACHRENDDATA:
            files.append(_File())
        elif files:
            _read_file(files[-1], name, piece, charset)
    found.files = [_attached(file, charset) for file in files if file.content]
    return found


def _read_message(found: Unpacked, name: int, piece: bytes, charset: str) -> None:
    if name == TNEF.ATTBODY:
        found.text = charsets.words(piece, charset)[0].strip()
    elif name == TNEF.ATTMAPIPROPS:
        for kind, value in _properties(piece):
            if kind in (properties.MAPI_BODY, properties.MAPI_UNCOMPRESSED_BODY):
                found.text = found.text or _words(value, charset)
            elif kind == properties.MAPI_BODY_HTML:
                found.html = found.html or _words(value, charset)


def _read_file(file: _File, name: int, piece: bytes, charset: str) -> None:
    if name == TNEF.ATTATTACHTITLE:
        file.title = file.title or piece
    elif name == TNEF.ATTATTACHDATA:
        file.content = piece
    elif name == TNEF.ATTATTACHMENT:
        for kind, value in _properties(piece):
            if kind in (properties.MAPI_ATTACH_LONG_FILENAME, properties.MAPI_ATTACH_FILENAME):
                longer = kind == properties.MAPI_ATTACH_LONG_FILENAME or not file.title
                file.title = value if longer else file.title
            elif kind == properties.MAPI_ATTACH_DATA_OBJ and isinstance(value, bytes):
                file.content = file.content or value[_IN_A_MAIL:]


def _properties(piece: bytes) -> Iterator[tuple[int, bytes | str]]:
    """Yield number and first value of the measured properties of a piece, as far as it is built as it says."""
    try:
        at, left = 4, min(struct.unpack_from("<I", piece)[0], _MOST_PROPERTIES)
        for _ in range(left):
            kind, number = struct.unpack_from("<HH", piece, at)
            at = _after_name(piece, at + 4) if number >= GUID_EXISTS_FLAG else at + 4
            several, kind = kind & MULTI_VALUE_FLAG, kind & ~MULTI_VALUE_FLAG
            count = 1
            if several or kind in _MEASURED:
                count = struct.unpack_from("<I", piece, at)[0]
                at += 4
            if kind in _FIXED:
                at += -(-_FIXED[kind] * count // 4) * 4
                continue
            if kind not in _MEASURED:
                return
            for index in range(count):  # each takes four bytes at least, so the piece ends before a large count does
                length = struct.unpack_from("<I", piece, at)[0]
                value = piece[at + 4 : at + 4 + length]
                at += 4 + -(-length // 4) * 4
                if index == 0:
                    yield number, value.decode("utf-16-le", "replace").rstrip("\0") if kind == _UNICODE else value
    except struct.error:  # the piece ends within a property
        return


def _after_name(piece: bytes, at: int) -> int:
    """Return where the value of a named property begins: behind a GUID, and a number or a name."""
    by_name, length = struct.unpack_from("<II", piece, at + 16)
    return at + 24 + (-(-length // 4) * 4 if by_name else 0)


def _words(value: bytes | str, charset: str) -> str:
    if isinstance(value, bytes):
        return charsets.words(value.rstrip(b"\0"), charset)[0].strip()
    return charsets.plain(value).strip()


def _attached(file: _File, charset: str) -> Attached:
    name = file.title if isinstance(file.title, str) else charsets.words(file.title[:_NAMES_BYTES], charset)[0]
    return Attached(safe_name(name, "application/octet-stream"), "application/octet-stream", file.content)
