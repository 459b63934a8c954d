"""What staff can do with a case beside the road: who is kept out of it, how serious it is, what it needs, links."""

from collections.abc import Mapping

from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.staff.door import Door

P = Permission


def _always(page: CasePage) -> bool:
    return True


def _drawn_elsewhere(page: CasePage) -> bool:
    """It has a link of its own, beside what it is about."""
    return False


def _open(page: CasePage, now: object) -> Refusal | None:
    return None


TRIAGE_DOORS: Mapping[str, Door] = {
    "staff.name_subject_case": Door(P.NAME_SUBJECT, _open, _always),
    "staff.remove_subject_case": Door(P.REMOVE_SUBJECT, _open, _drawn_elsewhere),
}
