"""The files of a mail: names that are safe to show and to save, and media types as their sender declares them."""

import re
from dataclasses import dataclass

from engage.incoming import charsets, headers

LONGEST_NAME = 150  # in bytes of UTF-8; ours: file systems take 255, and a copy may need a longer ending

# Marks that turn the direction of what follows, or that nobody sees: they make "exe.gpj" read as a picture.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_UNSAFE = re.compile(r'[\n\t<>:"|?*]')
_NAMELESS = {
    "message/rfc822": "mail.eml",
    "text/calendar": "invitation.ics",
    "text/html": "page.html",
    "text/plain": "text.txt",
    "image/jpeg": "picture.jpg",
    "image/png": "picture.png",
    "application/pdf": "document.pdf",
    "application/pkcs7-mime": "smime.p7m",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a mail. The media type is its sender's word: the gate of uploads judges it."""

    name: str
    media_type: str
    content: bytes


def safe_name(declared: str, media_type: str) -> str:
    """Return the last step of a declared path without controls and marks that deceive; never empty."""
    name = charsets.plain(headers.decoded(declared[:2_000])).replace("\\", "/")
    name = _UNSEEN.sub("", name.rpartition("/")[2])
    name = " ".join(_UNSAFE.sub("_", name).split()).strip(". ")
    if not name:
        return _NAMELESS.get(media_type, "file")
    stem, dot, ending = name.rpartition(".")
    if len(name.encode()) <= LONGEST_NAME:
        return name
    ending = ending[:20] if stem else ""
    short = (stem or name).encode()[: LONGEST_NAME - 1 - len(ending.encode())].decode("utf-8", "ignore")
    return f"{short}{dot if ending else ''}{ending}".strip()
