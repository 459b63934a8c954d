"""Sessions of staff: where somebody is signed in, as far as they need to recognise it."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class StaffSession(Keyed, Base):
    """One browser in which somebody is signed in. It holds no address, and of the browser two coarse names.

    It lives while its key is the user's: whatever changes the key of a user ends all of theirs.
    """

    __tablename__ = "staff_session"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    key: Mapped[str]
    browser: Mapped[str]
    system: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(index=True)
