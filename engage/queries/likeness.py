"""Cases that may speak of the same as a case: suggested to those who may see and read them, and to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engage.domain.likeness import ENOUGH, LONGEST, WITHIN, Told, is_same_place, likeness
from engage.extensions import db
from engage.models import Case, SamePerson, Statement
from engage.queries.case_page import CasePage
from engage.scope import readable_by, visible_to

LOOKED_AT, SHOWN = 60, 5  # Ours: the newest at the site, of which a page can compare the words while it is drawn.


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A case that looks alike."""

    reference: str
    title: str
    stage: str
    is_same_place: bool
    is_same_person: bool = False  # who agreed, in both, that we know


def suggestions(page: CasePage) -> Sequence[Suggestion]:
    """Return the cases most like this one, the likest first: same site, and within 90 days of each other.

    What came from the same address is found first, wherever and whenever it came in, where its person agreed in both.
    A restricted case is found only by those who may see it, which is who has restricted cases alone.
    """
    same = _of_same_person(page)
    case, own = page.case, page.case.statement
    this = Told(own.what_happened, own.community or own.where_it_happened, case.category, case.received_at)
    known = {row.reference for row in page.triage.links}
    found: list[tuple[float, Suggestion]] = []
    nearby = (
        select(
            Case.reference,
            Case.stage,
            Case.category,
            Case.received_at,
            Statement.title,
            Statement.community,
            Statement.where_it_happened,
            func.substr(Statement.what_happened, 1, LONGEST).label("words"),
        )
        .join(Statement, Statement.case_id == Case.id)
        .where(
            Case.site_id == case.site_id,
            Case.received_at.between(case.received_at - WITHIN, case.received_at + WITHIN),
            Case.id != case.id,
            Case.erased_at.is_(None),
            visible_to(page.actor),
            readable_by(page.actor),
        )
        .order_by(Case.received_at.desc())
        .limit(LOOKED_AT)
    )
    for row in db.session.execute(nearby):
        place = row.community or row.where_it_happened
        like = likeness(this, Told(row.words, place, row.category, row.received_at))
        if like >= ENOUGH and row.reference not in known:
            here = is_same_place(place, this.place)
            found.append((like, Suggestion(row.reference, row.title, row.stage.value, here)))
    found.sort(key=lambda pair: (-pair[0], pair[1].reference))
    theirs = {one.reference for one in same}
    return [*same, *(one for _, one in found if one.reference not in theirs)][:SHOWN]


def _of_same_person(page: CasePage) -> list[Suggestion]:
    agreed = select(SamePerson.digest).where(SamePerson.case_id == page.case.id)
    known = {row.reference for row in page.triage.links}
    rows = db.session.execute(
        select(Case.reference, Statement.title, Case.stage)
        .join(Statement, Statement.case_id == Case.id)
        .where(
            Case.id.in_(select(SamePerson.case_id).where(SamePerson.digest.in_(agreed))),
            Case.id != page.case.id,
            visible_to(page.actor),
            readable_by(page.actor),
        )
        .order_by(Case.received_at.desc())
        .limit(SHOWN)
    )
    return [
        Suggestion(reference, title, stage.value, is_same_place=False, is_same_person=True)
        for reference, title, stage in rows
        if reference not in known
    ]
