"""Draws one picture anew in a process of its own, which has little memory, little time and no secrets.

Readers of pictures are large programs in C, and a picture may be built to break them: whatever happens then happens to
this process alone. `engage.services.pictures` starts it by its path, says what it may use, and trusts nothing that
comes back. It imports nothing of engage, so that it starts fast and knows nothing.

The picture comes on standard input and leaves on standard output, after a line with its media type. Where there is
none, one word on standard error says why, and the exit code is 3.
"""

import io
import os
import resource
import struct
import sys
from typing import IO

from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

REFUSED = 3
_FILES = 64  # open at once; ours: what Python and the libraries have open, and a few more

_READERS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/gif": ("GIF",),
    "image/heic": ("HEIF",),
    "image/avif": ("AVIF",),
}
# What each is written as: photographs as JPEG, whose readers are everywhere; a GIF as the PNG of its first frame.
_WRITTEN_AS = {
    "image/jpeg": "image/jpeg",
    "image/heic": "image/jpeg",
    "image/avif": "image/jpeg",
    "image/png": "image/png",
    "image/gif": "image/png",
    "image/webp": "image/webp",
}
_JPEG_QUALITY = 88
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error, UnidentifiedImageError)


class Refused(Exception):
    """The picture is not drawn: `broken`, or `too_many_pixels`."""


def main(media_type: str, pixels: int, claimed: int, memory: int, seconds: int, output: int) -> int:
    """Draw the picture; return the exit code. Sizes are in pixels and bytes, the time is the processor's in seconds."""
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded
    _limit(memory, seconds, output)
    try:
        picture, written_as = _drawn_or_refused(sys.stdin.buffer, media_type, pixels, claimed)
        _answer(written_as.encode() + b"\n" + picture)
    except Refused as refused:
        sys.stderr.write(str(refused))
        return REFUSED
    return 0


def _answer(content: bytes) -> None:
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(sys.stdout.fileno(), left) :]
    except OSError as error:
        raise Refused("too_many_pixels") from error


def _limit(memory: int, seconds: int, output: int) -> None:
    """Take away what drawing a picture does not need, before anything reads it."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # at the first SIGXCPU, which tells the reason


def _drawn_or_refused(stream: IO[bytes], media_type: str, pixels: int, claimed: int) -> tuple[bytes, str]:
    try:
        return _drawn(stream, media_type, pixels, claimed)
    except MemoryError as error:
        raise Refused("too_many_pixels") from error
    except _BROKEN as error:
        raise Refused("broken") from error


def _drawn(stream: IO[bytes], media_type: str, pixels: int, claimed: int) -> tuple[bytes, str]:
    """Return the picture without hidden details, turned the right way up, and the media type it now has.

    EXIF, GPS, XMP, comments, thumbnails and colour profiles are gone, because only its pixels are written again. Of a
    picture that moves, the first frame is kept.
    """
    if media_type == "image/webp":
        _measure_webp(stream.read(30), pixels)
        stream.seek(0)
    with Image.open(stream, formats=_READERS[media_type]) as picture:
        width, height = picture.size
        if width * height > claimed:
            raise Refused("too_many_pixels")
        if width * height > pixels and media_type == "image/jpeg":
            picture.draft("RGB", (width // 4, height // 4))
        if picture.width * picture.height > pixels:
            raise Refused("too_many_pixels")
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    written_as = _WRITTEN_AS[media_type]
    clean = _bare(upright, keeps_transparency=written_as != "image/jpeg")
    target = io.BytesIO()
    if written_as == "image/jpeg":
        clean.save(target, "JPEG", quality=_JPEG_QUALITY)
    elif written_as == "image/webp":
        clean.save(target, "WEBP", quality=_JPEG_QUALITY)
    else:
        clean.save(target, "PNG")
    return target.getvalue(), written_as


def _bare(picture: Image.Image, *, keeps_transparency: bool) -> Image.Image:
    """Return a picture of the same pixels that never knew anything else."""
    if picture.mode not in ("L", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode == "RGBA" and not keeps_transparency:
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _measure_webp(head: bytes, pixels: int) -> None:
    """Refuse a WebP by the size in its header: its reader makes room for all of it as soon as it opens."""
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    if width * height > pixels:
        raise Refused("too_many_pixels")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
