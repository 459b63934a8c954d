"""What is known of a file: whether it was looked at for programs that do harm, and whether it may be opened."""

from enum import StrEnum

from engage.domain.guards import Refusal


class Scan(StrEnum):
    """What the malware scanner said of a file."""

    NOT_ASKED = "not_asked"  # nobody set one up when it came
    CLEAN = "clean"
    WAITING = "waiting"  # the scanner was away: it is asked again
    HARMFUL = "harmful"
    LOST = "lost"  # its bytes could not be read when it was to be looked at


def why_not_open(scan: Scan) -> Refusal | None:
    """Return why nobody may open a file, or None where they may.

    Ours: what was sent while no scanner was set up stays open until one has looked, since closing every case's files on
    the day it is set up would stop the work.
    """
    match scan:
        case Scan.NOT_ASKED | Scan.CLEAN:
            return None
        case Scan.HARMFUL:
            return Refusal("file_is_harmful")
        case _:
            return Refusal("file_is_checked")
