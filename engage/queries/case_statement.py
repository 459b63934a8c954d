"""The one statement that reads a case for staff, and of what else the case has something."""

from functools import lru_cache
from typing import Any, TypeVarTuple

from sqlalchemy import BindParameter, Select, String, bindparam, select
from sqlalchemy.orm import joinedload, lazyload

from engage.domain.policy import Actor
from engage.models import (
    Case,
    SealedContact,
    SealedIdentity,
    Site,
    StaffUser,
)
from engage.queries import (
    case_parts,
    findings_parts,
    notifications,
    opening_parts,
    outside_parts,
    rights_parts,
    triage_parts,
)
from engage.scope import visible_to

Row = TypeVarTuple("Row")
# What is read when it is first asked for.
BESIDE = {
    **triage_parts.THERE,
    **outside_parts.THERE,
    **findings_parts.THERE,
    **opening_parts.THERE,
    **rights_parts.THERE,
}


@lru_cache(maxsize=1000)  # readers of one process; the statement depends on what the actor may see and on nothing else
def of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return what reads the case, the vault's rows of it, of what else it has something, and what the actor has not
    seen of what they were told of it. It is run with `reference` and `now`."""
    seldom = (there.label(name) for name, there in [*case_parts.SELDOM.items(), *BESIDE.items()])
    last_read = case_parts.last_read(actor).label("last_read")
    unseen = notifications.unseen_of_case(actor).label("unseen")
    wanted = (
        select(Case, SealedContact, SealedIdentity, last_read, unseen, *seldom)
        .outerjoin(SealedContact, SealedContact.case_id == Case.id)
        .outerjoin(SealedIdentity, SealedIdentity.case_id == Case.id)
        .options(lazyload(Case.appeals), lazyload(Case.subjects))
    )
    return _visible(wanted, bindparam("reference", type_=String()), actor)


def _visible(wanted: Select[*Row], reference: str | BindParameter[str], actor: Actor) -> Select[*Row]:
    shown = (
        joinedload(Case.site).load_only(Site.name, Site.code, Site.country, Site.time_zone, Site.is_group_intake),
        joinedload(Case.statement),
        joinedload(Case.assignee).load_only(StaffUser.name).lazyload(StaffUser.memberships),
    )
    return wanted.options(*shown).where(Case.reference == reference, visible_to(actor))
