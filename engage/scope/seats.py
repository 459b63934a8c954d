"""Who is to decide an appeal, and has not said yet whether they have a conflict of interest."""

import uuid

from sqlalchemy import Select, exists, select, tuple_
from sqlalchemy.orm import aliased

from engage.domain.policy import Actor
from engage.models import Appeal, PanelSeat


def undeclared(actor: Actor) -> Select[uuid.UUID]:
    """Select the cases whose appeal waits for the actor, who has declared nothing; see Case.appeal for which waits."""
    later = aliased(Appeal)
    is_newer = tuple_(later.lodged_at, later.id) > tuple_(Appeal.lodged_at, Appeal.id)
    has_newer = exists().where(later.case_id == Appeal.case_id, later.decided_at.is_(None), is_newer)
    seated = select(Appeal.case_id).join(PanelSeat, PanelSeat.appeal_id == Appeal.id)
    mine = (PanelSeat.user_id == actor.id, PanelSeat.declared_at.is_(None))
    return seated.where(*mine, Appeal.decided_at.is_(None), ~has_newer)
