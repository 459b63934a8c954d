"""Sites as administrators keep them. Every change leaves an entry in the audit record."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, true

from engage.domain import administration
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Site
from engage.services import security, sites
from engage.services.audit import Change, note
from engage.services.sites import NewSite
from engage.settings import settings


class AddressTaken(ValueError):
    """Mail to this address belongs to another site, or to none."""


class CodeTaken(ValueError):
    """There is a site with this code: references would be told apart no longer."""


@dataclass(frozen=True, slots=True)
class SiteDetails:
    """What may be changed of a site. Its code may not: references that people hold begin with it."""

    name: str
    country: str
    time_zone: str
    locale: str
    is_open: bool = True
    closes_on: date | None = None  # the end of the life of the mine, from which the keeping of some cases counts
    phone: str | None = None
    phone_hours: str | None = None
    office: str | None = None
    letter_boxes: str | None = None
    mail_address: str | None = None  # what is written there becomes a concern of the site
    help_services: list[dict[str, Any]] = field(default_factory=list)
    outside_avenues: list[dict[str, Any]] = field(default_factory=list)
    security: list[dict[str, Any]] = field(default_factory=list)


def add_site(code: str, details: SiteDetails, *, actor: Actor) -> uuid.UUID:
    """Add a site with the shipped rules.

    Raises:
        NotAllowed: the actor does not administer all sites.
        CodeTaken: there is a site with this code.
        AddressTaken: the mail address is another site's, or the inbox of all.
    """
    administration.require_sites(actor, [None])
    _check_address(details.mail_address, None)
    if db.session.scalar(select(Site.id).where(Site.code == code)) is not None:
        raise CodeTaken(code)
    site = sites.add(NewSite(code, details.name, details.country, details.time_zone, details.locale))
    _set(site, details)
    note(Change.SITE_ADDED, actor=actor, subject_id=site.id, after=_said({"code": code, **asdict(details)}))
    return site.id


def change_site(code: str, details: SiteDetails, *, actor: Actor) -> None:
    """Change what the site's pages show and how its days are counted.

    Promises that are already made keep their dates; a new time zone counts for those that are made from now on. Whoever
    is said to do security there is out of open cases about it at once.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
        AddressTaken: the mail address is another site's, or the inbox of all.
    """
    site = db.session.scalars(select(Site).where(Site.code == code).with_for_update()).one()
    administration.require_sites(actor, [site.id])
    _check_address(details.mail_address, site.id)
    new = asdict(details)
    before = {name: getattr(site, name) for name, value in new.items() if getattr(site, name) != value}
    if before:
        _set(site, details)
        after = {name: new[name] for name in before}
        note(Change.SITE_CHANGED, actor=actor, subject_id=site.id, before=_said(before), after=_said(after))
        if "security" in before:
            security.keep_out_at(site.id)


def _check_address(address: str | None, site_id: uuid.UUID | None) -> None:
    """Every mail finds one site: an address that two had would send some people's words to the other."""
    if address is None:
        return
    own = {settings().MAIL_INBOX, settings().MAIL_FROM.rpartition("<")[2].strip("> ")}
    others = select(Site.id).where(Site.mail_address == address, Site.id != site_id if site_id else true())
    if address in {one.lower() for one in own if one} or db.session.scalar(others) is not None:
        raise AddressTaken(address)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _set(site: Site, details: SiteDetails) -> None:
    for name, value in asdict(details).items():
        setattr(site, name, value)
