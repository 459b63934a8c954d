"""The schedule as it is shipped, and the cases as it looks at them."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import lazyload

from engage import clock
from engage.domain import retention as rules
from engage.domain.case import Answer
from engage.domain.retention import Due, Kept, Schedule
from engage.domain.retention_file import read_retention
from engage.domain.triage import CONSENT_REVIEW
from engage.domain.wall_clock import last_of_day
from engage.extensions import db
from engage.models import Case, Deadline, LegalHold, OpenItem, Proposal, Remedy, Site, Tombstone
from engage.services import sites

_HELD = exists().where(LegalHold.case_id == Case.id, LegalHold.lifted_at.is_(None))
_PAID = exists().where(
    Remedy.case_id == Case.id,
    Remedy.amount.is_not(None),
    Proposal.id == Remedy.proposal_id,
    Proposal.answer == Answer.ACCEPT,
)
_CONSENT = exists().where(OpenItem.case_id == Case.id, OpenItem.code == CONSENT_REVIEW)
_OWED = exists().where(Deadline.case_id == Case.id, Deadline.ended_at.is_(None))
# One statement whatever a rule asks for, so that a run reads its cases in pages.
Facts = Row[tuple[Case, str, str, object, bool, bool, bool, bool]]


def facts() -> Select[tuple[Case, str, str, object, bool, bool, bool, bool]]:
    """Return what reads the cases with what the schedule looks at."""
    more = [_HELD.label("is_held"), _PAID.label("paid"), _CONSENT.label("consent"), _OWED.label("owed")]
    wanted = select(Case, Site.country, Site.time_zone, Site.closes_on, *more).join(Site, Site.id == Case.site_id)
    return wanted.options(lazyload(Case.appeals), lazyload(Case.subjects))  # type: ignore[return-value]  # - exists() is a bool


@lru_cache(maxsize=1)
def schedule() -> Schedule:
    """Return the shipped schedule; read once per process."""
    catalogue = sites.shipped_catalogue()
    raw = tomllib.loads((sites.SHIPPED / "retention.toml").read_text("utf-8"))
    return read_retention(raw, catalogue.taxonomy.category_codes, {fact.code for fact in catalogue.severity.facts})


def gone_of(case: Case) -> Sequence[Tombstone]:
    """Return what was erased of a case, in the order in which it went."""
    return db.session.scalars(
        select(Tombstone).where(Tombstone.case_id == case.id).order_by(Tombstone.erased_at, Tombstone.scope)
    ).all()


def due_of(case: Case) -> Sequence[Due]:
    """Return when what of the case goes, and why, as it stands now."""
    return due_in(db.session.execute(facts().where(Case.id == case.id)).one())


def due_in(row: Facts) -> Sequence[Due]:
    """Return the same of a row of `facts`."""
    return rules.due(_kept(row), schedule().in_country(row.country))


def forbidding(case: Case, now: datetime | None = None) -> Due | None:
    """Return what law forbids that its person has the case erased now, or None."""
    row = db.session.execute(facts().where(Case.id == case.id)).one()
    return rules.forbidding(_kept(row), schedule().in_country(row.country), now or clock.utcnow())


def _kept(row: Facts) -> Kept:
    case, zone = row.Case, ZoneInfo(row.time_zone)
    known = {*case.fact_codes, *([rules.PAID] if row.paid else []), *([rules.CONSENT] if row.consent else [])}
    if case.harms_child:
        known.add(rules.CHILD)
    until = None
    if case.closed_at is not None:
        until = last_of_day(case.closed_at, sites.rules_for(case).promises.appeal_window.count, zone)
    return Kept(
        kind=case.kind,
        class_=case.class_,
        identity=case.identity,
        category=case.category,
        facts=frozenset(known),
        closed_at=case.closed_at,
        close_type=case.close_type,
        appeal_until=until,
        checks_owed=row.owed,
        mine_closes_on=row.closes_on,
        zone=zone,
        is_held=row.is_held,
    )
