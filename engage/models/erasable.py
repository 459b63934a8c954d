"""What can be erased of a case: the columns in which people's words, names or bytes may lie, and rows that go whole.

A test walks every column of every table: one that holds text is named here, or said there to hold ids and codes alone.
"""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import ColumnElement, select

from engage.models.aftercare import CorrectiveAction, Meeting, Proceeding
from engage.models.base import Base
from engage.models.content import Feedback, Message, Statement
from engage.models.files import Attachment, Original
from engage.models.identity import (
    AddressChange,
    CodeLink,
    DataKey,
    Receipt,
    SamePerson,
    SealedContact,
    SealedIdentity,
    SentForm,
)
from engage.models.investigation import InvestigationPlan
from engage.models.mail import ReceivedMail
from engage.models.notice import OutboxMessage
from engage.models.opening import Opening
from engage.models.outside import Referral
from engage.models.panel import PanelNote
from engage.models.reaching import ContactPreference, SmsThread
from engage.models.resolution import Appeal, Approval, IndependentReview, Proposal, Remedy, Screening
from engage.models.rights import Correction, LegalHold
from engage.models.triage import ConversionRequest, Involvement, Rating
from engage.models.waiting import ExtensionRequest
from engage.models.work import Task

# Columns that are emptied: what may be missing becomes NULL, what may not becomes empty. The row stays, since others
# point to it and figures count it. Without its salt the digest of short words in the record proves nothing any more.
EMPTIED: Mapping[type[Base], tuple[str, ...]] = MappingProxyType(
    {
        Statement: (
            "salt",
            "what_happened",
            "where_it_happened",
            "when_it_happened",
            "what_would_make_it_right",
            "title",
            "community",
            "place_key",
        ),
        Message: ("salt", "words", "whole", "left_out", "submission_digest"),
        Feedback: ("salt", "words"),
        Meeting: ("salt", "place", "language", "who"),
        CorrectiveAction: ("salt", "words", "shared_words", "evidence"),
        Proceeding: ("salt", "body", "docket", "covers", "outcome"),
        InvestigationPlan: ("salt", "to_establish", "how", "heard", "evidence", "why_changed"),
        Opening: ("salt", "words", "answer_words"),
        Referral: ("salt", "to_whom", "words", "basis_words", "safety", "answer_words"),
        PanelNote: ("salt", "words"),
        Screening: ("salt", "words", "referral"),
        Proposal: (
            "salt",
            "shared_findings",
            "internal_findings",
            "why_not_investigated",
            "returned_words",
            "answer_words",
        ),
        Approval: ("cleared", "why_no_waiver"),
        Remedy: ("salt", "words", "evidence", "confirmation_words"),
        Appeal: ("salt", "words", "late_reason", "decision"),
        IndependentReview: ("salt", "body", "why_other", "terms", "report"),
        Involvement: ("name",),
        Rating: ("salt", "words"),
        ConversionRequest: ("salt", "words"),
        ExtensionRequest: ("salt", "words", "answer_words"),
        Task: ("salt", "words"),
        OutboxMessage: ("context",),
        Correction: ("salt", "words", "right_words", "answer_words"),
        LegalHold: ("salt", "words", "lift_words"),
    }
)
# Rows that go whole: there is nothing of them to count. A mail as it came holds its sender's address.
IDENTIFIERS: tuple[type[Base], ...] = (
    *(SealedIdentity, SealedContact, DataKey, AddressChange, SamePerson),
    *(ContactPreference, SmsThread, ReceivedMail),
)
SECRETS: tuple[type[Base], ...] = (Receipt, CodeLink, SentForm)
REMOVED: tuple[type[Base], ...] = (Original, Attachment, *IDENTIFIERS, *SECRETS)

# Tables that belong to a case by another row.
_BY_PARENT: Mapping[type[Base], tuple[str, type[Base]]] = MappingProxyType(
    {Approval: ("proposal_id", Proposal), PanelNote: ("appeal_id", Appeal)}
)


def of_case(model: type[Base], case_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition for the rows of a table that belong to the case."""
    columns = model.__table__.c
    if model not in _BY_PARENT:
        return columns.case_id == case_id
    key, parent = _BY_PARENT[model]
    above = parent.__table__.c
    return columns[key].in_(select(above.id).where(above.case_id == case_id))


def emptied(model: type[Base]) -> dict[str, str | None]:
    """Return what stands in the columns of a table that are emptied afterwards."""
    columns = model.__table__.c
    return {name: None if columns[name].nullable and not _is_of_thing(model, name) else "" for name in EMPTIED[model]}


def _is_of_thing(model: type[Base], name: str) -> bool:
    """A department or contractor that a case is about has a name, a person has none: the row says which by it."""
    return model is Involvement and name == "name"
