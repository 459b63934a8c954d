"""Pictures drawn anew, so that nothing is left of where, when and with what they were taken."""

import io
import struct
from typing import IO

from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from engage.services.file_types import FileRefused

register_heif_opener()

# Ours: what 200 MB of memory can hold. A JPEG beyond it is read at half its size or less; others are refused.
PIXELS_MOST = 50_000_000
# A header that claims more than this is built to break what opens it, JPEG or not.
_CLAIMED_MOST = 400_000_000
Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded

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


def redrawn(stream: IO[bytes], media_type: str) -> tuple[bytes, str]:
    """Return the picture without hidden details, turned the right way up, and the media type it now has.

    EXIF, GPS, XMP, comments, thumbnails and colour profiles are gone, because only its pixels are written again. Of a
    picture that moves, the first frame is kept.

    Raises:
        FileRefused: it is cut off or damaged, or has more pixels than can be opened.
    """
    try:
        return _redraw(stream, media_type)
    except FileRefused:
        raise
    except MemoryError as error:
        raise _too_many_pixels() from error
    except _BROKEN as error:
        raise FileRefused("broken") from error


def _redraw(stream: IO[bytes], media_type: str) -> tuple[bytes, str]:
    stream.seek(0)
    if media_type == "image/webp":
        _measure_webp(stream.read(30))
        stream.seek(0)
    with Image.open(stream, formats=_READERS[media_type]) as picture:
        width, height = picture.size
        if width * height > _CLAIMED_MOST:
            raise _too_many_pixels()
        if width * height > PIXELS_MOST and media_type == "image/jpeg":
            picture.draft("RGB", (width // 4, height // 4))
        if picture.width * picture.height > PIXELS_MOST:
            raise _too_many_pixels()
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


def _measure_webp(head: bytes) -> None:
    """Refuse a WebP by the size in its header: its reader makes room for all of it as soon as it opens."""
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    if width * height > PIXELS_MOST:
        raise _too_many_pixels()


def _too_many_pixels() -> FileRefused:
    return FileRefused("too_many_pixels", {"megapixels": PIXELS_MOST // 1_000_000})
