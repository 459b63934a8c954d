"""Whether the person was heard, or enough was tried, before something is proposed. Source: R31, domain 2.2."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from engage.domain.case import CaseClass, Road

TRIES = 2  # Source: domain 2.2, "attempts logged" as for the acknowledgement.
# Events of a talk. One says whether it was held; those from before it did were all held, as far as we know.
TALKS = frozenset({"ConsultationHeld", "MeetingHeld"})


@dataclass(frozen=True, slots=True)
class Sought:
    """What was done to hear the person: tries that were logged, our questions to them, and what they wrote."""

    was_held: bool
    tries: int
    asked: Collection[datetime]
    written: Collection[datetime]


def was_sought(sought: Sought, class_: CaseClass, road: Road) -> bool:
    """Whether we talked with the person, have their answer in writing, or tried often enough.

    Whoever has their code alone can be asked on their case page and nowhere else, so that each question there is a try.
    In the restricted lane nobody is pressed to talk, and a try can put somebody in danger (domain 5.4): the person
    decides whether there is a talk, and nothing waits for it.
    """
    if class_ is CaseClass.RESTRICTED or sought.was_held:
        return True
    if sought.asked and any(at >= min(sought.asked) for at in sought.written):
        return True
    return sought.tries + (len(sought.asked) if road is Road.NONE else 0) >= TRIES
