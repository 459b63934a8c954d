"""Erasing: what people wrote and who they are goes for good, the record stays whole, and a tombstone says what went.

Digests in the record have lost their salts then, so nothing of it can be guessed at; the chain itself holds no words.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, not_, select, true, update
from sqlalchemy.orm import aliased

from engage import clock
from engage.domain.case import Road
from engage.domain.events import ContentErased
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import SYSTEM, Actor
from engage.domain.received_mail import THEIRS, MailState
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import (
    WAITING,
    Base,
    Case,
    CodeLink,
    CorrectiveAction,
    DoomedFile,
    Errand,
    Opening,
    OutboxMessage,
    PenGuess,
    ReceivedMail,
    Recipient,
    Task,
    Tombstone,
)
from engage.models.erasable import EMPTIED, IDENTIFIERS, REMOVED, SECRETS, emptied, of_case
from engage.notify.addressing import WITHHELD
from engage.services import deadlines, file_store, originals, pausing, search_index
from engage.services.timeline import record
from engage.unit_of_work import after_commit, unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.


def erase(case: Case, scope: Scope, rule: str, *, actor: Actor) -> bool:
    """Erase what the scope says by the rule, and put on the record that it went; whether there was anything to do.

    Safe to run twice. Whether it may be is the caller's to know. Bytes of files leave the store after the commit; the
    caller calls `settle` then, so that the words leave the index.

    Raises:
        Refused: everything is to go of a case that is not closed.
    """
    gone = set(db.session.scalars(select(Tombstone.scope).where(Tombstone.case_id == case.id)))
    if scope in gone or Scope.EVERYTHING in gone:
        return False
    if scope is Scope.EVERYTHING:
        _everything(case)
    elif scope is Scope.IDENTIFIERS:
        _doom_files(file_store.names_of(case.id, ReceivedMail))
        originals.forget(case, actor=actor)  # place and device may say who they are
        _remove(case, *IDENTIFIERS, CodeLink)
        case.road = Road.NONE  # the kind of identity stays: figures count it
    else:
        _remove(case, *SECRETS)
        _forget_submission(case)
    db.session.add(Tombstone(case_id=case.id, scope=scope, rule=rule, erased_at=clock.utcnow()))
    record(case, ContentErased(scope=scope.value, rule=rule), actor=actor)
    return True


def settle() -> None:
    """Take forgotten words out of the search index for good; after many erasures once, since it walks all of it."""
    with unit_of_work():
        search_index.settle()


def delete_doomed(*, limit: int = MOST) -> int:
    """Delete the bytes of erased files from the store and return how many. Safe to run twice and to be cut off."""
    names = db.session.scalars(select(DoomedFile.stored_as).order_by(DoomedFile.doomed_at).limit(limit)).all()
    count = 0
    for name in names:
        try:
            file_store.discard(name)
        except OSError:  # the store is away: the row stays, and the next night tries again
            log.exception("a file that was erased is still in the store: %s", name)
            continue
        with unit_of_work():
            db.session.execute(delete(DoomedFile).where(DoomedFile.stored_as == name))
        count += 1
    return count


def _everything(case: Case) -> None:
    if case.stage is not Stage.CLOSED:
        raise Refused(Refusal("not_closed_yet"))
    _end_what_runs(case)
    _claim_their_mail(case)
    _doom_files(file_store.names_of(case.id))
    _remove(case, *REMOVED)
    for model in EMPTIED:
        _empty(case, model)
    search_index.forget(case.id)
    db.session.expire_all()
    _forget_submission(case)
    case.road = Road.NONE
    case.their_turn = case.could_not_reach = case.unread_reply = case.owes_explanation = False
    case.news_due_at = None
    case.erased_at = clock.utcnow()


def _end_what_runs(case: Case) -> None:
    """Nothing is owed any more, nobody is to do anything, and no notice to the person is on its way."""
    now = clock.utcnow()
    deadlines.end_all(case)
    pausing.end_all(case, actor=SYSTEM)
    db.session.flush()
    _set(Task, and_(Task.case_id == case.id, Task.finished_at.is_(None)), finished_at=now)
    _set(Errand, and_(Errand.case_id == case.id, Errand.finished_at.is_(None)), finished_at=now, look_at=None)
    _set(
        CorrectiveAction,
        and_(CorrectiveAction.case_id == case.id, CorrectiveAction.reminded_at.is_(None)),
        reminded_at=now,
    )
    open_to_somebody = and_(Opening.case_id == case.id, Opening.until.is_not(None), Opening.ended_at.is_(None))
    _set(Opening, open_to_somebody, ended_at=now)
    to_person = and_(OutboxMessage.case_id == case.id, OutboxMessage.recipient == Recipient.PERSON)
    _set(OutboxMessage, and_(to_person, WAITING), sent_at=now, road=WITHHELD)


def _claim_their_mail(case: Case) -> None:
    """Let the mails and texts of the person go with the case that nobody has placed yet: answers to notices of it, what
    came from their number, or from somebody who agreed to be known again. What may be about another case as well, or
    only names this one, may be somebody else's word, and stays until somebody has said what it is."""
    other = aliased(PenGuess)
    elsewhere = exists().where(other.mail_id == PenGuess.mail_id, other.case_id != case.id)
    theirs = select(PenGuess.mail_id).where(PenGuess.case_id == case.id, PenGuess.by.in_(THEIRS), ~elsewhere)
    _set(ReceivedMail, and_(ReceivedMail.id.in_(theirs), ReceivedMail.state == MailState.PEN), case_id=case.id)


def _doom_files(names: Sequence[str]) -> None:
    db.session.add_all(DoomedFile(stored_as=name, doomed_at=clock.utcnow()) for name in names)
    if names:
        after_commit(_delete_now)


def _delete_now() -> None:
    delete_doomed()


def _remove(case: Case, *models: type[Base]) -> None:
    db.session.flush()
    for model in models:
        db.session.execute(
            delete(model).where(of_case(model, case.id)).execution_options(synchronize_session=False),
        )
    db.session.expire_all()


def _empty(case: Case, model: type[Base]) -> None:
    """Empty the erasable columns of a table's rows; a notice to staff that waits still needs what it shows."""
    left = not_(WAITING) if model is OutboxMessage else true()
    _set(model, and_(of_case(model, case.id), left), **emptied(model))


def _forget_submission(case: Case) -> None:
    """The digest of the form's token finds the case of a resent form; nobody resends it any more."""
    case.submission_digest = f"erased-{case.id.hex}"


def _set(model: type[Base], where: ColumnElement[bool], **values: object) -> None:
    db.session.execute(
        update(model).where(where).values(values).execution_options(synchronize_session=False),
    )
