"""Keeping those who do security at a site out of what is about them (domain R47).

An administrator says which departments and contractors they are. They are named as what the case is about, which keeps
everybody there and their line out of it; what staff took away again with a reason is not named a second time.
"""

import logging
import uuid

from sqlalchemy import select

from engage.domain.conflicts import SubjectKind, is_about_security
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import Case, Site
from engage.services import cases, conflicts

log = logging.getLogger(__name__)


def keep_out(case: Case) -> None:
    """Name those who do security at the site of a case that is about security. Doing it again changes nothing.

    Whoever is left takes the case, at the site or above it. Where nobody would be left those who do security there
    stay: never to nobody (product 6); the log says so, and `check-config` who is missing.
    """
    if not is_about_security(case.category, case.fact_codes or ()):
        return
    for row in db.session.get_one(Site, case.site_id).security:
        kind, name = SubjectKind(row["kind"]), str(row["name"])
        if conflicts.was_named(case.id, kind, name):
            continue
        if conflicts.leaves_somebody(case, kind, name):
            conflicts.name_place(case, kind, name, actor=SYSTEM)
        else:
            log.error("case %s would be left to nobody without those it is about; see check-config", case.id)


def keep_out_at(site_id: uuid.UUID) -> None:
    """Do the same for every open case of a site, after an administrator changed who does security there."""
    wanted = select(Case.id).where(Case.site_id == site_id, Case.closed_at.is_(None), Case.category.is_not(None))
    for case_id in db.session.scalars(wanted.order_by(Case.id)).all():
        case = cases.lock_own(case_id)
        keep_out(case)
