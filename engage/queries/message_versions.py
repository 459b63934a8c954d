"""The versions of what mails say: which count, and how each came to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from engage.domain.message_checks import Words
from engage.extensions import db
from engage.models import MessageVersion, Site, StaffUser
from engage.notify import edited

SHOWN = 20  # Ours: the newest, so that the page stays short; the record of changes has all.


@dataclass(frozen=True, slots=True)
class Version:
    """One version. No words of its own: from then on those counted that engage was shipped with."""

    number: int
    words: Words | None
    restored_from: int | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of one message in one locale."""

    version: int
    is_own: bool  # an administrator's words, not the shipped ones


def history(message: str, locale: str) -> Sequence[Version]:
    """Return the newest versions, the newest first; one more than is shown, since each is compared with the next."""
    rows = db.session.execute(
        select(MessageVersion, StaffUser.name)
        .join(StaffUser, StaffUser.id == MessageVersion.made_by_id)
        .where(MessageVersion.message == message, MessageVersion.locale == locale)
        .order_by(MessageVersion.version.desc())
        .limit(SHOWN + 1)
    ).all()
    return [Version(row.version, edited.words_of(row), row.restored_from, name, row.made_at) for row, name in rows]


def standing() -> Mapping[tuple[str, str], Standing]:
    """Return what counts of every message that was ever changed, by message and locale. One statement."""
    last = (
        select(MessageVersion.message, MessageVersion.locale, func.max(MessageVersion.version).label("version"))
        .group_by(MessageVersion.message, MessageVersion.locale)
        .subquery()
    )
    rows = db.session.scalars(
        select(MessageVersion).join(
            last,
            and_(
                MessageVersion.message == last.c.message,
                MessageVersion.locale == last.c.locale,
                MessageVersion.version == last.c.version,
            ),
        )
    )
    return {(row.message, row.locale): Standing(row.version, row.body is not None) for row in rows}


def locales_of_sites() -> Sequence[str]:
    """Return the locales in which sites speak with people, by code."""
    return db.session.scalars(select(Site.locale).distinct().order_by(Site.locale)).all()
