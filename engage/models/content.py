"""What people wrote and sent: erasable, each with the salt of the digest that the record keeps of it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from engage.domain.case import Writer
from engage.domain.likeness import place_key
from engage.models.base import Base, Document, Keyed, stored


class Statement(Base):
    """The concern in the person's own words. The words are never edited."""

    __tablename__ = "statement"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    salt: Mapped[str]
    what_happened: Mapped[str]  # empty when a recording or a photo speaks
    where_it_happened: Mapped[str | None]
    when_it_happened: Mapped[str | None]
    what_would_make_it_right: Mapped[str | None]
    title: Mapped[str]  # for lists; the first words until triage writes a better one
    community: Mapped[str | None]  # the place as triage names it
    place_key: Mapped[str | None]  # the same as it is compared, written along with it

    @validates("community")
    def _write_key(self, _name: str, community: str | None) -> str | None:
        self.place_key = place_key(community)
        return community


class Message(Keyed, Base):
    """Something written in the conversation of a case, or a note among staff."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "case_id", "written_at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    writer: Mapped[Writer] = mapped_column(stored(Writer, "writer"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    salt: Mapped[str]
    words: Mapped[str]
    whole: Mapped[str | None]  # of a mail: with what it quotes, where that is more than the words
    left_out: Mapped[list[Any] | None] = mapped_column(Document)  # files that we do not take: [{"name": …, "code": …}]
    is_question: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    submission_digest: Mapped[str | None] = mapped_column(unique=True)  # a resent form finds the same message


class Feedback(Base):
    """The two satisfaction questions at the end, asked once."""

    __tablename__ = "feedback"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    process: Mapped[int]  # 1-5: was the way fair?
    outcome: Mapped[int]  # 1-5: is the result good?
    salt: Mapped[str]
    words: Mapped[str | None]
    given_at: Mapped[datetime]
