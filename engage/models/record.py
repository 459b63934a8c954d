"""The record: append-only rows that only ever hold ids, codes and salted digests. Triggers refuse to change them."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class CaseEvent(Keyed, Base):
    """One thing that happened to a case; each row's hash covers the row before it."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    kind: Mapped[str]
    actor_party: Mapped[str]
    actor_id: Mapped[uuid.UUID | None]
    actor_role: Mapped[str | None]
    at: Mapped[datetime]
    payload: Mapped[str]  # canonical JSON
    content_digest: Mapped[str | None]  # salted SHA-256 of the words or files the event speaks of
    previous_hash: Mapped[str]
    hash: Mapped[str]


class Access(Keyed, Base):
    """Someone read a case: once per user, case, day and purpose, in a chain of its own."""

    __tablename__ = "access"
    __table_args__ = (
        UniqueConstraint("case_id", "user_id", "on", "purpose"),
        UniqueConstraint("case_id", "number"),
        Index(None, "on", "user_id"),  # what was read on a day, for auditors
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    role: Mapped[str]
    on: Mapped[date]  # the day at the site
    purpose: Mapped[str]
    at: Mapped[datetime]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditEvent(Keyed, Base):
    """A change of people or settings, in one chain. Holds ids, codes and what is public of a site; no case, no name."""

    __tablename__ = "audit_event"

    number: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str]
    actor_id: Mapped[uuid.UUID | None]  # none: a command on the server
    subject_id: Mapped[uuid.UUID | None]  # the user or the site it is about
    at: Mapped[datetime]
    payload: Mapped[str]  # canonical JSON: what it was before, what it is after
    previous_hash: Mapped[str]
    hash: Mapped[str]


class Checkpoint(Base):
    """What the whole record was at the end of a day, signed and published; each covers the one before."""

    __tablename__ = "checkpoint"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on: Mapped[date] = mapped_column(unique=True)  # the day in UTC
    made_at: Mapped[datetime]
    text: Mapped[str]  # canonical JSON, what is signed: see engage.services.checkpoints
    public_key: Mapped[str]  # Ed25519, hexadecimal
    signature: Mapped[str]


class CaseHead(Base):
    """How far the chains of a case had come at a checkpoint. A row only where they had moved since the one before."""

    __tablename__ = "case_head"
    __table_args__ = (Index(None, "is_restricted", "case_id", "checkpoint_number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    checkpoint_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_restricted: Mapped[bool]  # which of the two trees it is in
    events: Mapped[int]
    events_hash: Mapped[str]
    accesses: Mapped[int]
    accesses_hash: Mapped[str]
