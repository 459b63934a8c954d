"""What holds notices up for a while: a road or a domain that fails, a ceiling that is reached."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.circuits import Kind
from engage.models.base import Base, stored


class Circuit(Base):
    """One thing that is not well now. A row is taken away once it is; what has no row is well."""

    __tablename__ = "circuit"

    kind: Mapped[Kind] = mapped_column(stored(Kind, "kind"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  # a road, a keyed digest of a domain, an id; never an address
    faults: Mapped[int]  # in a row, until it opened
    openings: Mapped[int]  # in a row
    opened_until: Mapped[datetime | None]  # nothing passes before; then one notice tries
    since: Mapped[datetime]  # the first fault in a row
    reason: Mapped[str | None]  # a class and codes, never text from a server
