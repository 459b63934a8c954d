"""The door to watching a case."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _

from engage.domain.case import CaseClass
from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.staff.door import Door


def _open(page: CasePage, now: datetime) -> Refusal | None:
    return None


def _is_not_theirs(page: CasePage) -> bool:
    """Whoever works a case hears of it anyway, and of a restricted one nobody hears by watching."""
    return page.case.class_ is not CaseClass.RESTRICTED and page.case.assignee_id != page.actor.id


WATCHING_DOORS: Mapping[str, Door] = {
    "staff.watch_case": Door(Permission.READ_UNMASKED, _open, _is_not_theirs, _("Watch this case")),
}
