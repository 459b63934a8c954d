"""How many focal points a place may have: few, because each more is one more who could tell."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select

from engage.domain.lane_policy import FOCAL_POINTS
from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import Site, StaffMembership, StaffUser


class TooManyFocalPoints(ValueError):
    """These places have as many focal points as they may; `sites` holds their names, None stands for all sites."""

    def __init__(self, sites: Collection[str | None]) -> None:
        super().__init__(f"{len(sites)} places")
        self.sites = sorted(sites, key=lambda name: name or "")


def require_room(user_id: uuid.UUID, held: Collection[Membership], wanted: Collection[Membership]) -> None:
    """Let the user become a focal point where one more is allowed. Those who cannot sign in count as none.

    `held` is what they hold and keep; what is left of it needs no room.

    Raises:
        TooManyFocalPoints: somewhere there are enough.
    """
    places = {one.site_id for one in wanted if one.role is Role.FOCAL} - {
        one.site_id for one in held if one.role is Role.FOCAL
    }
    full = [place for place in sorted(places, key=str) if _others_at(place, user_id) >= FOCAL_POINTS]
    if full:
        raise TooManyFocalPoints([_name_of(place) for place in full])


def _others_at(place: uuid.UUID | None, user_id: uuid.UUID) -> int:
    if place is not None:  # two who are given the role at once wait for each other
        db.session.get(Site, place, with_for_update={"key_share": True})
    # Whose role rests (StaffMembership.counts) keeps their seat: it counts again once the training is renewed.
    wanted = (
        select(func.count(StaffMembership.id))
        .join(StaffUser, StaffUser.id == StaffMembership.user_id)
        .where(
            StaffMembership.role == Role.FOCAL,
            StaffMembership.site_id.is_(None) if place is None else StaffMembership.site_id == place,
            StaffUser.is_active,
            StaffUser.id != user_id,
        )
    )
    return db.session.scalars(wanted).one()


def _name_of(place: uuid.UUID | None) -> str | None:
    return db.session.get_one(Site, place).name if place is not None else None
