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


AFTERCARE_DOORS: Mapping[str, Door] = {
    "staff.meet_case": Door(P.NOTE, _open, _is_proposed, _("Record a meeting")),
    "staff.report_back_case": Door(P.TELL_PERSON, _open, _can_report_back, _("Record that the group was told")),
}
