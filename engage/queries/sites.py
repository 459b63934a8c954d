"""Sites as the public pages show them. What is here is public: no scope is needed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engage.extensions import db
from engage.models import Site


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site in the list to choose from."""

    id: uuid.UUID
    code: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class SitePage:
    """A site as its own pages show it."""

    id: uuid.UUID
    code: str
    name: str
    country: str
    time_zone: str
    phone: str | None
    phone_hours: str | None
    office: str | None
    letter_boxes: str | None
    mail_address: str | None
    help_services: list[Any]
    outside_avenues: list[Any]
    is_group_intake: bool


def to_choose_from() -> Sequence[SiteCard]:
    """Return the open mines by country and name; the group intake is no mine."""
    rows = db.session.execute(
        select(Site.id, Site.code, Site.name, Site.country)
        .where(Site.is_open, Site.is_group_intake.is_(False))
        .order_by(Site.country, Site.name)
    )
    return [SiteCard(*row) for row in rows]


def by_code(code: str) -> SitePage | None:
    """Return the open site of the code, however it is spelt, or None."""
    return _page(db.session.scalar(select(Site).where(Site.code == code.upper(), Site.is_open)))


def group_intake() -> SitePage | None:
    """Return the group intake, or None while it has not been made."""
    return _page(db.session.scalar(select(Site).where(Site.is_group_intake)))


def _page(site: Site | None) -> SitePage | None:
    if site is None:
        return None
    return SitePage(
        id=site.id,
        code=site.code,
        name=site.name,
        country=site.country,
        time_zone=site.time_zone,
        phone=site.phone,
        phone_hours=site.phone_hours,
        office=site.office,
        letter_boxes=site.letter_boxes,
        mail_address=site.mail_address,
        help_services=site.help_services,
        outside_avenues=site.outside_avenues,
        is_group_intake=site.is_group_intake,
    )
