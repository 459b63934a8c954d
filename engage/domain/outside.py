"""What bodies outside have to do with a case: they have the same matter already, or it is handed over to them."""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from engage.domain.guards import Refusal

# Which bodies can have the same matter beside us. Source: domain 2.2 EXTERNAL_PROCEEDING and R33; no site of its own
# list, because what stands in the way of a court is the same everywhere.
PROCEEDINGS = ("court", "regulator", "rights_commission", "contact_point", "lender", "sector", "other")
WORKER_MATTER = "worker_matter"  # of the taxonomy's screening_out_reasons


class ReferralKind(StrEnum):
    """To whom a matter is handed over. Source: domain R35, R36."""

    HR = "hr"
    AUTHORITY = "authority"
    MECHANISM = "mechanism"


class Basis(StrEnum):
    """What lets us speak of the matter to others: the person's yes, or a law that leaves no choice (domain R36)."""

    CONSENT = "consent"
    LAW = "law"


def why_not_refer(words: Collection[str], open_kinds: Collection[ReferralKind], kind: ReferralKind) -> Refusal | None:
    """Nothing is handed over without consent or law, a look at what is safe, and a reason; to one place at a time."""
    if not all(part.strip() for part in words):
        return Refusal("referral_incomplete")
    return Refusal("referred_already") if kind in open_kinds else None


def why_not_screen_out_as(reason_code: str, accepted: Collection[ReferralKind]) -> Refusal | None:
    """The matter of a worker leaves us once somebody else has taken it, and not before (domain R35)."""
    waits = reason_code == WORKER_MATTER and ReferralKind.HR not in accepted
    return Refusal("hr_has_not_accepted") if waits else None


def why_not_give_to(body: str, terms: str, why_other: str | None, *, is_listed: bool) -> Refusal | None:
    """A body takes a case on terms; one that the site does not name, for a reason (domain R33)."""
    if not body.strip() or not terms.strip():
        return Refusal("body_and_terms_needed")
    return None if is_listed or (why_other or "").strip() else Refusal("why_other_body")


def why_not_agree_on(begins_on: date | None, report_by: date | None, today: date) -> Refusal | None:
    """A report is expected after the beginning, and not in the past."""
    earliest = max(today, begins_on or today)
    return Refusal("report_too_early") if report_by is not None and report_by < earliest else None


def body_in(directory: Collection[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """Return the body of a site's directory that can look at a case and has the name, or None."""
    return next((row for row in independent(directory) if row["name"] == name), None)


def independent(directory: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the places of a site's directory that can take a case as an independent body."""
    return [row for row in directory if row.get("independent")]
