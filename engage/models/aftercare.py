"""What outlives the single case: meetings, talks after closure, and what several cases have in common."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed

TALKS, REPORT_BACK = "talks", "report_back"  # what a meeting is for


class Meeting(Keyed, Base):
    """A meeting about a case: in a round of talks, or to tell a group how it ended. Its words are a message."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("purpose IN ('talks', 'report_back')", name="purpose"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    purpose: Mapped[str]
    round: Mapped[int]
    held_at: Mapped[datetime]  # noon of the day, where the site is
    place: Mapped[str]
    language: Mapped[str]
    who: Mapped[str]  # who was there, as far as they wish to be written down
    salt: Mapped[str]
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"))
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    recorded_at: Mapped[datetime]


class AfterCheck(Keyed, Base):
    """What a talk after closure brought out: whether it stayed put right, and whether anyone was punished for it."""

    __tablename__ = "after_check"
    __table_args__ = (
        CheckConstraint("stayed_right IS NULL OR stayed_right IN ('yes', 'partly', 'no')", name="stayed_right"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"), unique=True)
    reached: Mapped[bool]
    stayed_right: Mapped[str | None]  # nothing where nobody was reached
    punished: Mapped[bool | None]
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"))
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    recorded_at: Mapped[datetime]


_RUNS = text("closed_at IS NULL")


class SystemicIssue(Keyed, Base):
    """The same thing again and again at one place: what its cases share, until its cause is dealt with."""

    __tablename__ = "systemic_issue"
    __table_args__ = (
        Index(
            "uq_systemic_issue_cluster",
            "site_id",
            "category",
            "place",
            unique=True,
            postgresql_where=_RUNS,
            sqlite_where=_RUNS,
        ),
    )

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    category: Mapped[str]
    place: Mapped[str]  # as places are compared: domain.likeness.place_key
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    root_cause: Mapped[str | None]
    closing_words: Mapped[str | None]


class IssueCase(Base):
    """A case of a systemic issue."""

    __tablename__ = "issue_case"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("systemic_issue.id"), index=True)
    joined_at: Mapped[datetime]


_TO_DO = text("finished_at IS NULL")
_TO_REMIND = text("finished_at IS NULL AND reminded_at IS NULL")


class CorrectiveAction(Keyed, Base):
    """What we change so that it does not happen again: who sees to it, and by when. Of an issue or of one case."""

    __tablename__ = "corrective_action"
    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (finished_by_id IS NULL)", name="finished_by_iff_finished"),
        CheckConstraint("(issue_id IS NULL) <> (case_id IS NULL)", name="of_issue_or_case"),
        Index(None, "issue_id"),
        Index(None, "case_id"),
        Index("ix_corrective_action_open_owner", "owner_id", postgresql_where=_TO_DO, sqlite_where=_TO_DO),
        # The sweep reads what is due along it and no further.
        Index("ix_corrective_action_to_remind", "due_at", postgresql_where=_TO_REMIND, sqlite_where=_TO_REMIND),
    )

    issue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("systemic_issue.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    words: Mapped[str]
    shared_words: Mapped[str | None]  # what the person of the case reads of it
    salt: Mapped[str]
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    added_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    added_at: Mapped[datetime]
    evidence: Mapped[str | None]
    finished_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    finished_at: Mapped[datetime | None]


class Proceeding(Keyed, Base):
    """A court, a regulator or another body outside has the same matter. A fact beside the case, which goes on (R34)."""

    __tablename__ = "proceeding"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]  # of domain.outside.PROCEEDINGS
    body: Mapped[str]
    docket: Mapped[str | None]  # the number under which the body has it
    covers: Mapped[str]  # which part of the matter it has
    began_at: Mapped[datetime | None]  # noon of the day, where the site is
    salt: Mapped[str]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
