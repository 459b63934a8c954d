"""A form that comes a second time: answered as it was before, and what is new in it is not passed over."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from engage.domain.case import Identity, Road
from engage.domain.policy import Actor, Party
from engage.services import cases, intake, sent_forms
from engage.services.intake import Received


@dataclass(frozen=True, slots=True)
class Resent:
    """What came now: words by name of field, SHA-256 of files. None and empty are not compared; they lay in a draft.

    `others` is what the form says beside these, as `remember` was given it.
    """

    words: Mapping[str, str | None]
    files: Set[str]
    is_violence: bool
    harms_child: bool
    identity: Identity | None = None
    road: Road | None = None
    others: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form made before, and whether it now says something else that was not carried out."""

    received: Received
    differs: bool


def remember(received: Received, token: str, others: str | None) -> None:
    """Note what else a form said that has just made its case, so that a resend with something else is noticed.

    Kept is a digest with the form's own token, which is stored nowhere: an address cannot be guessed from it, not even
    by us. It is forgotten after a week; a resend then counts as one that says something else.
    """
    if received.is_new and others:
        sent_forms.is_first(received.case_id, _mark(token, others))


def answer(token: str, resent: Resent, *, actor: Actor | None = None) -> Answer | None:
    """Return what the form made before, or None while it made nothing.

    Violence or harm to a child that is ticked only now restricts the case at once: who has the token is its sender.
    Everything else stays as it is. Without an `actor` it is the person who sends. Safe to run twice.

    Raises:
        AnotherConcern: the form was sent before with other words or files.
    """
    received = intake.already_received(token, resent.words, resent.files)
    if received is None:
        return None
    case = cases.lock_own(received.case_id)
    if (resent.is_violence or resent.harms_child) and case.moved_at is None:  # else it is kept more closely already
        case.harms_child = case.harms_child or resent.harms_child
        reason = "child_harmed" if resent.harms_child else "category"
        cases.restrict(case, reason, actor=actor or Actor(id=None, party=Party.PERSON, case_id=case.id))
    differs = resent.identity not in (None, case.identity) or resent.road not in (None, case.road)
    is_new = bool(resent.others) and not sent_forms.was_sent(_mark(token, resent.others or ""))
    return Answer(received, differs or is_new)


def _mark(token: str, others: str) -> str:
    return f"{token}\0{others}"
