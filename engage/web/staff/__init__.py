"""The staff side of the pages."""

from engage.web.staff import (
    appeals,
    calendars,
    case,
    conversation,
    delays,
    ending,
    files,
    inbox,
    links,
    meetings,
    pauses,
    rating,
    resolution,
    subjects,
    systemic,
    take_down,
    triage,
)
from engage.web.staff.blueprint import bp

__all__ = [
    "delays",
    "appeals",
    "bp",
    "calendars",
    "case",
    "conversation",
    "ending",
    "files",
    "inbox",
    "links",
    "meetings",
    "pauses",
    "rating",
    "resolution",
    "subjects",
    "systemic",
    "take_down",
    "triage",
]
