"""The vault: who the person is and how to reach them, sealed; and the digests that open a case."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class DataKey(Base):
    """The key under which a case's identity and contact are sealed, wrapped by a version of the key ring.

    A case that holds nothing of its person has none.
    """

    __tablename__ = "data_key"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    wrapped: Mapped[bytes]
    key_version: Mapped[int] = mapped_column(index=True)
    made_at: Mapped[datetime]


class SealedIdentity(Base):
    """Name and organisation of a named or confidential person, encrypted by engage.data_keys."""

    __tablename__ = "sealed_identity"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    sealed: Mapped[bytes]
    under_data_key: Mapped[bool]  # else under the root secret, as before there were keys of cases


class SealedContact(Base):
    """How to reach the person. A relay address is sealed to the worker's key: the pages cannot open it."""

    __tablename__ = "sealed_contact"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    sealed: Mapped[bytes]
    has_email: Mapped[bool]
    has_phone: Mapped[bool]
    has_post: Mapped[bool] = mapped_column(default=False, server_default=false())  # a postal address
    to_worker: Mapped[bool]  # sealed to the worker's public key
    under_data_key: Mapped[bool]  # that, or the values themselves; else as before there were keys of cases


class Receipt(Keyed, Base):
    """The keyed hash of a receipt code. At most one of a case is alive."""

    __tablename__ = "receipt"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    code_digest: Mapped[str] = mapped_column(unique=True)
    must_change: Mapped[bool] = mapped_column(default=False)  # an operator saw it
    made_at: Mapped[datetime]
    first_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CodeLink(Keyed, Base):
    """A single-use link to a person's own address with which they make a new code."""

    __tablename__ = "code_link"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    link_digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AddressChange(Keyed, Base):
    """The person gave another address: the one before is told once, and the new one is confirmed by a link."""

    __tablename__ = "address_change"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    changed_at: Mapped[datetime]
    former: Mapped[bytes | None]  # sealed to the worker's public key; gone once it was told, or after three days
    link_digest: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]


class SamePerson(Base):
    """A blind index: the keyed hash of an address, where its person agreed that their concerns are put together."""

    __tablename__ = "same_person"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True, index=True)


class SentForm(Base):
    """A form of the person's that was carried out: a double click or a resend finds it and does nothing."""

    __tablename__ = "sent_form"

    digest: Mapped[str] = mapped_column(primary_key=True)  # keyed hash of the form's random token
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    sent_at: Mapped[datetime] = mapped_column(index=True)


class Draft(Base):
    """A form that was not sent yet, encrypted with a key that only the draft's cookie holds."""

    __tablename__ = "draft"

    key_digest: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)
