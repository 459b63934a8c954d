"""Cases that may speak of the same as a case: suggested to those who may see and read them, and to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engage.domain.likeness import ENOUGH, LONGEST, WITHIN, Told, is_same_place, likeness
from engage.extensions import db
from engage.models import Case, Statement
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


def suggestions(page: CasePage) -> Sequence[Suggestion]:
    """Return the cases most like this one, the likest first: same site, and within 90 days of each other.

    A restricted case is found only by those who may see it, which is who has restricted cases alone.
    """
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
            same = is_same_place(place, this.place)
            found.append((like, Suggestion(row.reference, row.title, row.stage.value, same)))
    found.sort(key=lambda pair: (-pair[0], pair[1].reference))
    return [one for _, one in found[:SHOWN]]
