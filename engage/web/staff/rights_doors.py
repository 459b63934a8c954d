"""What staff can do about corrections and legal holds."""

from collections.abc import Mapping

from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.locale import lazy_gettext as _
from engage.web.staff.door import Door


def _answer(page: CasePage, now: object) -> Refusal | None:
    return None if page.rights.waiting else Refusal("no_correction_waits")


def _set(page: CasePage, now: object) -> Refusal | None:
    return Refusal("is_held") if page.rights.hold is not None else None


def _lift(page: CasePage, now: object) -> Refusal | None:
    return None if page.rights.hold is not None else Refusal("is_not_held")


RIGHTS_DOORS: Mapping[str, Door] = {
    "staff.answer_correction_case": Door(
        Permission.ANSWER_CORRECTION, _answer, lambda page: bool(page.rights.waiting), moves_on=True
    ),
    "staff.set_hold_case": Door(
        Permission.HOLD, _set, lambda page: page.rights.hold is None, _("Set a legal hold: nothing may be erased")
    ),
    "staff.lift_hold_case": Door(
        Permission.HOLD, _lift, lambda page: page.rights.hold is not None, _("Lift the legal hold")
    ),
}
