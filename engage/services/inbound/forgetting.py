"""What of mail is kept no longer: who sent much within an hour, what nobody placed, and raw copies."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import ReceivedMail
from engage.services.inbound import placing, raw_copy
from engage.settings import settings


def forget_senders(now: datetime) -> int:
    """Forget which mails of the last hour had one sender, once that hour is over; return of how many.

    Kept longer it would say which concerns are of one person, to which they did not agree. Safe to run twice.
    """
    old = (ReceivedMail.sender_digest.is_not(None), ReceivedMail.received_at <= now - placing.WINDOW)
    forgotten = update(ReceivedMail).where(*old).values(sender_digest=None).returning(ReceivedMail.id)
    return len(db.session.execute(forgotten, execution_options={"synchronize_session": False}).all())


def forget_unplaced(now: datetime) -> int:
    """Forget mails that have waited in the pen for so long that nobody will place them; return how many.

    Safe to run twice. What came in and was not read yet is never forgotten.
    """
    before = now - timedelta(days=settings().MAIL_PEN_DAYS)
    old = select(ReceivedMail).where(ReceivedMail.state == MailState.PEN, ReceivedMail.received_at < before)
    rows = db.session.scalars(old.with_for_update()).all()
    for row in rows:
        placing.done(row, Outcome.FORGOTTEN)
        raw_copy.forget(row)
    return len(rows)
