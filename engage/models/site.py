"""Sites, the rules in force at them, and the people who work there."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.domain.policy import Actor, Membership, Role
from engage.models.base import Base, Document, Keyed, stored


class Site(Keyed, Base):
    """A mine, or the group intake where concerns without a site wait to be routed."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(unique=True)  # the first part of references: BOR
    name: Mapped[str]
    country: Mapped[str]  # ISO 3166 alpha-2
    time_zone: Mapped[str]  # IANA name
    locale: Mapped[str]
    is_group_intake: Mapped[bool] = mapped_column(default=False)
    is_open: Mapped[bool] = mapped_column(default=True)
    closes_on: Mapped[date | None] = mapped_column(Date)  # the end of the life of the mine; none: nobody knows yet
    phone: Mapped[str | None]
    phone_hours: Mapped[str | None]
    office: Mapped[str | None]
    letter_boxes: Mapped[str | None]
    mail_address: Mapped[str | None] = mapped_column(
        index=True, unique=True
    )  # lower case; what comes there becomes a case
    # Lines of help for violence and children: [{"name": …, "phone": …, "hours": …, "for": "violence"|"children"}]
    help_services: Mapped[list[Any]] = mapped_column(Document, default=list)
    # Places outside the company to turn to: [{"name": …, "contact": …}]
    outside_avenues: Mapped[list[Any]] = mapped_column(Document, default=list)
    # Who does security there, as it stands with the people who work there: [{"kind": "department", "name": …}]
    security: Mapped[list[Any]] = mapped_column(Document, default=list)
    training_since: Mapped[date | None]  # from this day on roles here need their training; none: they do not
    created_at: Mapped[datetime]


class RuleSet(Keyed, Base):
    """One version of a site's promises, ladder, pause reasons, taxonomy and severity levels. Rows never change.

    A case keeps the version it was opened under. The documents have the shape of the files in engage/data, and
    engage.domain.catalogue reads both.
    """

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("site_id", "version"),)

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    version: Mapped[int]
    effective_at: Mapped[datetime]
    promises: Mapped[dict[str, Any]]
    ladder: Mapped[dict[str, Any]]
    pauses: Mapped[dict[str, Any]]
    taxonomy: Mapped[dict[str, Any]]
    severity: Mapped[dict[str, Any]]


class StaffUser(Keyed, Base):
    """Someone who works with cases, or looks after the service."""

    __tablename__ = "staff_user"

    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="en")
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)  # somebody else has seen it
    session_key: Mapped[str]  # changes with the password and at sign-out: older sessions end
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)  # of temporary staff: let in no longer from then on
    day_seen_at: Mapped[datetime | None]  # when they last said that they had seen what arrived
    # Where they stand, so that nobody deals with a case about themselves, their line, department or contractor.
    reports_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    department: Mapped[str | None]
    contractor: Mapped[str | None]  # whose employee they are; none: the company's own
    phone: Mapped[str | None]  # +381…; a second road for what cannot wait, where they left one
    memberships: Mapped[list["StaffMembership"]] = relationship(
        back_populates="user", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def actor(self) -> Actor:
        """What policy needs to know of this user."""
        held = frozenset(Membership(role=row.role, site_id=row.site_id) for row in self.memberships if row.counts)
        return Actor(id=self.id, memberships=held if self.is_active else frozenset())


class StaffMembership(Keyed, Base):
    """A role of a user at a site, or at all sites where the site is NULL."""

    __tablename__ = "staff_membership"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "site_id"),
        Index(None, "site_id", "role"),
        # NULLs are distinct to a unique constraint, so "all sites" needs its own.
        Index(
            "uq_staff_membership_all_sites",
            "user_id",
            "role",
            unique=True,
            postgresql_where=text("site_id IS NULL"),
            sqlite_where=text("site_id IS NULL"),
        ),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(stored(Role, "role"))
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("site.id"))
    suspended_at: Mapped[datetime | None]  # while a training that the role needs has run out
    user: Mapped[StaffUser] = relationship(back_populates="memberships")

    @hybrid_property
    def counts(self) -> bool:
        """Whether the role opens anything now. Whatever asks who holds a role asks for this, too."""
        return self.suspended_at is None

    @counts.inplace.expression
    @classmethod
    def _counts(cls) -> ColumnElement[bool]:
        return cls.suspended_at.is_(None)


class SignInTry(Base):
    """How often a sign-in failed for one account from one place, so that guessing is slowed there alone.

    The key is a keyed hash of the account with the address, or with the browser that has signed in before. Rows are
    gone after a day.
    """

    __tablename__ = "sign_in_try"

    digest: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    not_before: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
