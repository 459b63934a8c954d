"""A form that comes a second time: answered as it was before, and what is new in it is not passed over."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from engage.domain.case import Identity, Road
from engage.domain.policy import Actor, Party
from engage.services import cases, intake
from engage.services.intake import Received


@dataclass(frozen=True, slots=True)
class Resent:
    """What came now: words by name of field, SHA-256 of files. None and empty are not compared; they lay in a draft."""

    words: Mapping[str, str | None]
    files: Set[str]
    is_violence: bool
    harms_child: bool
    identity: Identity | None
    road: Road | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form made before, and whether it now wants the person known or reached in another way."""

    received: Received
    reach_differs: bool


def answer(token: str, resent: Resent) -> Answer | None:
    """Return what the form made before, or None while it made nothing.

    Violence or harm to a child that is ticked only now restricts the case at once: who has the token is its sender.
    How the person is reached stays as it is; only the code opens that. Safe to run twice.

    Raises:
        AnotherConcern: the form was sent before with other words or files.
    """
    received = intake.already_received(token, resent.words, resent.files)
    if received is None:
        return None
    case = cases.lock_own(received.case_id)
    if resent.is_violence or resent.harms_child:
        case.harms_child = case.harms_child or resent.harms_child
        reason = "child_harmed" if resent.harms_child else "category"
        cases.restrict(case, reason, actor=Actor(id=None, party=Party.PERSON, case_id=case.id))
    differs = resent.identity not in (None, case.identity) or resent.road not in (None, case.road)
    return Answer(received, differs)
