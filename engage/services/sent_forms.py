"""Forms that were carried out, so that a double click or a resend does nothing twice."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete

from engage import clock, vault
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import SentForm

KEPT_FOR = timedelta(days=7)  # Ours: a browser that resends a form from its history does so within days.


def is_first(case_id: uuid.UUID, token: str) -> bool:
    """Note the form as carried out; False if it was before, and then nothing is to be done.

    The caller holds the case locked, so two clicks cannot both be first. What fails afterwards rolls the note back.
    """
    if was_sent(token):
        return False
    db.session.add(SentForm(digest=vault.digest(token, vault.TOKEN), case_id=case_id, sent_at=clock.utcnow()))
    db.session.flush()
    return True


def was_sent(token: str) -> bool:
    """Whether the form is noted as carried out."""
    return db.session.get(SentForm, vault.digest(token, vault.TOKEN)) is not None


def row_of(mark: str | None, actor: Actor) -> uuid.UUID:
    """Return the id of the row that a form of no case makes; its mark and its sender give it, so it is made once.

    A form without a mark is never taken for one sent before.
    """
    if mark is None:
        return uuid.uuid4()
    return uuid.UUID(vault.digest(f"{actor.id}:{mark}", vault.TOKEN)[:32])


def purge(now: datetime) -> int:
    """Forget forms that nobody sends again; returns how many. Safe to run twice."""
    gone = db.session.execute(delete(SentForm).where(SentForm.sent_at < now - KEPT_FOR).returning(SentForm.digest))
    return len(gone.all())
