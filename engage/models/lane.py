"""The restricted lane in tables of its own. Whatever anybody said is sealed under the report's own key.

What can be read of a dump: that a report came in at a site, when, which states it went through, which clocks run, and
whom of ours it is about.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.domain.case import Writer
from engage.domain.conflicts import SubjectKind
from engage.domain.lane import Course, How, Position, Process, Step, Support, Telling
from engage.domain.lane_clocks import Clock
from engage.domain.lane_policy import LaneFacts
from engage.models.base import Base, Keyed, stored
from engage.models.site import Site


class LaneReport(Keyed, Base):
    """One report. Codes and instants only."""

    __tablename__ = "lane_report"
    __table_args__ = (
        CheckConstraint("(course = 'open') = (ended_at IS NULL)", name="ended_at_iff_ended"),
        CheckConstraint("erased_at IS NULL OR course = 'stopped'", name="erased_only_if_stopped"),
        Index(None, "site_id", "received_at"),
    )

    # Keyed hash of the form's random token: a double click or a resend finds the same report.
    submission_digest: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    # Which case it had been, when it was moved in.
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), unique=True)
    for_other: Mapped[bool] = mapped_column(default=False)  # told by somebody else: its code opens next to nothing
    locale: Mapped[str]
    received_at: Mapped[datetime]
    support: Mapped[Support] = mapped_column(stored(Support, "support"))
    process: Mapped[Process] = mapped_column(stored(Process, "process"))
    telling: Mapped[Telling] = mapped_column(stored(Telling, "telling"))
    course: Mapped[Course] = mapped_column(stored(Course, "course"))
    ended_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    unread: Mapped[bool] = mapped_column(default=False)  # she wrote, and no focal point has looked since
    flagged: Mapped[bool] = mapped_column(default=False)  # looks like spam: shown for review, never blocked
    version: Mapped[int]  # the number of events so far
    head_hash: Mapped[str]  # the hash of the last event: a record whose end was cut off does not match it

    site: Mapped[Site] = relationship(lazy="raise_on_sql")
    subjects: Mapped[list["LaneSubject"]] = relationship(lazy="selectin")

    @property
    def position(self) -> Position:
        """Where the report is."""
        return Position(self.support, self.process, self.telling, self.course)

    @property
    def facts(self) -> LaneFacts:
        """What policy needs to know of this report."""
        return LaneFacts(self.id, self.site_id, frozenset(row.user_id for row in self.subjects))


class LaneNamed(Keyed, Base):
    """Whom or what a report is about, as it was named: one of our people, a department, or a contractor."""

    __tablename__ = "lane_named"
    __table_args__ = (
        CheckConstraint("(kind = 'person') = (user_id IS NOT NULL)", name="user_iff_person"),
        CheckConstraint("(kind = 'person') = (name IS NULL)", name="name_iff_no_person"),
        Index(None, "report_id"),
    )

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    kind: Mapped[SubjectKind] = mapped_column(stored(SubjectKind, "kind"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    name: Mapped[str | None]  # of the department or the contractor, as it stands with the people who work there
    # Not of who was kept out before it was written down who was named: it may be their line already.
    with_line: Mapped[bool] = mapped_column(default=True)


class LaneSubject(Base):
    """A member of staff whom the report is about, or in the line of one: for them there is no such report.

    Worked out by services.lane.subjects from `lane_named` and from who reports to whom.
    """

    __tablename__ = "lane_subject"
    __table_args__ = (Index(None, "user_id"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"), primary_key=True)


class LaneKey(Base):
    """A key of one report, wrapped by a version of the lane's own key ring: one for words, one for the road to her.

    Where it is gone, what it sealed is gone.
    """

    __tablename__ = "lane_key"
    __table_args__ = (CheckConstraint("part IN ('words', 'road')", name="part"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes]
    key_version: Mapped[int] = mapped_column(index=True)
    made_at: Mapped[datetime]


class LaneReceipt(Keyed, Base):
    """The keyed hash of a code. At most one of a report is alive."""

    __tablename__ = "lane_receipt"
    __table_args__ = (Index(None, "report_id"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    code_digest: Mapped[str] = mapped_column(unique=True)
    must_change: Mapped[bool] = mapped_column(default=False)  # somebody of us saw it
    made_at: Mapped[datetime]
    first_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LaneAccount(Base):
    """What she says: the four facts that are asked, sealed together with the salt of their digest."""

    __tablename__ = "lane_account"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"), primary_key=True)
    sealed: Mapped[bytes]


class LaneContact(Base):
    """Her address for word that there is news: sealed to the worker's key, then under the key of her road."""

    __tablename__ = "lane_contact"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"), primary_key=True)
    sealed: Mapped[bytes]


class LaneWord(Keyed, Base):
    """Something written between her and the focal points, or a note of theirs, sealed with the salt of its digest."""

    __tablename__ = "lane_word"
    __table_args__ = (Index(None, "report_id", "written_at"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    writer: Mapped[Writer] = mapped_column(stored(Writer, "writer"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    sealed: Mapped[bytes]
    written_at: Mapped[datetime]
    submission_digest: Mapped[str | None] = mapped_column(unique=True)  # a resent form finds the same words


class LaneConsent(Keyed, Base):
    """What she said yes or no to, and how. Rows are only added; the newest of a question counts."""

    __tablename__ = "lane_consent"
    __table_args__ = (Index(None, "report_id", "at"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    said: Mapped[Step] = mapped_column(stored(Step, "said"))
    how: Mapped[How] = mapped_column(stored(How, "how"))
    written_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))  # none: she did herself
    at: Mapped[datetime]


class LaneReferral(Keyed, Base):
    """A service that was offered or that she was brought to; which one, is sealed."""

    __tablename__ = "lane_referral"
    __table_args__ = (Index(None, "report_id", "at"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    sealed: Mapped[bytes]
    is_made: Mapped[bool]  # brought there, with her consent; else offered
    same_contact: Mapped[bool]  # in the same talk in which she came to us
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    at: Mapped[datetime]


class LaneClock(Base):
    """A clock that runs for a report, and how many of those who hear that it ran out have heard."""

    __tablename__ = "lane_clock"
    __table_args__ = (
        Index(
            "ix_lane_clock_look_at",
            "look_at",
            postgresql_where=text("ended_at IS NULL AND look_at IS NOT NULL"),
            sqlite_where=text("ended_at IS NULL AND look_at IS NOT NULL"),
        ),
        CheckConstraint("met_at IS NULL OR ended_at IS NOT NULL", name="ended_if_met"),
    )

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"), primary_key=True)
    clock: Mapped[Clock] = mapped_column(stored(Clock, "clock"), primary_key=True)
    due_at: Mapped[datetime]
    look_at: Mapped[datetime | None]
    told: Mapped[int] = mapped_column(default=0)
    met_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LaneEvent(Keyed, Base):
    """One thing that happened to a report; each row's hash covers the row before it. Append-only."""

    __tablename__ = "lane_event"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    number: Mapped[int]
    kind: Mapped[str]
    actor_party: Mapped[str]
    actor_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime]
    payload: Mapped[str]  # canonical JSON of codes
    content_digest: Mapped[str | None]  # salted SHA-256 of the words it speaks of
    previous_hash: Mapped[str]
    hash: Mapped[str]


class LaneAccess(Keyed, Base):
    """A focal point opened a report: once per user and day, in a chain of its own. Append-only."""

    __tablename__ = "lane_access"
    __table_args__ = (UniqueConstraint("report_id", "user_id", "on"), UniqueConstraint("report_id", "number"))

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"))
    number: Mapped[int]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    on: Mapped[date]  # the day at the site
    at: Mapped[datetime]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class LaneHead(Base):
    """How far the chains of a report had come at a checkpoint. A row only where they had moved. Append-only."""

    __tablename__ = "lane_head"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lane_report.id"), primary_key=True)
    checkpoint_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    events: Mapped[int]
    events_hash: Mapped[str]
    accesses: Mapped[int]
    accesses_hash: Mapped[str]
