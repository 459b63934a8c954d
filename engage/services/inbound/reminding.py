"""What waits in the holding pen undecided is told again until somebody decides. Whom it is told, mail_rules says."""

import uuid
from datetime import datetime

from sqlalchemy import func, select

from engage import clock
from engage.domain.pen_reminders import FIRST_AFTER, Turn
from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.models import ReceivedMail
from engage.notify import mail_rules
from engage.notify.mail_rules import Pile
from engage.scope import PEN_SUBJECTS
from engage.unit_of_work import unit_of_work


def remind(now: datetime | None = None) -> int:
    """Tell those whose turn it is that something still waits, and return how many notices that are.

    Safe to run twice, late, and at the same time: each reader hears once a day at most, and what was told when is read
    from the notices.
    """
    now = now or clock.utcnow()
    with unit_of_work():
        return mail_rules.remind_of_pen(_piles(now), now=now)


def _piles(now: datetime) -> list[Pile]:
    """What has waited for long enough: of each place and day together, and by itself what may be about one of us."""
    waits = (ReceivedMail.state == MailState.PEN, ReceivedMail.received_at <= now - FIRST_AFTER[Turn.SORTING])
    about = (
        select(ReceivedMail, PEN_SUBJECTS.c.user_id)
        .join(PEN_SUBJECTS, PEN_SUBJECTS.c.mail_id == ReceivedMail.id)
        .where(*waits)
    )
    of_us: dict[ReceivedMail, set[uuid.UUID]] = {}
    for mail, user_id in db.session.execute(about):
        of_us.setdefault(mail, set()).add(user_id)
    place = (ReceivedMail.site_id, ReceivedMail.is_restricted)
    together = (
        select(*place, func.min(ReceivedMail.received_at))
        .where(*waits, ReceivedMail.id.not_in([mail.id for mail in of_us]))
        .group_by(*place, func.date(ReceivedMail.received_at))
    )
    return [
        *(Pile(site_id, is_restricted, came_at) for site_id, is_restricted, came_at in db.session.execute(together)),
        *(Pile(one.site_id, one.is_restricted, one.received_at, frozenset(people)) for one, people in of_us.items()),
    ]
