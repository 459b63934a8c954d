"""What has to be arranged for a case: an interpreter before a meeting, a look at whose consent is needed."""

import uuid
from collections.abc import Collection

from sqlalchemy import select

from engage import clock
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.events import ItemDone, ItemOpened
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.domain.triage import CONSENT_REVIEW, needs_consent_review
from engage.extensions import db
from engage.models import Case, OpenItem
from engage.services import conversation, sites
from engage.services.timeline import record


def open_at_assessment(case: Case, support: Collection[str], *, actor: Actor) -> None:
    """Open what the person needs to take part, and the look at whose consent is needed. What was open stays so.

    Raises:
        Refused: a need is none of the list.
    """
    if not set(support) <= {term.code for term in sites.rules_for(case).taxonomy.lists["support_needs"]}:
        raise Refused(Refusal("not_in_the_list"))
    wanted = sorted(support)
    if needs_consent_review(case.category or "", case.fact_codes):
        wanted.append(CONSENT_REVIEW)
    there = {row.code for row in items_of(case.id)}
    for code in wanted:
        if code not in there:
            _open(case, code, actor)


def ask_for(case: Case, code: str, *, actor: Actor) -> None:
    """Note that the person needs something to take part.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is none of the list, or waits to be arranged already.
    """
    policy.require(actor, Permission.ARRANGE, case.facts)
    if code not in {term.code for term in sites.rules_for(case).taxonomy.lists["support_needs"]}:
        raise Refused(Refusal("not_in_the_list"))
    if code in {row.code for row in items_of(case.id) if row.done_at is None}:
        raise Refused(Refusal("is_that_already"))
    _open(case, code, actor)


def finish(case: Case, item_id: uuid.UUID, words: str, *, actor: Actor) -> None:
    """Note that something is arranged or looked at, and how.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such open item, or nothing is said of how.
    """
    policy.require(actor, Permission.ARRANGE, case.facts)
    row = next((one for one in items_of(case.id) if one.id == item_id and one.done_at is None), None)
    if row is None or not words.strip():
        raise Refused(Refusal("item_done" if row is None else "reason_needed"))
    row.done_at, row.done_by_id = clock.utcnow(), actor.id
    note = conversation.add(case, words, writer=Writer.NOTE, actor=actor, tells=False)
    content = conversation.digest_of_message(note)
    record(case, ItemDone(item_id=row.id, code=row.code), actor=actor, content=content)


def refuse_meeting(case: Case, without: str | None) -> None:
    """Let a meeting be recorded once everything the person needs for it is arranged, or with the reason why not.

    Raises:
        Refused: something is missing and no reason is given (domain R12).
    """
    missing = [row.code for row in items_of(case.id) if row.done_at is None and row.code != CONSENT_REVIEW]
    if missing and not (without or "").strip():
        raise Refused(Refusal("support_missing", {"count": len(missing)}))


def items_of(case_id: uuid.UUID) -> list[OpenItem]:
    """Return what a case needed or needs, in the order in which it was asked for."""
    return list(
        db.session.scalars(select(OpenItem).where(OpenItem.case_id == case_id).order_by(OpenItem.asked_at, OpenItem.id))
    )


def _open(case: Case, code: str, actor: Actor) -> None:
    row = OpenItem(id=uuid.uuid4(), case_id=case.id, code=code, asked_by_id=actor.id, asked_at=clock.utcnow())
    db.session.add(row)
    db.session.flush()
    record(case, ItemOpened(item_id=row.id, code=code), actor=actor)
