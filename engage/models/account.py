"""How somebody comes to a password of their own: links that work once, and who asked for one."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.account_links import LinkPurpose
from engage.models.base import Base, Keyed, stored


class AccountLink(Keyed, Base):
    """A link to choose a password, sent to the owner's address. The row holds a keyed hash of its secret part."""

    __tablename__ = "account_link"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(stored(LinkPurpose, "purpose"))
    digest: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # a newer one, or a password that came another way, took its place


class AskedReset(Keyed, Base):
    """That somebody forgot their password: the address they typed, sealed, whether or not it is anybody's.

    A worker looks whose it is, so that the page takes as long and writes as much for an address that nobody has.
    """

    __tablename__ = "asked_reset"

    sealed: Mapped[bytes]
    asked_at: Mapped[datetime] = mapped_column(index=True)
