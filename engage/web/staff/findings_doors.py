"""What staff can do while facts are established, beside the steps of the road."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from engage.domain.guards import Refusal
from engage.domain.lifecycle import Action, Stage
from engage.queries.case_page import CasePage
from engage.web.staff.door import Door


def _goes_on(page: CasePage) -> bool:
    return page.case.stage is Stage.INVESTIGATING


def _plan(page: CasePage, now: object) -> Refusal | None:
    return None if _goes_on(page) else Refusal("no_investigation")


FINDINGS_DOORS: Mapping[str, Door] = {
    "staff.plan_case": Door(Action.INVESTIGATE, _plan, _goes_on, _("Change the plan of the investigation")),
}
