"""What a file is, told from its content and never from its name, against the list of what is taken."""

import zipfile
from typing import IO

import filetype

# Media types we take and the ending a copy is given. Source: domain R69; 3gp and amr are what old phones record.
PICTURES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/avif": "avif",
}
SOUNDS_AND_FILMS = {
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/x-wav": "wav",
    "audio/x-flac": "flac",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "video/x-m4v": "m4v",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/webm": "webm",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OFFICE = {DOCX: "docx", XLSX: "xlsx", ODT: "odt", ODS: "ods"}
PAPERS = {"application/pdf": "pdf", "application/rtf": "rtf", "text/plain": "txt", **OFFICE}
TAKEN = {**PICTURES, **SOUNDS_AND_FILMS, **PAPERS}
# Films and recordings whose description lies in boxes that can be emptied; see films.py.
BOXED = frozenset({"video/mp4", "video/x-m4v", "video/quicktime", "video/3gpp", "audio/mp4"})

# Ours: a paper of 15 MB that unpacks to more than this, or to more parts, is built to break what opens it.
_UNPACKED_MOST = 300 * 1024 * 1024
_PARTS_MOST = 5000
# A text that starts like one of these is a page or a picture with code in it, not office text.
_MARKUP = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<svg",
    b"<script",
    b"<?xml",
    b"<iframe",
    b"<math",
    b"mime-version",
)
_HEAD = 8192
_NAME_LENGTH = 120


class FileRefused(ValueError):
    """A file is not taken: a code whose words live in the catalogues, and the values they need.

    Codes: empty, too_big {megabytes}, not_allowed, broken, too_many_pixels {megapixels}, packed_too_tightly,
    has_macros, locked, no_space, no_key, harmful, too_slow.
    """

    def __init__(self, code: str, values: dict[str, int | str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.values = values or {}


def safe_name(name: str, media_type: str) -> str:
    """Return the name a person gave, without folders, signs that steer, or an ending that lies about the content."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*;')
    stem = plain.rpartition(".")[0] if "." in plain else plain
    return f"{' '.join(stem.split()).strip('. ')[:_NAME_LENGTH] or 'file'}.{TAKEN[media_type]}"


def type_of(stream: IO[bytes]) -> str:
    """Return the media type of the content, one of `TAKEN`; the stream is read from its start and left anywhere.

    Raises:
        FileRefused: it is something else, or not what it claims to be inside.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    found = filetype.guess_mime(head) if head else None
    if head.startswith(b"{\\rtf"):
        return _plain_rtf(stream)
    if head.startswith(b"PK\x03\x04"):
        return _office_type(stream)
    if found in TAKEN:
        return str(found)
    # Last, since short marks of other formats are words as well: a text may begin with BM or MZ.
    if _is_text(stream):
        return "text/plain"
    raise FileRefused("not_allowed")


def _plain_rtf(stream: IO[bytes]) -> str:
    """RTF may carry whole programs; text needs none."""
    stream.seek(0)
    content = stream.read().lower()
    if b"\\obj" in content or b"\\bin" in content:
        raise FileRefused("has_macros")
    return "application/rtf"


def _is_text(stream: IO[bytes]) -> bool:
    stream.seek(0)
    content = stream.read()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    start = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if any(mark in start for mark in _MARKUP):
        return False
    control = content.translate(None, delete=bytes(range(32, 256)) + b"\t\n\r\f")
    return not control


def _office_type(stream: IO[bytes]) -> str:
    """Look into the archive: which kind of paper it is, and that it unpacks to a sane size without code."""
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > _PARTS_MOST or sum(part.file_size for part in parts) > _UNPACKED_MOST:
                raise FileRefused("packed_too_tightly")
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused("locked")
            found = _type_of_parts(archive, names)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused("broken") from error
    if any(_is_code(name) for name in names):
        raise FileRefused("has_macros")
    return found


def _type_of_parts(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            claimed = part.read(100).decode("ascii", "replace").strip()
        if claimed in (ODT, ODS) and "content.xml" in names:
            return claimed
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return DOCX
        if "xl/workbook.xml" in names:
            return XLSX
    raise FileRefused("not_allowed")


def _is_code(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) or lowered.startswith(
        ("basic/", "scripts/")
    )
