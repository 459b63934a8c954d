"""Hours, closures and days of communities as people type them, and what cannot be kept of them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from engage.domain.calendars import MIDNIGHT, Slot
from engage.domain.guards import Refusal, Refused, stop_if

# Ours: a year. Longer than that is another way of working, and a slip of the finger more often.
LONGEST_CLOSURE = timedelta(days=366)
_SLOT = re.compile(r"(\d{1,2})[:.h](\d{2})\s*(?:-|–|to)\s*(\d{1,2})[:.h](\d{2})")


def read_slots(typed: str) -> tuple[Slot, ...]:
    """Return the hours of one day from text like "08:00-12:00, 13:00-17:00"; none from empty text.

    24:00 is the end of the day.

    Raises:
        Refused: it is no such text, or the hours overlap or are out of order.
    """
    slots = tuple(_slot(part.strip()) for part in re.split(r"[,;،]", typed) if part.strip())
    edges = [edge for slot in slots for edge in (_minute(slot.opens), _minute(slot.closes, closes=True))]
    if any(later <= earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True)):
        raise Refused(Refusal("hours_overlap"))
    if any(opens < closes for closes, opens in zip(edges[1::2], edges[2::2], strict=False)):
        raise Refused(Refusal("hours_overlap"))
    return slots


def _slot(typed: str) -> Slot:
    found = _SLOT.fullmatch(typed)
    if found is None:
        raise Refused(Refusal("hours_unreadable"))
    hours = [int(part) for part in found.groups()]
    if hours[2:] == [24, 0]:
        hours[2] = 0
    try:
        return Slot(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError as error:
        raise Refused(Refusal("hours_unreadable")) from error


def _minute(at: time, *, closes: bool = False) -> int:
    return 1440 if closes and at == MIDNIGHT else at.hour * 60 + at.minute


def slots_text(slots: Sequence[Slot]) -> str:
    """Return hours as `read_slots` reads them."""
    return ", ".join(
        f"{slot.opens:%H:%M}-{'24:00' if slot.closes == MIDNIGHT else f'{slot.closes:%H:%M}'}" for slot in slots
    )


def slots_document(slots: Mapping[int, Sequence[Slot]]) -> dict[str, Any]:
    """Return hours as they are stored."""
    return {
        str(weekday): [[f"{slot.opens:%H:%M}", f"{slot.closes:%H:%M}"] for slot in slots[weekday]]
        for weekday in sorted(slots)
        if slots[weekday]
    }


def slots_from(document: Mapping[str, Any]) -> dict[int, tuple[Slot, ...]]:
    """Return hours that were stored by `slots_document`."""
    return {
        int(weekday): tuple(Slot(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in slots)
        for weekday, slots in document.items()
    }


def why_not_hours(slots: Mapping[int, Sequence[Slot]]) -> Refusal | None:
    """A calendar without working time would never let a chore fall due."""
    return None if any(slots.values()) else Refusal("no_working_time")


def why_not_days(first: date, last: date, *, today: date) -> Refusal | None:
    """Days have an order and lie ahead, at least the last of them."""
    if last < first:
        return Refusal("days_out_of_order")
    if last < today:
        return Refusal("is_over")
    if last - first >= LONGEST_CLOSURE:
        return Refusal("period_too_long", {"days": LONGEST_CLOSURE.days})
    return None


def require_days(first: date, last: date, *, today: date) -> None:
    """Let days pass that can be kept.

    Raises:
        Refused: see `why_not_days`.
    """
    stop_if(why_not_days(first, last, today=today))
