"""What bodies outside have to do with a case, as its page draws it."""

from flask import url_for

from engage.domain.policy import Permission
from engage.models import Proceeding, Referral
from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.filters import day, short_day
from engage.web.locale import gettext

Row = dict[str, object]


def shown(page: CasePage) -> Row:
    """Return what staff/_outside.html draws."""
    return {
        "proceedings": [_proceeding(page, row) for row in page.outside.proceedings],
        "referrals": [_referral(page, row) for row in page.outside.referrals],
    }


def _proceeding(page: CasePage, row: Proceeding) -> Row:
    since = gettext("since %(day)s", day=short_day(row.began_at)) if row.began_at else None
    docket = page.read(row.docket) if row.docket else None  # often names whoever stands before the court
    ends = row.ended_at is None and page.may(Permission.RECORD_PROCEEDING)
    return {
        "body": page.read(row.body),
        "facts": list(filter(None, [labels.label("proceeding", row.kind), docket, since])),
        "covers": page.read(row.covers),
        "outcome": page.read(row.outcome) if row.outcome else None,
        "href": url_for("staff.end_proceeding_case", reference=page.case.reference, proceeding_id=row.id)
        if ends
        else None,
    }


def _referral(page: CasePage, row: Referral) -> Row:
    by = page.names.get(row.made_by_id, "")
    settles = row.is_accepted is None and page.may(Permission.HAND_OVER)
    return {
        "to_whom": page.read(row.to_whom),
        "facts": [labels.label("referral_kind", row.kind), gettext("%(who)s, %(day)s", who=by, day=day(row.made_at))],
        "words": page.read(row.words),
        "basis": labels.label("basis", row.basis),
        "basis_words": page.read(row.basis_words),
        "safety": page.read(row.safety),
        "state": _state(row),
        "answer": page.read(row.answer_words) if row.answer_words else None,
        "href": url_for("staff.settle_referral_case", reference=page.case.reference, referral_id=row.id)
        if settles
        else None,
    }


def _state(row: Referral) -> str:
    if row.is_accepted is None:
        return str(gettext("not taken yet"))
    return str(gettext("taken") if row.is_accepted else gettext("not taken: it stays with us"))
