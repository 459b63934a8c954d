"""What triage knows of a case beside its facts: whom it is about, ratings, open items, links, what was asked."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Uuid, bindparam, case, exists, or_, select

from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import (
    Case,
    CaseLink,
    ConversionRequest,
    Deadline,
    ExtensionRequest,
    Involvement,
    OpenItem,
    Rating,
    StaffUser,
)
from engage.scope import visible_to


@dataclass(frozen=True, slots=True)
class Linked:
    """A case that is linked with this one, as far as the reader may see it."""

    link_id: uuid.UUID
    kind: str
    reference: str
    stage: str


@dataclass(frozen=True, slots=True)
class TriageParts:
    """What most cases have little or nothing of."""

    about: Sequence[tuple[Involvement, str]] = ()  # with the name of whom or what it is about
    ratings: Sequence[Rating] = ()  # the oldest first
    items: Sequence[OpenItem] = ()
    links: Sequence[Linked] = ()
    conversion: ConversionRequest | None = None  # the newest
    extension_asked: ExtensionRequest | None = None  # which waits for somebody further up

    @property
    def open_items(self) -> Sequence[OpenItem]:
        """What has to be arranged still."""
        return [row for row in self.items if row.done_at is None]

    @property
    def rating_asked(self) -> Rating | None:
        """The lower rating that waits for the second person, or None."""
        return next((row for row in self.ratings if row.needs_second and row.decided_at is None), None)

    def rating_of(self, phase: str) -> Rating | None:
        """Return the newest rating of the phase that came into force, or None."""
        found = [row for row in self.ratings if row.phase == phase and (not row.needs_second or row.is_approved)]
        return found[-1] if found else None


# Built once: putting a statement together costs as much as running it.
_CASE_ID = bindparam("case_id", type_=Uuid())
# Asked for together with the case, so that only what there is is read.
THERE: Mapping[str, ColumnElement[bool]] = {
    "about": exists().where(Involvement.case_id == Case.id, Involvement.removed_at.is_(None)),
    "ratings": exists().where(Rating.case_id == Case.id),
    "items": exists().where(OpenItem.case_id == Case.id),
    "links": exists().where(
        or_(CaseLink.case_id == Case.id, CaseLink.other_id == Case.id), CaseLink.unlinked_at.is_(None)
    ),
    "conversion": exists().where(ConversionRequest.case_id == Case.id),
    "extension": exists().where(ExtensionRequest.case_id == Case.id, ExtensionRequest.decided_at.is_(None)),
}
_EXTENSION = (
    select(ExtensionRequest)
    .join(Deadline, Deadline.id == ExtensionRequest.deadline_id)
    .where(ExtensionRequest.case_id == _CASE_ID, ExtensionRequest.decided_at.is_(None), Deadline.ended_at.is_(None))
)
_ABOUT = (
    select(Involvement, StaffUser.name)
    .outerjoin(StaffUser, StaffUser.id == Involvement.user_id)
    .where(Involvement.case_id == _CASE_ID, Involvement.removed_at.is_(None))
    .order_by(Involvement.named_at, Involvement.id)
)
_RATINGS = select(Rating).where(Rating.case_id == _CASE_ID).order_by(Rating.rated_at, Rating.id)
_ITEMS = select(OpenItem).where(OpenItem.case_id == _CASE_ID).order_by(OpenItem.asked_at, OpenItem.id)
_CONVERSION = (
    select(ConversionRequest)
    .where(ConversionRequest.case_id == _CASE_ID)
    .order_by(ConversionRequest.asked_at.desc())
    .limit(1)
)


def of(case_id: uuid.UUID, actor: Actor, there: Collection[str]) -> TriageParts:
    """Return the parts of the case, with one statement for each of those that are there.

    Linked cases are those that the actor may see.
    """
    of_case = {"case_id": case_id}
    about = db.session.execute(_ABOUT, of_case).all() if "about" in there else ()
    return TriageParts(
        about=[(row.Involvement, row.name or row.Involvement.name or "") for row in about],
        ratings=db.session.scalars(_RATINGS, of_case).all() if "ratings" in there else (),
        items=db.session.scalars(_ITEMS, of_case).all() if "items" in there else (),
        links=links(case_id, actor) if "links" in there else (),
        conversion=db.session.scalar(_CONVERSION, of_case) if "conversion" in there else None,
        extension_asked=db.session.scalar(_EXTENSION, of_case) if "extension" in there else None,
    )


def links(case_id: uuid.UUID, actor: Actor) -> list[Linked]:
    """Return the cases linked with this one that the actor may see, the newest link first."""
    other = case((CaseLink.case_id == case_id, CaseLink.other_id), else_=CaseLink.case_id)
    rows = db.session.execute(
        select(CaseLink.id, CaseLink.kind, Case.reference, Case.stage)
        .join(Case, Case.id == other)
        .where(
            or_(CaseLink.case_id == case_id, CaseLink.other_id == case_id),
            CaseLink.unlinked_at.is_(None),
            visible_to(actor),
        )
        .order_by(CaseLink.linked_at.desc())
    )
    return [Linked(row.id, row.kind, row.reference, row.stage.value) for row in rows]


def staff_to_name() -> list[tuple[uuid.UUID, str]]:
    """Return everybody of ours whom a case can be about, by name; those who have left too."""
    rows = db.session.execute(select(StaffUser.id, StaffUser.name).order_by(StaffUser.name, StaffUser.id))
    return [(row.id, row.name) for row in rows]


def places() -> tuple[list[str], list[str]]:
    """Return the departments and the contractors in which our people work, for forms to suggest."""
    found: list[list[str]] = []
    for column in (StaffUser.department, StaffUser.contractor):
        found.append([name for name in db.session.scalars(select(column).distinct().order_by(column)) if name])
    return found[0], found[1]
