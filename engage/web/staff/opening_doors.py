"""What staff can do about who a confidential person is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from engage import clock
from engage.domain.case import CaseClass
from engage.domain.guards import Refusal
from engage.domain.lifecycle import Stage
from engage.domain.policy import Permission
from engage.models import Opening
from engage.queries.case_page import CasePage
from engage.web.locale import lazy_gettext as _
from engage.web.staff.door import Door


def waiting(page: CasePage) -> Sequence[Opening]:
    """Return the requests that nobody has decided on."""
    return [row for row in page.openings if row.decided_at is None]


def in_force(page: CasePage, now: datetime) -> Sequence[Opening]:
    """Return those by which somebody may look now."""
    return [row for row in page.openings if row.is_in_force(now)]


def _is_secret(page: CasePage) -> bool:
    """Whether there is a name that this reader may not see."""
    is_secret = page.has_identity and page.case.class_ is CaseClass.CONFIDENTIAL
    return is_secret and not page.may(Permission.VIEW_IDENTITY)


def _ask(page: CasePage, now: datetime) -> Refusal | None:
    if page.case.stage is Stage.CLOSED or not _is_secret(page):
        return Refusal("nothing_to_open")
    own = [row for row in (*waiting(page), *in_force(page, now)) if row.asked_by_id == page.actor.id]
    return Refusal("opening_waits") if own else None


def _decide(page: CasePage, now: datetime) -> Refusal | None:
    if not waiting(page):
        return Refusal("nothing_to_decide")
    own = all(row.asked_by_id == page.actor.id for row in waiting(page))
    return Refusal("own_request") if own else None


def _end(page: CasePage, now: datetime) -> Refusal | None:
    return None if in_force(page, now) else Refusal("opening_is_over")


def _look(page: CasePage, now: datetime) -> Refusal | None:
    return None if _is_secret(page) and _opened_to_reader(page, now) else Refusal("opening_is_over")


def _opened_to_reader(page: CasePage, now: datetime) -> bool:
    return any(row.asked_by_id == page.actor.id for row in in_force(page, now))


OPENING_DOORS: Mapping[str, Door] = {
    "staff.decide_opening_case": Door(Permission.DECIDE_OPENING, _decide, lambda page: bool(waiting(page))),
    "staff.ask_opening_case": Door(
        Permission.ASK_OPENING, _ask, lambda page: _is_secret(page) and page.case.stage is not Stage.CLOSED
    ),
    "staff.look_case": Door(
        Permission.ASK_OPENING,
        _look,
        lambda page: _opened_to_reader(page, clock.utcnow()),
        _("See who the person is, and have it told"),
    ),
    "staff.end_opening_case": Door(
        Permission.DECIDE_OPENING,
        _end,
        lambda page: bool(in_force(page, clock.utcnow())),
        _("Take back that somebody may see who the person is"),
    ),
}
