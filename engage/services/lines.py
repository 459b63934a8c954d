"""Where our people stand: whom they report to, their department, their contractor. Conflicts of interest follow it."""

import uuid

from sqlalchemy import select

from engage.domain import administration
from engage.domain.conflicts import Employed
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, NotAllowed
from engage.extensions import db
from engage.models import StaffUser
from engage.services import conflicts
from engage.services.audit import Change, note
from engage.services.lane import subjects
from engage.services.people import memberships_of


def place(user_id: uuid.UUID, at: Employed, *, actor: Actor) -> None:
    """Say where somebody stands; who is kept out of which case or report is worked out anew at once. Safe to run twice.

    Raises:
        NotAllowed: the user is not the actor's to manage.
        Refused: the user would report to themselves, through others or directly, or to nobody known.
    """
    user = db.session.scalars(select(StaffUser).where(StaffUser.id == user_id).with_for_update()).one()
    if not administration.may_manage(actor, user.id, memberships_of(user)):
        raise NotAllowed("user")
    before = Employed(user.reports_to_id, user.department, user.contractor)
    if before == at:
        return
    _refuse_circle(user_id, at.reports_to)
    user.reports_to_id, user.department, user.contractor = at.reports_to, at.department, at.contractor
    note(Change.LINE_CHANGED, actor=actor, subject_id=user_id, before=_plain(before), after=_plain(at))
    db.session.flush()
    conflicts.people_moved()
    subjects.people_moved()


def _refuse_circle(user_id: uuid.UUID, lead: uuid.UUID | None) -> None:
    above = lead
    while above is not None:
        over = db.session.get(StaffUser, above)
        if over is None or above == user_id:
            raise Refused(Refusal("line_in_a_circle"))
        above = over.reports_to_id


def _plain(at: Employed) -> dict[str, object]:
    lead = str(at.reports_to) if at.reports_to else None
    return {"reports_to": lead, "department": at.department, "contractor": at.contractor}
