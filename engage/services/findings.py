"""What a proposal says: findings, causes, our part and remedies, and that they can be kept and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from sqlalchemy import select

from engage import clock
from engage.domain import policy
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.money import MONEY_REMEDIES, MOST, Money
from engage.domain.policy import Permission
from engage.extensions import db
from engage.models import Case, IndependentReview, StaffUser
from engage.services import conflicts, sites

MOST_REMEDIES = 20  # ours: more lines than any page or person can follow
MOST_CAUSES = 3  # ours: a list of everything says nothing about what comes first. Domain 3.6: at least one, ranked.
NOT_INVESTIGATED = "not_investigated"


@dataclass(frozen=True, slots=True)
class Line:
    """One remedy that is offered; the date is an aware instant."""

    type_code: str
    words: str
    due_at: datetime
    owner_id: UUID | None = None
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a proposal says, and what closing will need. Causes come in their order, the first one apart."""

    shared_findings: str
    finding: str
    close_type: str
    root_cause: str
    involvement: str
    lines: Sequence[Line] = ()
    internal_findings: str | None = None
    further_causes: Sequence[str] = ()
    why_not_investigated: str | None = None

    @property
    def causes(self) -> list[str]:
        """Every root cause, the first one first."""
        return [self.root_cause, *self.further_causes]

    @property
    def told(self) -> list[str]:
        """Every word of it that the person reads."""
        return [self.shared_findings, self.why_not_investigated or "", *(line.words for line in self.lines)]


def check(case: Case, offer: Offer) -> None:
    """Let an offer pass that could be kept and counted.

    Raises:
        Refused: there is nothing for the person to read (R30), a code is none of the lists, a date is past, a sum
            cannot be meant, or whoever is to see to a remedy is kept out of the case, gone or may not know of it.
    """
    if not offer.shared_findings.strip():
        raise Refused(Refusal("findings_to_share_needed"))
    if len(offer.lines) > MOST_REMEDIES:
        raise Refused(Refusal("too_many_remedies", {"most": MOST_REMEDIES}))
    _check_codes(case, offer)
    _check_causes(offer)
    _check_owners(case, offer)
    if offer.finding == NOT_INVESTIGATED and not (offer.why_not_investigated or "").strip():
        raise Refused(Refusal("why_not_investigated"))
    if any(line.due_at <= clock.utcnow() for line in offer.lines):
        raise Refused(Refusal("date_is_past"))
    for line in offer.lines:
        stop_if(why_not_pay(line.type_code, line.money) if line.money else None)


def _check_codes(case: Case, offer: Offer) -> None:
    lists = {name: {term.code for term in terms} for name, terms in sites.rules_for(case).taxonomy.lists.items()}
    if (
        offer.finding not in lists["findings"]
        or offer.close_type not in closes_by_answer(case)
        or offer.involvement not in lists["involvement"]
        or not set(offer.causes) <= lists["root_causes"]
        or any(line.type_code not in lists["remedies"] for line in offer.lines)
    ):
        raise Refused(Refusal("not_in_the_list"))


def _check_causes(offer: Offer) -> None:
    if len(offer.causes) > MOST_CAUSES:
        raise Refused(Refusal("too_many_causes", {"most": MOST_CAUSES}))
    if len(set(offer.causes)) < len(offer.causes):
        raise Refused(Refusal("cause_twice"))


def _check_owners(case: Case, offer: Offer) -> None:
    owners = dict.fromkeys(line.owner_id for line in offer.lines if line.owner_id is not None)
    conflicts.refuse_kept_out(case, owners, what="remedy")
    for owner_id in owners:
        user = db.session.get(StaffUser, owner_id)
        if user is None or not policy.may(user.actor, Permission.VIEW, case.facts):
            raise Refused(Refusal("owner_cannot_see"))


def closes_by_answer(case: Case) -> tuple[str, ...]:
    """Return the close types that a proposal of the case may carry: of a tier that it has been to, that tier's too."""
    decided = any(appeal.decided_at is not None for appeal in case.appeals)
    reported = select(IndependentReview.id).where(
        IndependentReview.case_id == case.id, IndependentReview.reported_at.is_not(None)
    )
    outside = db.session.scalar(reported.limit(1)) is not None
    return (
        *(["resolved_on_appeal"] if decided else []),
        "agreed_remedied",
        "agreed_explained",
        *(["resolved_independently"] if outside else []),
    )


def why_not_pay(type_code: str, money: Money) -> Refusal | None:
    """Return why a remedy cannot have this sum, or None."""
    if type_code not in MONEY_REMEDIES:
        return Refusal("no_sum_here")
    if money.currency not in currencies():
        return Refusal("currency_unknown", {"example": "EUR"})
    if not money.amount.is_finite() or not 0 < money.amount <= MOST:
        return Refusal("sum_out_of_bounds", {"most": f"{MOST:f}"})
    decimals = get_currency_precision(money.currency)
    if money.amount != round(money.amount, decimals):
        return Refusal("too_many_decimals", {"currency": money.currency, "most": decimals})
    return None


@cache
def currencies() -> frozenset[str]:
    """Return the codes of the currencies that are legal tender somewhere now; those of the past are left out."""
    return frozenset(code for land in get_global("territory_currencies") for code in get_territory_currencies(land))


def currency_of(country: str) -> str:
    """Return the currency people pay with in a country, by its ISO 3166 code; empty where none is known."""
    return next(iter(get_territory_currencies(country)), "")
