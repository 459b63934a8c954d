"""Somebody moves to another site, or leaves on a day that is known: in one step, and by the clock."""

import logging
import uuid
from datetime import datetime

from sqlalchemy import select

from engage import clock
from engage.domain.administration import may_look_after, require_sites
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Membership
from engage.extensions import db
from engage.models import StaffUser
from engage.notify import account_rules
from engage.queries import staffing
from engage.services import accounts, leaving, people
from engage.services.audit import Change, note
from engage.services.handed import Handed
from engage.services.leaving import LastFocalPoint
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def move(user_id: uuid.UUID, there: uuid.UUID, *, here: uuid.UUID, actor: Actor) -> list[Handed]:
    """Let the user hold at one site the roles they held at another; what they had in hand there is returned.

    Raises:
        NotAllowed: a site is not the actor's to look after, or the user is the actor.
        Refused: the user holds no role there, or the two sites are one.
        LastFocalPoint: the site would have nobody who sees its restricted cases.
    """
    require_sites(actor, [here, there])
    held = people.memberships_of(people.locked(user_id))
    if here == there or not any(one.site_id == here for one in held):
        raise Refused(Refusal("nothing_to_move"))
    own = {one for one in held if may_look_after(actor, one.site_id)}
    moved = {Membership(one.role, there if one.site_id == here else one.site_id) for one in own}
    return accounts.set_roles(user_id, moved, actor=actor)


def set_end(user_id: uuid.UUID, ends_at: datetime | None, *, actor: Actor) -> None:
    """Say until when the user works here; none takes it back. From then on they are deactivated by the clock.

    Raises:
        NotAllowed: the user is not the actor's to manage.
        Refused: the instant is past, or the user may not sign in as it is.
    """
    user = people.managed(user_id, actor)
    if ends_at is not None and (ends_at <= clock.utcnow() or not user.is_active):
        raise Refused(Refusal("date_is_past"))
    before, user.ends_at = user.ends_at, ends_at
    if before != ends_at:
        told = {"before": {"ends_at": _plain(before)}, "after": {"ends_at": _plain(ends_at)}}
        note(Change.END_CHANGED, actor=actor, subject_id=user.id, **told)


def end_due() -> int:
    """Deactivate whose time is up, each in a unit of work of its own; return how many. Safe to run twice.

    Of the last focal point of a site, and of the last administrator of all, administrators are told instead: restricted
    cases would be seen by nobody, or nobody could name another. One that fails keeps nobody else's account open.
    """
    due = select(StaffUser.id).where(StaffUser.is_active, StaffUser.ends_at <= clock.utcnow())
    count = 0
    for user_id in db.session.scalars(due.order_by(StaffUser.ends_at, StaffUser.id)).all():
        try:
            with unit_of_work():
                count += _end(user_id)
        except Exception:  # one account must not keep the others open; it is tried again by the next run
            log.exception("the account %s could not end, though its time is up", user_id)
    return count


def _end(user_id: uuid.UUID) -> bool:
    user = people.locked(user_id)
    if not user.is_active or user.ends_at is None or user.ends_at > clock.utcnow():
        return False  # changed since it was looked for
    if staffing.administers_alone(user):
        log.error("an account whose time is up is the last administrator of all sites: name another")
        account_rules.cannot_end(user, asks_themself=True)
        return False
    try:
        leaving.require_focal_points(user, ())
    except LastFocalPoint:
        log.error("an account whose time is up is the last focal point of a site: name another")
        account_rules.cannot_end(user)
        return False
    accounts.let_go(user, actor=None)
    return True


def _plain(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
