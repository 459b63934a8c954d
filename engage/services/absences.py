"""Who is away from when to when, and who stands in for them meanwhile: what they are told and what waits for them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage import clock
from engage.domain import absence as rules
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.policy import Actor, NotAllowed
from engage.extensions import db
from engage.models import Absence, StaffUser
from engage.notify import work_rules
from engage.services import audit
from engage.services.audit import Change


@dataclass(frozen=True, slots=True)
class Away:
    """An absence as it is told: from the first instant, until the last, and who stands in."""

    starts_at: datetime
    ends_at: datetime
    replacement_id: uuid.UUID


def begin(user_id: uuid.UUID, away: Away, *, actor: Actor) -> Absence:
    """Note that somebody is away; whoever stands in is told. It ends by itself.

    Raises:
        NoResultFound: there is no such user, or they left.
        NotAllowed: the actor is neither the user nor somebody who assigns work where the user has some.
        Refused: the dates are in the wrong order, past or too far away, the user is away then already, or the
            replacement could not do the user's work, or is away then and leaves theirs to the user.
    """
    now = clock.utcnow()
    user, replacement = _locked(user_id, away.replacement_id)
    if user is None:
        raise NoResultFound
    if not rules.may_set(actor, user.actor):
        raise NotAllowed("absence")
    stop_if(rules.why_not_absent(away.starts_at, away.ends_at, now))
    if replacement is None or replacement is user or not rules.fits(replacement.actor, user.actor):
        raise Refused(Refusal("replacement_does_not_fit"))
    meanwhile = _standing_in(away.starts_at, away.ends_at)
    if user_id in meanwhile:
        raise Refused(Refusal("away_already"))
    if rules.follow(user_id, {**meanwhile, user_id: replacement.id}) is None:
        raise Refused(Refusal("replacement_is_away"))
    row = Absence(
        id=uuid.uuid4(),
        user_id=user_id,
        replacement_id=replacement.id,
        starts_at=away.starts_at,
        ends_at=away.ends_at,
        set_by_id=actor.id,
        set_at=now,
    )
    db.session.add(row)
    told = {"from": row.starts_at.isoformat(), "until": row.ends_at.isoformat(), "replacement": str(replacement.id)}
    audit.note(Change.USER_AWAY, actor=actor, subject_id=user_id, after=told)
    if replacement.id != actor.id:
        work_rules.tell_of_absence(row)
    return row


def end(absence_id: uuid.UUID, *, actor: Actor) -> uuid.UUID:
    """Note that somebody is back, or stays after all; return who. What has begun ends now, what has not is taken out.

    Raises:
        NoResultFound: there is no such absence.
        NotAllowed: the actor is neither the user nor somebody who assigns work where the user has some.
        Refused: it is over already.
    """
    now = clock.utcnow()
    row = db.session.scalars(select(Absence).where(Absence.id == absence_id).with_for_update()).one()
    user_id = row.user_id
    if not rules.may_set(actor, db.session.get_one(StaffUser, user_id).actor):
        raise NotAllowed("absence")
    if row.ends_at <= now:
        raise Refused(Refusal("absence_is_over"))
    if row.starts_at < now:
        row.ends_at = now
    else:
        db.session.delete(row)
    audit.note(Change.USER_BACK, actor=actor, subject_id=user_id)
    return user_id


def _locked(user_id: uuid.UUID, replacement_id: uuid.UUID) -> tuple[StaffUser | None, StaffUser | None]:
    """Both people, if they work here still, kept from being given another absence meanwhile."""
    wanted = select(StaffUser).where(StaffUser.id.in_((user_id, replacement_id)), StaffUser.is_active)
    found = {row.id: row for row in db.session.scalars(wanted.order_by(StaffUser.id).with_for_update(of=StaffUser))}
    return found.get(user_id), found.get(replacement_id)


def _standing_in(starts_at: datetime, ends_at: datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Who stands in for whom at some time between the instants."""
    wanted = select(Absence.user_id, Absence.replacement_id).where(
        Absence.starts_at < ends_at, Absence.ends_at > starts_at
    )
    return {user_id: replacement_id for user_id, replacement_id in db.session.execute(wanted)}
