"""Corrections: the person says what is wrong in what we hold, and one of us answers.

What was written is never edited. The correction stands beside it, on every page that shows it, with our answer.
"""

import uuid

from sqlalchemy import select

from engage import clock, vault
from engage.domain import policy
from engage.domain import tasks as todo
from engage.domain.events import CorrectionAnswered, CorrectionAsked, TaskFinished
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, Correction, Task
from engage.notify.audience import working_on
from engage.services import asking_for_news, tasks
from engage.services.timeline import digest_of, record

MOST_WAITING = 10  # Ours: more than these at once are one message; whoever answers reads them all.


def ask(case: Case, words: str, right_words: str | None, *, actor: Actor) -> Correction:
    """Put what the person says is wrong beside it; whoever works the case gets a task to answer.

    Raises:
        NotAllowed: it is not the actor's case.
        Refused: as many wait for an answer as may.
    """
    policy.require(actor, Permission.OWN_DATA, case.facts)
    waiting = select(Correction.id).where(Correction.case_id == case.id, Correction.answered_at.is_(None))
    if len(db.session.scalars(waiting).all()) >= MOST_WAITING:
        raise Refused(Refusal("corrections_wait", {"most": MOST_WAITING}))
    row = Correction(
        id=uuid.uuid4(),
        case_id=case.id,
        words=words,
        right_words=right_words,
        salt=vault.salt(),
        asked_at=clock.utcnow(),
    )
    db.session.add(row)
    record(case, CorrectionAsked(correction_id=row.id), actor=actor, content=digest_of(row.salt, words, right_words))
    if people := working_on(case):
        owner = asking_for_news.first_there(case, people, row.asked_at)
        row.task_id = tasks.add_for_service(case, todo.ANSWER_CORRECTION, owner).id
    return row


def answer(case: Case, correction_id: uuid.UUID, words: str, *, accepted: bool, actor: Actor) -> None:
    """Say to the person whether we see it as they do, and why; the task of it is done.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no such correction waits, or there are no words for the person.
    """
    policy.require(actor, Permission.ANSWER_CORRECTION, case.facts)
    row = db.session.get(Correction, correction_id)
    if row is None or row.case_id != case.id or row.answered_at is not None:
        raise Refused(Refusal("no_correction_waits"))
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    row.answer_words, row.is_accepted = words, accepted
    row.answered_at, row.answered_by_id = clock.utcnow(), actor.id
    event = CorrectionAnswered(correction_id=row.id, accepted=accepted)
    record(case, event, actor=actor, content=digest_of(row.salt, words))
    task = db.session.get(Task, row.task_id) if row.task_id else None
    if task is not None and task.finished_at is None:
        task.finished_at, task.finished_by_id = row.answered_at, actor.id
        record(case, TaskFinished(task_id=task.id), actor=actor)
