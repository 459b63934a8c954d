"""A matter that is handed over to somebody else. What bodies outside do by themselves is in aftercare.py."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.outside import Basis, ReferralKind
from engage.models.base import Base, Keyed, stored


class Referral(Keyed, Base):
    """A decision of one of us to hand a matter over. It is a fact beside the case, followed until it is taken."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("(is_accepted IS NULL) = (answered_at IS NULL)", name="accepted_iff_answered"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[ReferralKind] = mapped_column(stored(ReferralKind, "kind"))
    to_whom: Mapped[str]
    words: Mapped[str]  # why, as the person reads it
    basis: Mapped[Basis] = mapped_column(stored(Basis, "basis"))
    basis_words: Mapped[str]  # how and when the person said yes, or which law asks for it
    safety: Mapped[str]  # what was looked at so that nobody comes to harm by it
    salt: Mapped[str]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    made_at: Mapped[datetime]
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"))  # reminds whoever made it
    is_accepted: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    answer_words: Mapped[str | None]  # who there said so, and how we know
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
