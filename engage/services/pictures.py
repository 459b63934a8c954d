"""Pictures drawn anew in a process of its own, so that nothing is left of where, when and with what they were taken."""

import io
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from engage.services.file_types import PICTURES, FileRefused, type_of

log = logging.getLogger(__name__)

_SCRIPT = Path(__file__).parent.parent / "picture_process.py"

# Ours: what the memory below can hold. A JPEG beyond it is read at half its size or less; others are refused.
PIXELS_MOST = 50_000_000
# A header that claims more than this is built to break what opens it, JPEG or not.
_CLAIMED_MOST = 400_000_000
# Ours: a WebP of 50 million pixels needs 1.4 GB of addresses, each other kind half of that or less.
MEMORY_MOST = 2 * 1024**3
# Ours: the slowest picture of 15 MB that we met took 20 seconds of a slow processor.
PROCESSOR_SECONDS = 60
SECONDS = 90
# Ours: a drawing of few colours that fills 15 MB grows to four times that when it is written in full colour.
OUTPUT_MOST = 64 * 1024**2
_WORDS_MOST = 32
# Each thread of a reader would otherwise set aside addresses of its own, which count as memory.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}


def redrawn(stream: IO[bytes], media_type: str) -> tuple[bytes, str]:
    """Return the picture without hidden details, turned the right way up, and the media type it now has.

    EXIF, GPS, XMP, comments, thumbnails and colour profiles are gone, because only its pixels are written again. Of a
    picture that moves, the first frame is kept. What reads it has limited memory and time, none of our secrets and no
    open file of ours; what comes back is a picture of that type, or nothing.

    Raises:
        FileRefused: it is cut off or damaged, has more pixels than can be opened, or takes too long.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as words:
        stream.seek(0)
        shutil.copyfileobj(stream, given)
        given.seek(0)
        ended = _run(media_type, given, answer, words)
        if ended != 0:
            words.seek(0)
            raise _refusal(ended, words.read(_WORDS_MOST))
        answer.seek(0)
        drawn_as, _, picture = answer.read().partition(b"\n")
    if not _is(picture, drawn_as):
        raise _refusal(0, b"")
    return picture, drawn_as.decode()


def _run(media_type: str, given: IO[bytes], answer: IO[bytes], words: IO[bytes]) -> int:
    """Draw it in a process of its own; return how that ended, as subprocess says it."""
    limits = (PIXELS_MOST, _CLAIMED_MOST, MEMORY_MOST, PROCESSOR_SECONDS, OUTPUT_MOST)
    command = [sys.executable, "-I", str(_SCRIPT), media_type, *map(str, limits)]
    try:
        return subprocess.run(
            command, stdin=given, stdout=answer, stderr=words, env=_ENVIRONMENT, timeout=SECONDS, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return -signal.SIGXCPU


def _refusal(ended: int, said: bytes) -> FileRefused:
    if said == b"too_many_pixels":
        return FileRefused("too_many_pixels", {"megapixels": PIXELS_MOST // 1_000_000})
    if ended == -signal.SIGXCPU:
        return FileRefused("too_slow")
    if said != b"broken":
        log.error("what draws pictures ended with %s and no picture", ended)
    return FileRefused("broken")


def _is(picture: bytes, drawn_as: bytes) -> bool:
    """Whether it is the picture it says it is: whoever took over the process may say anything."""
    try:
        found = type_of(io.BytesIO(picture))
    except FileRefused:
        return False
    return found in PICTURES and found.encode() == drawn_as
