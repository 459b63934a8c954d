"""The case: facts that lists and rules need. What people wrote is in content.py, who they are in identity.py."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.domain.lifecycle import Stage
from engage.domain.policy import CaseFacts
from engage.models.base import Base, Document, Keyed, stored
from engage.models.content import Statement
from engage.models.reaching import ContactPreference
from engage.models.resolution import Appeal, PanelSeat
from engage.models.site import RuleSet, Site, StaffUser

_ANYWHERE = ("next_due_at", "id", "class", "site_id", "assignee_id")


def _only(name: str, where: str, *columns: str) -> Index:
    """An index of the few rows for which a condition holds, on both databases."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class Case(Keyed, Base):
    """One concern, from receipt to closure. Codes and instants only."""

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name="closed_at_iff_closed"),
        CheckConstraint("(closed_at IS NULL) = (close_type IS NULL)", name="close_type_iff_closed"),
        CheckConstraint("level IS NULL OR level BETWEEN 1 AND 5", name="level_is_1_to_5"),
        # The inbox: cases by what is due next; keyset pages need the id as tie-breaker. Each list, at one site or
        # at all of them, walks one of these in order, so that its cost does not grow with the number of cases.
        # The last columns are what decides who may see a case: with them, counting touches the index alone.
        Index("ix_case_due", *_ANYWHERE),
        Index("ix_case_site_due", "site_id", "next_due_at", "id", "class", "assignee_id"),
        Index("ix_case_assignee_due", "assignee_id", "next_due_at", "id", "class", "site_id"),
        _only("ix_case_open_due", "closed_at IS NULL", "site_id", "next_due_at", "id", "class", "assignee_id"),
        _only("ix_case_triage_due", "stage IN ('received', 'acknowledged')", *_ANYWHERE),
        _only("ix_case_their_turn", "their_turn", *_ANYWHERE),
        _only("ix_case_news_due", "news_due_at IS NOT NULL", "news_due_at"),
        _only("ix_case_could_not_reach", "could_not_reach", *_ANYWHERE),
        _only("ix_case_restricted", "class = 'restricted'", "next_due_at", "id"),
        Index("ix_case_site_received", "site_id", "received_at"),
        Index("ix_case_alike", "site_id", "category", "received_at"),  # what is like a case, for triage
        _only("ix_case_to_keep", "closed_at IS NOT NULL AND erased_at IS NULL", "closed_at", "id"),
        _only("ix_case_recorded_by", "recorded_by_id IS NOT NULL", "recorded_by_id", "next_due_at", "id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    # Keyed hash of the form's random token: a double click or a resend finds the same case.
    submission_digest: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    rule_set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rule_set.id"))
    kind: Mapped[Kind] = mapped_column(stored(Kind, "kind"))
    stage: Mapped[Stage] = mapped_column(stored(Stage, "stage"))
    class_: Mapped[CaseClass] = mapped_column("class", stored(CaseClass, "class"))
    identity: Mapped[Identity] = mapped_column(stored(Identity, "identity"))
    road: Mapped[Road] = mapped_column(stored(Road, "road"))
    channel: Mapped[str]
    speaks_as: Mapped[str | None]  # stakeholder type code
    on_behalf: Mapped[bool] = mapped_column(default=False)
    is_collective: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str]
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    read_back: Mapped[bool | None]  # a spoken statement: read back and confirmed?
    wants_audio: Mapped[bool] = mapped_column(default=False)
    flagged: Mapped[bool] = mapped_column(default=False)  # looks like spam: shown for review, never blocked

    category: Mapped[str | None]
    subcategory: Mapped[str | None]
    level: Mapped[int | None]  # severity in force: the worse of actual, uplifted and floored
    level_actual: Mapped[int | None]
    level_potential: Mapped[int | None]
    ongoing_harm: Mapped[bool] = mapped_column(default=False)
    harms_child: Mapped[bool] = mapped_column(default=False)
    fact_codes: Mapped[list[Any]] = mapped_column(
        Document, default=list
    )  # what triage knows: engage/data/severity.toml
    danger: Mapped[str | None]  # whether somebody's safety is at stake, and how hard it is to find out: domain.triage
    complexity: Mapped[str | None]
    retaliation_risk: Mapped[str | None]  # low, medium, high: of the two below
    retaliation_likelihood: Mapped[str | None]
    retaliation_severity: Mapped[str | None]
    retaliation_stage: Mapped[str | None]  # at which it was last looked at
    incident: Mapped[str | None]  # the number of an internal incident it belongs to: a code, no content
    own_view: Mapped[str | None]  # how bad it is, as the person says
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    round: Mapped[int] = mapped_column(default=0)
    # Derived by services.deadlines.refresh so that lists can sort by it: the earliest thing we owe, or NULL.
    next_due_at: Mapped[datetime | None]
    next_promise: Mapped[str | None]
    their_turn: Mapped[bool] = mapped_column(default=False)
    could_not_reach: Mapped[bool] = mapped_column(default=False)  # a notice died, or an errand is owed
    unread_reply: Mapped[bool] = mapped_column(default=False)  # the person wrote and nobody answered yet
    was_late: Mapped[bool] = mapped_column(default=False)  # we broke a promise once; stays for ever
    owes_explanation: Mapped[bool] = mapped_column(default=False)  # those above wait for a reason in writing
    panel_offered: Mapped[bool] = mapped_column(default=False)  # late enough for a panel without a decision
    # By when the person hears from us again, NULL while it rests; written by services.news alone.
    news_due_at: Mapped[datetime | None]
    news_task_id: Mapped[uuid.UUID | None]  # the task that was opened because of it; no key, since a task has one to us
    closed_at: Mapped[datetime | None]
    close_type: Mapped[str | None]
    moved_at: Mapped[datetime | None]  # into the restricted lane: from then on it exists for nobody, see models/lane.py
    root_cause: Mapped[str | None]
    further_causes: Mapped[list[Any] | None] = mapped_column(Document)  # after the first one, in their order
    # Everything that anybody wrote is gone; services.erasing alone writes it. What is left is a tombstone.
    erased_at: Mapped[datetime | None]
    version: Mapped[int]  # the number of events so far; forms carry it, so that a second of two at once is noticed
    head_hash: Mapped[str]  # the hash of the last event: a record whose end was cut off does not match it

    site: Mapped[Site] = relationship(lazy="raise_on_sql")
    rule_set: Mapped[RuleSet] = relationship(lazy="raise_on_sql")
    assignee: Mapped[StaffUser | None] = relationship(lazy="raise_on_sql", foreign_keys=[assignee_id])
    preference: Mapped[ContactPreference | None] = relationship(lazy="select", viewonly=True, uselist=False)
    statement: Mapped[Statement] = relationship(lazy="raise_on_sql", uselist=False)
    appeals: Mapped[list[Appeal]] = relationship(lazy="selectin", order_by=Appeal.lodged_at)
    subjects: Mapped[list["CaseSubject"]] = relationship(lazy="selectin")

    @property
    def facts(self) -> CaseFacts:
        """What policy needs to know of this case."""
        return CaseFacts(
            id=self.id,
            site_id=self.site_id,
            kind=self.kind,
            stage=self.stage,
            class_=self.class_,
            level=self.level,
            assignee_id=self.assignee_id,
            recorded_by_id=self.recorded_by_id,
            panel=frozenset(seat.user_id for appeal in self.appeals for seat in appeal.seats),
            undeclared=frozenset(seat.user_id for seat in self.seats if seat.declared_at is None),
            subjects=frozenset(row.user_id for row in self.subjects),
            is_erased=self.erased_at is not None,
            moved=self.moved_at is not None,
        )

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that waits for its decision, or None; one that was withdrawn stands behind a newer one."""
        undecided = (row for row in self.appeals if row.decided_at is None)
        return max(undecided, key=lambda row: (row.lodged_at, row.id), default=None)

    @property
    def seats(self) -> list[PanelSeat]:
        """The panel of the appeal that waits; empty where none does."""
        return self.appeal.seats if self.appeal else []


class CaseSubject(Base):
    """A member of staff whom the case is about, or in the line of one: they see, receive and decide nothing of it.

    Worked out by services.conflicts from `involvement`.
    """

    __tablename__ = "case_subject"
    __table_args__ = (Index(None, "user_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"), primary_key=True)
