"""Passkeys: what a device of somebody signs with, and the questions that wait to be signed."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.second_factor import PasskeyUse
from engage.models.base import Base, Keyed, stored


class Passkey(Keyed, Base):
    """The public half of a key that never leaves somebody's device. It proves who they are to our address alone."""

    __tablename__ = "passkey"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]  # in COSE form
    sign_count: Mapped[int] = mapped_column(BigInteger)  # as the device counts; 0 where it does not
    name: Mapped[str]  # as its owner calls the device
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]  # when its counter went back: a copy of the key is about


class PasskeyChallenge(Keyed, Base):
    """A question to a device, answered once and soon. The row is gone with the answer, right or wrong."""

    __tablename__ = "passkey_challenge"

    challenge: Mapped[bytes]
    use: Mapped[PasskeyUse] = mapped_column(stored(PasskeyUse, "use"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
