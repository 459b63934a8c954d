"""Making less of a grievance: only with the person's agreement, given on their case page or in their own words."""

import uuid

from sqlalchemy import select

from engage import clock, vault
from engage.domain import guards, policy
from engage.domain.case import Kind
from engage.domain.events import ConversionAnswered, ConversionAsked
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, ConversionRequest
from engage.services import answers, circumstances, triage
from engage.services.answers import SignOff
from engage.services.timeline import digest_of, record

ON_THE_PAGE = SignOff()


def ask(case: Case, kind: Kind, words: str, *, actor: Actor) -> ConversionRequest:
    """Ask the person whether their grievance may be treated as something else, and say why.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it cannot be converted so any more, they were asked already, or no reason is given.
    """
    policy.require(actor, Permission.CONVERT, case.facts)
    guards.stop_if(guards.why_not_convert(circumstances.of(case), kind, person_agreed=True))
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    if open_request(case.id) is not None:
        raise Refused(Refusal("asked_already"))
    row = ConversionRequest(
        id=uuid.uuid4(),
        case_id=case.id,
        kind=kind,
        words=words,
        salt=vault.salt(),
        asked_by_id=actor.id,
        asked_at=clock.utcnow(),
    )
    db.session.add(row)
    db.session.flush()
    event = ConversionAsked(request_id=row.id, to_kind=kind.value)
    record(case, event, actor=actor, content=digest_of(row.salt, words))
    return row


def answer(case: Case, *, agreed: bool, actor: Actor, sign_off: SignOff = ON_THE_PAGE) -> None:
    """Record what the person says; a yes converts the case, a no leaves it a grievance. R60.

    Raises:
        NotAllowed: neither the person nor staff who may record what they say.
        Refused: nothing was asked, a spoken answer lacks its sign-off, or it is too late to convert.
    """
    answers.require_voice(case, Permission.AGREE_TO_CONVERT, actor, sign_off)
    row = open_request(case.id)
    if row is None:
        raise Refused(Refusal("nothing_asked"))
    if agreed:
        guards.stop_if(guards.why_not_convert(circumstances.of(case), row.kind, person_agreed=True))
    row.answered_at, row.is_agreed, row.sign_off = clock.utcnow(), agreed, sign_off.mode
    event = ConversionAnswered(request_id=row.id, agreed=agreed, sign_off=sign_off.mode)
    record(case, event, actor=actor, content=digest_of(row.salt, sign_off.words))
    if agreed:
        triage.change_kind(case, row.kind, actor=actor)


def open_request(case_id: uuid.UUID) -> ConversionRequest | None:
    """Return what the person was asked and has not answered, or None."""
    return db.session.scalar(
        select(ConversionRequest).where(ConversionRequest.case_id == case_id, ConversionRequest.answered_at.is_(None))
    )
