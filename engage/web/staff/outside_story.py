"""What happened between a case and bodies outside, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "ProceedingRecorded": _("A body outside has the same matter"),
    "ProceedingEnded": _("A body outside is done with the matter"),
    "ReferralMade": _("Handed over"),
    "ReferralAccepted": _("They have taken what was handed over"),
    "ReferralDeclined": _("They did not take what was handed over"),
    "ReviewOffered": _("The person was told that a body outside can look at it next"),
}
# What a notice tells, for those who carry it by mouth. By its template.
TOLD: Mapping[str, LazyString] = {
    "appeal_decided": _("What the panel decided and why, and that a body outside the company can look at it next."),
}


def _referral(page: CasePage, values: Values) -> str:
    return labels.label("referral_kind", values["to_kind"])


def _made(page: CasePage, values: Values) -> str:
    return f"{_referral(page, values)} · {labels.label('basis', values['basis'])}"


def _held(page: CasePage, values: Values) -> str:
    return gettext("waits: words that seem to take a right or to buy silence") if values.get("held_by_words") else ""


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "ProceedingRecorded": lambda page, values: labels.label("proceeding", values["kind_of_body"]),
    "ProposalDrafted": _held,
    "ReferralMade": _made,
    "ReferralAccepted": _referral,
    "ReferralDeclined": _referral,
}
