"""What lies outside, on the person's page: who else has the matter, to whom we gave a part, where else to turn."""

from typing import Any

from engage.domain.lifecycle import Stage
from engage.domain.outside import Basis
from engage.models import Proceeding, Referral
from engage.queries.own_case import OwnCase
from engage.web.filters import day
from engage.web.labels import label
from engage.web.locale import gettext

Row = dict[str, Any]


def shown(own: OwnCase) -> Row:
    """Return what public/_outside.html draws."""
    return {
        "proceedings": [_proceeding(row) for row in own.outside.proceedings],
        "referrals": [_referral(row) for row in own.outside.referrals],
        "avenues": own.case.site.outside_avenues if _a_tier_ended(own) else [],
        "tier_ended": _a_tier_ended(own),
        "after_panel": any(row.decided_at is not None for row in own.appeals),
    }


def _a_tier_ended(own: OwnCase) -> bool:
    """Whether the case is closed in whatever way, or a panel or an outside body has decided (product 3)."""
    decided = any(row.decided_at is not None for row in own.appeals)
    reported = own.review is not None and own.review.reported_at is not None
    return own.case.stage is Stage.CLOSED or decided or reported


def _proceeding(row: Proceeding) -> Row:
    since = gettext("since %(day)s", day=day(row.began_at)) if row.began_at else None
    return {
        "body": row.body,
        "facts": list(filter(None, [label("proceeding", row.kind), row.docket, since])),
        "covers": row.covers,
        "outcome": row.outcome,
    }


def _referral(row: Referral) -> Row:
    agreed = gettext("You agreed.") if row.basis is Basis.CONSENT else gettext("A law asks us to.")
    return {"to_whom": row.to_whom, "words": row.words, "basis": f"{agreed} {row.basis_words}", "state": _state(row)}


def _state(row: Referral) -> str:
    if row.is_accepted is None:
        given = gettext(
            "We gave this to them on %(day)s. They have not said yet if they take it.", day=day(row.made_at)
        )
        stays = gettext("Until they do, it stays with us.")
        return f"{given} {stays}"
    if row.is_accepted:
        return str(gettext("They have taken it, as we heard on %(day)s.", day=day(row.answered_at)))
    return str(gettext("They do not take it. It stays with us."))
