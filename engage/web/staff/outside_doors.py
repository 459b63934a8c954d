"""What staff can do about bodies outside: say that one has the same matter, and hand a matter over."""

from collections.abc import Mapping

from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web.locale import lazy_gettext as _
from engage.web.staff.door import Door

P = Permission


def _always(page: CasePage) -> bool:
    return True


def _drawn_elsewhere(page: CasePage) -> bool:
    """It has a link of its own, beside what it is about."""
    return False


def _open(page: CasePage, now: object) -> Refusal | None:
    return None


def _running(page: CasePage, now: object) -> Refusal | None:
    runs = any(row.ended_at is None for row in page.outside.proceedings)
    return None if runs else Refusal("nothing_outside")


def _waiting(page: CasePage, now: object) -> Refusal | None:
    waits = any(row.is_accepted is None for row in page.outside.referrals)
    return None if waits else Refusal("nothing_handed_over")


OUTSIDE_DOORS: Mapping[str, Door] = {
    "staff.record_proceeding_case": Door(P.RECORD_PROCEEDING, _open, _always),
    "staff.end_proceeding_case": Door(
        P.RECORD_PROCEEDING, _running, _drawn_elsewhere, _("Record how another body ended it")
    ),
    "staff.hand_over_case": Door(P.HAND_OVER, _open, _always),
    "staff.settle_referral_case": Door(P.HAND_OVER, _waiting, _drawn_elsewhere, _("Record whether they take it")),
}
