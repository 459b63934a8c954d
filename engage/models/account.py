"""What belongs to an account: links to choose a password, who asked for one, addresses it had, and trainings."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
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


class FormerAddress(Keyed, Base):
    """The address that an account had before, sealed: for some days it is told what lets somebody into the account."""

    __tablename__ = "former_address"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes]
    left_at: Mapped[datetime] = mapped_column(index=True)


class TrainingRecord(Keyed, Base):
    """That somebody took a course, as an administrator wrote it down. Rows are added; the newest day counts."""

    __tablename__ = "training_record"
    __table_args__ = (Index(None, "user_id", "course"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    course: Mapped[str]  # its code in engage/data/training.toml
    taken_on: Mapped[date]
    evidence: Mapped[str]  # what shows it: the list of who was there, a certificate
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    recorded_at: Mapped[datetime]
