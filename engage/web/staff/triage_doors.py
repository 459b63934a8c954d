"""What staff can do with a case beside the road: who is kept out of it, how serious it is, what it needs, links."""

from collections.abc import Mapping
from datetime import datetime

from engage.domain import guards
from engage.domain.case import Kind
from engage.domain.guards import Refusal
from engage.domain.lifecycle import Action, Stage
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


def _is_open(page: CasePage) -> bool:
    return page.case.stage is not Stage.CLOSED


def _is_rated(page: CasePage) -> bool:
    """A panel may bring back what nobody judged."""
    return _is_open(page) and (
        page.case.level is not None or page.case.stage not in (Stage.RECEIVED, Stage.ACKNOWLEDGED)
    )


def _open(page: CasePage, now: object) -> Refusal | None:
    return None


def _rate(page: CasePage, now: object) -> Refusal | None:
    if not _is_rated(page):
        return Refusal("not_assessed")
    return Refusal("downgrade_waits") if page.triage.rating_asked else None


def _refuse(page: CasePage, now: datetime) -> Refusal | None:
    return page.why_not(Action.ANSWER, now) or guards.why_not_refuse_information(page.circumstances)


def _asks_for_information(page: CasePage) -> bool:
    return _is_open(page) and page.case.kind is Kind.INFORMATION_REQUEST


def _asked(page: CasePage, now: object) -> Refusal | None:
    asked = page.triage.conversion
    return None if asked is not None and asked.answered_at is None else Refusal("nothing_asked")


def _linked(page: CasePage, now: object) -> Refusal | None:
    return None if page.triage.links else Refusal("not_linked")


def _approve_rating(page: CasePage, now: object) -> Refusal | None:
    asked = page.triage.rating_asked
    if asked is None:
        return Refusal("nothing_to_decide")
    return Refusal("own_rating") if asked.rated_by_id == page.actor.id else None


def _sift(page: CasePage, now: object) -> Refusal | None:
    return None if page.case.flagged else Refusal("not_flagged")


TRIAGE_DOORS: Mapping[str, Door] = {
    "staff.sift_case": Door(P.SIFT, _sift, lambda page: page.case.flagged, moves_on=True),
    "staff.approve_rating_case": Door(
        P.APPROVE_RATING, _approve_rating, lambda page: page.triage.rating_asked is not None, moves_on=True
    ),
    "staff.assess_retaliation_case": Door(
        P.ASSESS_RETALIATION, _open, lambda page: page.case.retaliation_risk is not None and _is_open(page)
    ),
    "staff.rate_case": Door(P.RATE, _rate, _is_rated),
    "staff.ask_for_support_case": Door(P.ARRANGE, _open, _is_open, _("Note what the person needs to take part")),
    "staff.finish_item_case": Door(P.ARRANGE, _open, _drawn_elsewhere),
    "staff.record_conversion_case": Door(
        P.RECORD_ANSWER, _asked, lambda page: _asked(page, None) is None, _("Record if they agree to another kind")
    ),
    "staff.refuse_information_case": Door(
        Action.ANSWER, _refuse, _asks_for_information, _("Refuse to give the information")
    ),
    "staff.link_case": Door(P.LINK, _open, _always),
    "staff.link_incident_case": Door(P.LINK, _open, _always, _("Note the number of an internal incident")),
    "staff.unlink_case": Door(P.LINK, _linked, _drawn_elsewhere, _("Unlink")),
    "staff.name_subject_case": Door(P.NAME_SUBJECT, _open, _always),
    "staff.remove_subject_case": Door(P.REMOVE_SUBJECT, _open, _drawn_elsewhere),
}
