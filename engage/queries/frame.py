"""The numbers that stand around every page of staff, read by one statement."""

from dataclasses import dataclass

from sqlalchemy import literal, select

from engage.domain.lane_policy import LANE_GRANTS, LanePermission
from engage.domain.policy import Actor
from engage.extensions import db
from engage.queries import lane_reports, notifications, pen


@dataclass(frozen=True, slots=True)
class Numbers:
    """What waits for somebody. None where they are shown no such number: they may not know of what it counts."""

    unseen: int  # at most `COUNTED` + 1, which stands for more
    reports: int | None  # of the restricted lane
    mails: int | None  # the same


def numbers(actor: Actor) -> Numbers:
    """Return the numbers of the frame; one statement, whatever the actor may see."""
    nothing = literal(None)
    row = db.session.execute(
        select(
            notifications.unseen(actor),
            lane_reports.how_many_wait(actor) if actor.holds(*LANE_GRANTS[LanePermission.VIEW]) else nothing,
            pen.how_many_wait(actor) if pen.sorts_mail(actor) else nothing,
        )
    ).one()
    return Numbers(row[0], row[1], row[2])
