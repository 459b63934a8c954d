"""What a member of staff proves besides the password: the secret of an app, sealed, and the codes for a lost phone."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class SecondFactor(Base):
    """The secret that an app of the user shares with us, encrypted by engage.vault."""

    __tablename__ = "second_factor"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger)  # the newest step of time whose code was used: none works twice
    set_up_at: Mapped[datetime]


class RecoveryCode(Keyed, Base):
    """The keyed hash of a code that stands in for the app once. The row is gone when it was used."""

    __tablename__ = "recovery_code"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
