"""What those who decide an appeal can do among themselves."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.staff.door import Door


def is_seated(page: CasePage) -> bool:
    """Whether the reader is on the panel of the appeal that waits: those of an earlier one decide nothing any more."""
    appeal = page.appeal
    return appeal is not None and page.actor.id in {seat.user_id for seat in appeal.seats}


def _deliberate(page: CasePage, now: object) -> Refusal | None:
    return None if is_seated(page) else Refusal("not_seated_now")


PANEL_DOORS: Mapping[str, Door] = {
    "staff.deliberate_case": Door(
        Permission.DELIBERATE, _deliberate, is_seated, _("Go to the panel’s room"), moves_on=True
    ),
}
