"""How far a case's person was heard before something is proposed."""

import json

from sqlalchemy import func, or_, select

from engage.domain import consultation
from engage.domain.case import Writer
from engage.domain.consultation import TALKS, Sought
from engage.extensions import db
from engage.models import Case, CaseEvent, ContactAttempt, Message


def was_sought(case: Case) -> bool:
    """Whether we talked with the person of the case, or tried often enough, as the page of the case reads it too."""
    talks = db.session.scalars(select(CaseEvent.payload).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_(TALKS)))
    messages = db.session.execute(
        select(Message.writer, Message.written_at).where(
            Message.case_id == case.id, or_(Message.is_question, Message.writer == Writer.PERSON)
        )
    ).all()
    sought = Sought(
        was_held=any(json.loads(payload).get("held", True) for payload in talks),
        tries=db.session.scalar(select(func.count(ContactAttempt.id)).where(ContactAttempt.case_id == case.id)) or 0,
        asked=[at for writer, at in messages if writer is not Writer.PERSON],
        written=[at for writer, at in messages if writer is Writer.PERSON],
    )
    return consultation.was_sought(sought, case.class_, case.road)
