"""Those who decide an appeal, among themselves: no conflict of interest, and notes that nobody else reads."""

import uuid

from engage import clock, vault
from engage.domain import policy
from engage.domain.events import PanelDeclared, PanelNoteWritten, SeatGivenUp
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, NotAllowed, Permission, Role
from engage.extensions import db
from engage.models import Appeal, Case, PanelNote, PanelSeat
from engage.services import cases
from engage.services.timeline import digest_of, record


def declare(case: Case, *, actor: Actor) -> None:
    """Record that a member has no conflict of interest, which opens the case to them. Saying it again changes nothing.

    Raises:
        NotAllowed: the actor does not sit on the panel of the appeal that waits.
        Refused: no appeal waits.
    """
    policy.require(actor, Permission.DELIBERATE, case.facts)
    appeal, seat = open_seat(case, actor)
    if seat.declared_at is None:
        seat.declared_at = clock.utcnow()
        record(case, PanelDeclared(appeal_id=appeal.id), actor=actor, role=Role.PANEL.value)


def give_up(case: Case, *, actor: Actor) -> None:
    """Take a member who has a conflict of interest off the panel; those who seat are told. Nobody asks what it is.

    Raises:
        NotAllowed: the actor does not sit on the panel of the appeal that waits.
        Refused: no appeal waits.
    """
    policy.require(actor, Permission.DELIBERATE, case.facts)
    appeal, seat = open_seat(case, actor)
    appeal.seats.remove(seat)
    db.session.delete(seat)
    db.session.flush()
    record(case, SeatGivenUp(appeal_id=appeal.id), actor=actor, role=Role.PANEL.value)


def write_note(case: Case, words: str, *, actor: Actor, dissents: bool = False) -> PanelNote:
    """Add what the members of this panel alone read; `dissents` marks a dissent from what the others decide.

    Raises:
        NotAllowed: the actor does not sit on the panel of the appeal that waits.
        Refused: no appeal waits, the member has not said that they have no conflict, or there are no words.
    """
    policy.require(actor, Permission.DELIBERATE, case.facts)
    appeal, seat = open_seat(case, actor)
    stop_if_undeclared(seat)
    if not words.strip():
        raise Refused(Refusal("note_needed"))
    note = PanelNote(
        id=uuid.uuid4(),
        appeal_id=appeal.id,
        author_id=seat.user_id,
        words=words,
        salt=vault.salt(),
        dissents=dissents,
        written_at=clock.utcnow(),
    )
    db.session.add(note)
    event = PanelNoteWritten(appeal_id=appeal.id, note_id=note.id, dissents=dissents)
    record(case, event, actor=actor, role=Role.PANEL.value, content=digest_of(note.salt, words))
    return note


def stop_if_undeclared(seat: PanelSeat) -> None:
    """Let a member go on who said that they have no conflict of interest.

    Raises:
        Refused: they have not.
    """
    if seat.declared_at is None:
        raise Refused(Refusal("declare_first"))


def open_seat(case: Case, actor: Actor) -> tuple[Appeal, PanelSeat]:
    """Return the appeal that waits, and the actor's seat on its panel.

    Raises:
        NotAllowed: there is none: they sat on an earlier panel, or stand beside those who were named.
        Refused: no appeal waits.
    """
    appeal = cases.open_appeal(case)
    if appeal is None:
        raise Refused(Refusal("no_appeal"))
    for seat in appeal.seats:
        if seat.user_id == actor.id:
            return appeal, seat
    raise NotAllowed("not on this panel")
