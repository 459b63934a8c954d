"""What staff can do with a case while one of them waits for somebody further up."""

from collections.abc import Mapping

from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.locale import lazy_gettext as _
from engage.web.staff.door import Door


def _drawn_elsewhere(page: CasePage) -> bool:
    """It has a link of its own, beside the date."""
    return False


def _ask(page: CasePage, now: object) -> Refusal | None:
    return Refusal("extension_waits") if page.triage.extension_asked is not None else None


def _approve(page: CasePage, now: object) -> Refusal | None:
    asked = page.triage.extension_asked
    if asked is None:
        return Refusal("nothing_to_decide")
    return Refusal("own_request") if asked.asked_by_id == page.actor.id else None


WAITING_DOORS: Mapping[str, Door] = {
    "staff.approve_extension_case": Door(
        Permission.EXTEND_AGAIN,
        _approve,
        lambda page: page.triage.extension_asked is not None,
        _("Decide on more time"),
        moves_on=True,
    ),
    "staff.ask_extension_case": Door(
        Permission.EXTEND, _ask, _drawn_elsewhere, _("Ask somebody further up for more time")
    ),
}
