"""What the members of a panel write to each other: nobody else reads it, not even those above them."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class PanelNote(Keyed, Base):
    """A thought of a member on an appeal, or their dissent from its decision."""

    __tablename__ = "panel_note"
    __table_args__ = (Index(None, "appeal_id"),)

    appeal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appeal.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    words: Mapped[str]
    salt: Mapped[str]
    dissents: Mapped[bool]
    written_at: Mapped[datetime]
