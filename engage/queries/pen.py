"""The holding pen of mail, as far as the reader may place what lies there; of cases only those they may see."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select

from engage import clock
from engage.domain.pen_policy import PEN_GRANTS
from engage.domain.pen_reminders import FIRST_AFTER, Turn, is_overdue
from engage.domain.policy import Actor
from engage.domain.received_mail import MANY, MailState
from engage.extensions import db
from engage.models import Case, LaneReport, PenGuess, PenItem, ReceivedMail, Site
from engage.queries.paging import COUNTED
from engage.scope import in_lane_of, pen_of, visible_to

PAGE = 50  # Ours: the oldest first; the rest moves up.


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail in the list: nothing of who sent it."""

    mail: ReceivedMail
    item: PenItem
    site: str | None
    guesses: Sequence[str]  # references
    is_overdue: bool  # waits for so long that those who sort are told again


@dataclass(frozen=True, slots=True)
class MailPage:
    """One mail, in the pen or placed from there."""

    mail: ReceivedMail
    item: PenItem | None  # none once it is placed
    site: Site | None
    guesses: Sequence[tuple[str, str]]  # reference, and a code that says why
    sites: Sequence[Site]  # at which a case can be made of it
    reference: str | None  # of the case that it became part of, where the reader may see that


def count_waiting(actor: Actor) -> int:
    """Return how many mails wait for the actor, at most `COUNTED` + 1, which stands for more."""
    return db.session.scalar(select(how_many_wait(actor))) or 0


def how_many_wait(actor: Actor, before: datetime | None = None) -> ScalarSelect[int]:
    """Select how many mails wait for the actor, all or those that came until an instant, up to `COUNTED` + 1."""
    found = select(ReceivedMail.id).where(ReceivedMail.state == MailState.PEN, pen_of(actor)).limit(COUNTED + 1)
    if before is not None:
        found = found.where(ReceivedMail.received_at <= before)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def count_overdue(actor: Actor) -> int:
    """Return how many have waited for the actor for so long that they are told again, at most `COUNTED` + 1."""
    before = clock.utcnow() - FIRST_AFTER[Turn.SORTING]
    return db.session.scalar(select(how_many_wait(actor, before))) or 0


def oldest_undecided() -> timedelta:
    """Return for how long the oldest mail of all waits in the pen, zero where none does.

    What may be a survivor's is left out, since operators are outside the restricted lane.
    """
    waits = (ReceivedMail.state == MailState.PEN, ReceivedMail.is_restricted.is_(False))
    oldest = db.session.scalar(select(func.min(ReceivedMail.received_at)).where(*waits))
    return clock.utcnow() - oldest if oldest is not None else timedelta()


def sorts_mail(actor: Actor) -> bool:
    """Whether the actor places mail anywhere."""
    return actor.holds(*PEN_GRANTS)


def waiting(actor: Actor) -> list[Listed]:
    """Return the mails that wait for the actor, the oldest first, and behind them what one program sent too much of."""
    rows = db.session.execute(
        select(ReceivedMail, PenItem, Site.name)
        .join(PenItem, PenItem.mail_id == ReceivedMail.id)
        .outerjoin(Site, Site.id == ReceivedMail.site_id)
        .where(ReceivedMail.state == MailState.PEN, pen_of(actor))
        .order_by(case((ReceivedMail.why == MANY, 1), else_=0), ReceivedMail.received_at, ReceivedMail.id)
        .limit(PAGE)
    ).all()
    guessed = _guesses([mail.id for mail, _, _ in rows], actor)
    now = clock.utcnow()
    return [
        Listed(mail, item, site, [one for one, _ in guessed.get(mail.id, ())], is_overdue(mail.received_at, now))
        for mail, item, site in rows
    ]


def page(mail_id: uuid.UUID, actor: Actor) -> MailPage:
    """Return one mail of the pen, or that was placed from there.

    Raises:
        NoResultFound: there is none, or the actor may not know of it.
    """
    known = or_(ReceivedMail.state == MailState.PEN, ReceivedMail.decided_by_id.is_not(None))
    mail, site, reference = db.session.execute(
        select(ReceivedMail, Site, Case.reference)
        .outerjoin(Site, Site.id == ReceivedMail.site_id)
        .outerjoin(Case, (Case.id == ReceivedMail.case_id) & visible_to(actor))
        .where(ReceivedMail.id == mail_id, pen_of(actor), known)
    ).one()
    sites = db.session.scalars(select(Site).where(Site.is_open).order_by(Site.is_group_intake, Site.name)).all()
    guesses = _guesses([mail.id], actor).get(mail.id, ())
    return MailPage(mail, db.session.get(PenItem, mail.id), site, guesses, sites, reference)


def _guesses(mails: Sequence[uuid.UUID], actor: Actor) -> Mapping[uuid.UUID, list[tuple[str, str]]]:
    found: dict[uuid.UUID, list[tuple[str, str]]] = {}
    wanted = select(PenGuess.mail_id, Case.reference, PenGuess.by).join(Case, Case.id == PenGuess.case_id)
    rows: Any = db.session.execute(
        wanted.where(PenGuess.mail_id.in_(mails), _is_shown_to(actor)).order_by(Case.reference)
    )
    for mail_id, reference, by in rows:
        found.setdefault(mail_id, []).append((reference, by.value))
    return found


def _is_shown_to(actor: Actor) -> ColumnElement[bool]:
    """A case that the reader may see, or that became a report which they may see; what was erased is not there."""
    reports = select(LaneReport.case_id).where(
        LaneReport.case_id.is_not(None), LaneReport.erased_at.is_(None), in_lane_of(actor)
    )
    return or_(and_(Case.erased_at.is_(None), visible_to(actor)), Case.id.in_(reports))
