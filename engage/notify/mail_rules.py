"""Who is told that mail waits in the holding pen: one neutral sentence, once an hour to each."""

import logging
from datetime import datetime

from engage.models import ReceivedMail
from engage.notify import outbox
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.to_users import to_users
from engage.scope import first_at, focal_at

log = logging.getLogger(__name__)
TO_SORT = "mail_to_sort"


def tell_of_pen(mail: ReceivedMail, *, now: datetime) -> None:
    """Tell whoever looks after the site that a mail waits, or those of all sites; of a restricted one its focal points.

    What they are sent names no mail and no case.
    """
    people = focal_at(mail.site_id) if mail.is_restricted else first_at(mail.site_id)
    if not people:
        log.error("mail waits in the holding pen and there is nobody to tell: name a coordinator")
    template = NEUTRAL_FOR_STAFF if mail.is_restricted else TO_SORT
    hour = now.replace(minute=0, second=0, microsecond=0)
    key = f"{TO_SORT}:{template}:{hour.isoformat()}"
    owed = to_users(people, template, key, is_shared=True, site_id=mail.site_id)
    outbox.enqueue(*(outbox.once_an_hour(one, hour) for one in owed))
