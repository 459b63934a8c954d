"""Sites and the rules in force at them."""

import copy
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import load_only

from engage import clock
from engage.domain.catalogue import Catalogue, read_catalogue
from engage.domain.promises_file import with_later_promises
from engage.extensions import db
from engage.models import Case, RuleSet, Site
from engage.models.base import Instant
from engage.services import instants

SHIPPED = Path(__file__).parent.parent / "data"
GROUP_CODE = "GRP"
_PER_SITE = ("promises", "ladder", "pauses", "taxonomy", "severity")  # columns of RuleSet, files in engage/data


@dataclass(frozen=True, slots=True)
class NewSite:
    """What a site needs to take concerns."""

    code: str
    name: str
    country: str
    time_zone: str
    locale: str = "en"
    is_group_intake: bool = False


@lru_cache(maxsize=1)
def shipped_documents() -> dict[str, dict[str, Any]]:
    """Return the shipped data, by name of file without its ending."""
    names = (*_PER_SITE, "roles")
    return {name: tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8")) for name in names}


@lru_cache(maxsize=1)
def shipped_catalogue() -> Catalogue:
    """Return the shipped data as values: what every site starts with, and the labels of its codes."""
    return read_catalogue(dict(shipped_documents()))


def add(new: NewSite) -> Site:
    """Add a site with the shipped rules as its first version."""
    now = clock.utcnow()
    site = Site(
        id=uuid.uuid4(),
        code=new.code,
        name=new.name,
        country=new.country,
        time_zone=new.time_zone,
        locale=new.locale,
        is_group_intake=new.is_group_intake,
        help_services=[],
        outside_avenues=[],
        created_at=now,
    )
    db.session.add(site)
    db.session.flush()
    documents = {name: shipped_documents()[name] for name in _PER_SITE}
    db.session.add(RuleSet(site_id=site.id, version=1, effective_at=now, **documents))
    db.session.flush()
    return site


def ensure_group_intake() -> Site:
    """Return the group intake, making it where there is none; running it twice makes one."""
    found = db.session.scalar(select(Site).where(Site.is_group_intake))
    return found or add(
        NewSite(code=GROUP_CODE, name="Group intake", country="", time_zone="UTC", is_group_intake=True)
    )


# Built once, since every submission asks: the site with its rules in force, and after it the group intake.
_INTAKE = (
    select(
        Site,
        select(RuleSet.id)
        .where(RuleSet.site_id == Site.id, RuleSet.effective_at <= bindparam("now", type_=Instant()))
        .order_by(RuleSet.effective_at.desc(), RuleSet.version.desc())
        .limit(1)
        .correlate(Site)
        .scalar_subquery(),
        instants.newest_checkpoint().scalar_subquery(),
    )
    .where(or_(and_(Site.id == bindparam("site_id", type_=Uuid()), Site.is_open), Site.is_group_intake))
    .order_by(Site.is_group_intake)
    .limit(1)
    .options(load_only(Site.code, Site.time_zone, Site.country, Site.is_group_intake))
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a concern goes, the version of the rules that counts from now, and the instant its record begins with."""

    site: Site
    rule_set_id: uuid.UUID
    at: datetime


def for_intake(site_id: uuid.UUID | None) -> Place:
    """Return the place of a new concern, by one statement.

    That is the site chosen while it is open, else the group intake, which is made where there is none.

    Raises:
        NoResultFound: the site has no rules yet.
    """
    found = db.session.execute(_INTAKE, {"site_id": site_id, "now": clock.utcnow()}).one_or_none()
    if found is None:
        ensure_group_intake()
        found = db.session.execute(_INTAKE, {"site_id": site_id, "now": clock.utcnow()}).one()
    site, rule_set_id, made_at = found
    if rule_set_id is None:  # a subquery may find nothing, whatever its type says
        raise NoResultFound("the site has no rules yet")
    return Place(site, rule_set_id, instants.not_before(made_at))


# What was added to the files after sites had kept theirs: read from the shipped ones until a site saves its own.
_ADDED_LATER = (("promises", "short_road"), ("taxonomy", "information_refusals"))


def completed(documents: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return documents kept by a site with what they could not have yet when they were saved."""
    found = dict(documents)
    for name, key in _ADDED_LATER:
        if name in found:
            found[name] = {key: copy.deepcopy(shipped_documents()[name][key]), **found[name]}
    found["promises"] = with_later_promises(found["promises"], copy.deepcopy(shipped_documents()["promises"]))
    return found


_read: dict[uuid.UUID, Catalogue] = {}  # rule sets never change, so what was read of one stays true


def rules_of(rule_set_id: uuid.UUID) -> Catalogue:
    """Return the rules of one version as values; read once per process.

    Raises:
        NoResultFound: there is no such version.
        BadCatalogue: what is stored cannot be used.
    """
    if rule_set_id not in _read:
        row = db.session.scalars(select(RuleSet).where(RuleSet.id == rule_set_id)).one()
        documents = completed({name: getattr(row, name) for name in _PER_SITE})
        _read[rule_set_id] = read_catalogue({**documents, "roles": shipped_documents()["roles"]})
    return _read[rule_set_id]


def rules_for(case: Case) -> Catalogue:
    """Return the rules of the version the case was opened under."""
    return rules_of(case.rule_set_id)


_IN_FORCE = (
    select(RuleSet.id)
    .where(RuleSet.site_id == bindparam("site_id", type_=Uuid()))
    .where(RuleSet.effective_at <= bindparam("now", type_=Instant()))
    .order_by(RuleSet.effective_at.desc(), RuleSet.version.desc())
    .limit(1)
)


def rule_set_in_force(site_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """Return the id of the version of the site's rules that counts for a case opened now.

    Raises:
        NoResultFound: the site has no rules yet.
    """
    return db.session.scalars(_IN_FORCE, {"site_id": site_id, "now": now}).one()


def in_force(site_id: uuid.UUID | None) -> Catalogue:
    """Return the rules that count for a concern raised now; those every site starts with where there is no site yet."""
    if site_id is None:
        return shipped_catalogue()
    return rules_of(rule_set_in_force(site_id, clock.utcnow()))
