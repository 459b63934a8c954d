"""What was given back or on when somebody may hold it no longer: how much of which kind, and to whom."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engage.domain.case import CaseClass
from engage.models import Case


class Thing(StrEnum):
    """What somebody of ours can have in hand."""

    CASE = "cases_returned"
    TASK = "tasks_handed_on"
    REMEDY = "remedies_handed_on"
    ERRAND = "errands_handed_on"
    SEAT = "seats_vacated"
    STAND_IN = "stand_ins_replaced"


@dataclass(frozen=True, slots=True)
class Handed:
    """One thing, and who has it now or is told of it. It names no case: administrators read the sums."""

    thing: Thing
    to: frozenset[uuid.UUID]
    is_restricted: bool = False


def of_case(thing: Thing, case: Case, to: Iterable[uuid.UUID]) -> Handed:
    """Return what was handed on of a case. Of a restricted one nobody outside its lane hears, not even as a number."""
    return Handed(thing, frozenset(to), case.class_ is CaseClass.RESTRICTED)


def counted(handed: Iterable[Handed]) -> dict[str, int]:
    """Return how many there are of each kind, by its code; restricted ones are left out, and kinds without any."""
    return dict(Counter(one.thing.value for one in handed if not one.is_restricted))


def receivers(handed: Iterable[Handed]) -> Mapping[Thing, tuple[int, frozenset[uuid.UUID]]]:
    """Return how many of each kind go to whom, restricted ones left out."""
    shown = [one for one in handed if not one.is_restricted]
    return {
        thing: (len(found), frozenset().union(*(one.to for one in found)))
        for thing in Thing
        if (found := [one for one in shown if one.thing is thing])
    }
