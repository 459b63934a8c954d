"""What of mail is kept no longer: who sent much within an hour. Of raw copies see engage.services.inbound.raw_copy.

What waits in the pen goes by no clock: a concern may be in it until somebody of ours has said what it is.
"""

from datetime import datetime

from sqlalchemy import update

from engage.extensions import db
from engage.models import ReceivedMail
from engage.services.inbound import placing


def forget_senders(now: datetime) -> int:
    """Forget which mails of the last hour had one sender, once that hour is over; return of how many.

    Kept longer it would say which concerns are of one person, to which they did not agree. Safe to run twice.
    """
    old = (ReceivedMail.sender_digest.is_not(None), ReceivedMail.received_at <= now - placing.WINDOW)
    forgotten = update(ReceivedMail).where(*old).values(sender_digest=None).returning(ReceivedMail.id)
    return len(db.session.execute(forgotten, execution_options={"synchronize_session": False}).all())
