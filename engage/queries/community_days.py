"""Days that the communities of a site keep for themselves, for those who may stop a clock for them."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from engage.extensions import db
from engage.models import CommunityPeriod

MOST = 20  # Ours: a page shows what is near; the calendar has them all.


def still_to_come(site_id: uuid.UUID, today: date) -> Sequence[CommunityPeriod]:
    """Return the periods of a site that are not over on the day, the earliest first."""
    wanted = select(CommunityPeriod).where(CommunityPeriod.site_id == site_id, CommunityPeriod.last_day >= today)
    return db.session.scalars(wanted.order_by(CommunityPeriod.first_day, CommunityPeriod.id).limit(MOST)).all()
