"""The versions of a site's rules. Rules are public; of cases only how many go by which version is read."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only

from engage.domain.case import CaseClass
from engage.extensions import db
from engage.models import Case, RuleSet

SHOWN = 20  # Ours: the newest, so that the page stays short; the audit record has all.


def newest(site_id: uuid.UUID) -> RuleSet:
    """Return the version of a site that was saved last, in force or planned.

    Raises:
        NoResultFound: the site has no rules yet.
    """
    return db.session.scalars(_versions(site_id).limit(1)).one()


def history(site_id: uuid.UUID) -> tuple[Sequence[RuleSet], bool]:
    """Return the versions that count, counted or will count, the newest first, and whether there are none before them.

    One that another replaced before its first day never counted and is left out. The documents are not read.
    """
    columns = load_only(RuleSet.id, RuleSet.version, RuleSet.effective_at)
    rows = db.session.scalars(_versions(site_id).options(columns).limit(SHOWN + 1)).all()
    kept: list[RuleSet] = []
    for row in rows:
        if not kept or row.effective_at < kept[-1].effective_at:
            kept.append(row)
    return kept, len(rows) <= SHOWN


def open_cases_by_version(site_id: uuid.UUID) -> Sequence[tuple[int, int]]:
    """Return how many open cases of a site go by each version, the oldest version first.

    Cases of the restricted lane are left out: outside of it nobody learns that there are any.
    """
    rows = db.session.execute(
        select(RuleSet.version, func.count(Case.id))
        .join(Case, Case.rule_set_id == RuleSet.id)
        .where(Case.site_id == site_id, Case.closed_at.is_(None), Case.class_ != CaseClass.RESTRICTED)
        .group_by(RuleSet.site_id, RuleSet.version)
        .order_by(RuleSet.version)
    )
    return [(row[0], row[1]) for row in rows]


def _versions(site_id: uuid.UUID) -> Select[RuleSet]:
    return select(RuleSet).where(RuleSet.site_id == site_id).order_by(RuleSet.version.desc())
