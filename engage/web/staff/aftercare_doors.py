"""What staff can do around the end of a case: meetings, telling a group, what bodies outside do."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from engage.domain.guards import Refusal
from engage.domain.lifecycle import Stage
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.staff.door import Door

P = Permission


def _open(page: CasePage, now: object) -> Refusal | None:
    return None


def _is_proposed(page: CasePage) -> bool:
    return page.case.stage is Stage.PROPOSED


def _can_report_back(page: CasePage) -> bool:
    return page.case.is_collective and page.case.stage in (Stage.PROPOSED, Stage.IMPLEMENTING, Stage.CLOSED)


def _always(page: CasePage) -> bool:
    """What we learn outlives the case: it may be decided on at any time, after closure too."""
    return True


def _drawn_elsewhere(page: CasePage) -> bool:
    """It has a link of its own, beside what it is about."""
    return False


AFTERCARE_DOORS: Mapping[str, Door] = {
    "staff.meet_case": Door(P.NOTE, _open, _is_proposed, _("Record a meeting")),
    "staff.report_back_case": Door(P.TELL_PERSON, _open, _can_report_back, _("Record that the group was told")),
    "staff.correct_case": Door(P.CORRECT, _open, _always),
    "staff.finish_correction_case": Door(P.READ_UNMASKED, _open, _drawn_elsewhere, _("Mark as done")),
}
