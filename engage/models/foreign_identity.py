"""Who somebody is to a provider of single sign-on."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class ForeignIdentity(Keyed, Base):
    """The account that a provider's issuer and subject stand for. An address can change hands; these two do not."""

    __tablename__ = "foreign_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]
    linked_at: Mapped[datetime]
