"""How the facts of a case are to be established: the plan of its investigation, each time it was written."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class InvestigationPlan(Keyed, Base):
    """A plan as it was written on a day. The newest counts. A change is a new row; each can be erased."""

    __tablename__ = "investigation_plan"
    __table_args__ = (UniqueConstraint("case_id", "number", name="uq_investigation_plan_case_id_number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    to_establish: Mapped[str]
    how: Mapped[str]
    heard: Mapped[str]  # who is heard
    evidence: Mapped[str]
    due_at: Mapped[datetime]
    why_changed: Mapped[str | None]  # while it went on; none where an investigation begins
    salt: Mapped[str]
    written_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
