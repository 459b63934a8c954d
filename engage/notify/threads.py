"""Which case was last written to which number: keyed hashes, no numbers. A text that comes back finds it so."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select

from engage import clock
from engage.extensions import db, insert_into
from engage.models import Case, SmsThread
from engage.settings import settings


def remember(case_id: uuid.UUID, digest: str) -> None:
    """Note that a text about the case went to the number now, in the open unit of work."""
    values = {"case_id": case_id, "digest": digest, "at": clock.utcnow()}
    db.session.execute(
        insert_into(SmsThread)
        .values(**values)
        .on_conflict_do_update(index_elements=["case_id", "digest"], set_={"at": values["at"]})
    )


def cases_of(digest: str) -> Sequence[uuid.UUID]:
    """Return the cases that were written to the number lately and whose person can still be written to, the last one
    first. A case that was moved into the restricted lane is none of them."""
    return db.session.scalars(written_to(digest).where(Case.moved_at.is_(None))).all()


def leads_into_lane(digest: str) -> bool:
    """Whether a case that was written to the number lately was moved into the restricted lane since."""
    return db.session.scalars(written_to(digest).where(Case.moved_at.is_not(None)).limit(1)).first() is not None


def written_to(digest: str) -> Select[uuid.UUID]:
    """Select all cases that were written to the number lately, the last one first; those in the restricted lane too."""
    return (
        select(SmsThread.case_id)
        .join(Case, Case.id == SmsThread.case_id)
        .where(SmsThread.digest == digest, SmsThread.at >= _oldest(), Case.erased_at.is_(None))
        .order_by(SmsThread.at.desc(), SmsThread.case_id)
    )


def forget_of_case(case_id: uuid.UUID) -> None:
    """Forget to which numbers was written about the case."""
    db.session.execute(delete(SmsThread).where(SmsThread.case_id == case_id))


def forget_old() -> int:
    """Forget what is too old for an answer to belong to it; return how many. Safe to run twice."""
    gone = delete(SmsThread).where(SmsThread.at < _oldest()).returning(SmsThread.case_id)
    return len(db.session.execute(gone, execution_options={"synchronize_session": False}).all())


def _oldest() -> datetime:
    return clock.utcnow() - timedelta(days=settings().SMS_THREAD_DAYS)
