"""Who is told what of the restricted lane: neutral sentences without a reference, to very few.

Beside the table of events, because a report is no case. Nothing in a row of the outbox names a report to staff.
"""

import logging
import uuid
from collections.abc import Collection

from engage.extensions import db
from engage.models import LaneContact, LaneReport, Recipient
from engage.notify import outbox, timing
from engage.notify.addressing import NEUTRAL_FOR_PERSON, NEUTRAL_FOR_STAFF
from engage.notify.outbox import Owed
from engage.notify.to_users import to_users
from engage.scope import focal_points

log = logging.getLogger(__name__)
TO_LEAD = "lane_holds_something"


def tell_focal_points(report: LaneReport, *, event_id: uuid.UUID, all_sites: bool = False) -> None:
    """Tell the focal points that an item needs them; the same event tells each of them once."""
    people = focal_points(report, all_sites=all_sites)
    if not people:
        log.error("a report in the restricted lane has nobody to tell: name a focal point (flask engage check-config)")
    outbox.enqueue(*to_users(people, NEUTRAL_FOR_STAFF, f"{event_id}:{NEUTRAL_FOR_STAFF}"))


def tell_leads(people: Collection[uuid.UUID], *, event_id: uuid.UUID) -> None:
    """Tell the human-rights leads that the lane holds something, and nothing else."""
    outbox.enqueue(*to_users(people, TO_LEAD, f"{event_id}:{TO_LEAD}"))


def tell_holder(report: LaneReport, *, event_id: uuid.UUID) -> None:
    """Send her word that there is something new, where she left a road for it; never to who told of somebody else."""
    if report.for_other or db.session.get(LaneContact, report.id) is None:
        return
    outbox.enqueue(
        Owed(
            dedupe_key=f"{event_id}:{NEUTRAL_FOR_PERSON}:person",
            template=NEUTRAL_FOR_PERSON,
            locale=report.locale,
            recipient=Recipient.PERSON,
            lane_report_id=report.id,
            not_before=timing.for_holder(report.site_id),
        )
    )
