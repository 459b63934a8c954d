"""The facts of a case as JSON: codes, instants in UTC and people's own words, the same in every language."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engage import clock
from engage.domain.case import Writer
from engage.models import Appeal, Deadline, IndependentReview, Message, Proposal, Remedy
from engage.queries.case_everything import Everything
from engage.queries.seen import Seen

FORMAT = "engage-case-1"
Facts = dict[str, Any]


def of(found: Everything, places: Mapping[uuid.UUID, str], proof: Sequence[str]) -> Facts:
    """Return the facts; `places` says where in the bundle each file lies, `proof` are the lines of the receipt."""
    case, file, told = found.file.case, found.file, found.file.case.statement
    return {
        "format": FORMAT,
        "made_at": _at(clock.utcnow()),
        "reference": case.reference,
        "site": case.site.name,
        "time_zone": case.site.time_zone,
        "kind": case.kind.value,
        "stage": case.stage.value,
        "received_at": _at(case.received_at),
        "closed_at": _at(case.closed_at),
        "close_type": case.close_type,
        "we_hold": {
            "identity": case.identity.value,
            "road": case.road.value,
            "a_name": found.has_identity,
            "an_address": found.has_contact,
        },
        "concern": {
            "what_happened": told.what_happened,
            "where": told.where_it_happened,
            "when": told.when_it_happened,
            "what_would_make_it_right": told.what_would_make_it_right,
        },
        "happened": [
            {"what": one.kind, "at": _at(one.at), "by": one.party, "role": one.role} for one in found.happened
        ],
        "messages": [_message(one) for one in file.messages],
        "promises": [_promise(one) for one in file.deadlines],
        "pauses": [
            {"reason": one.reason_code, "from": _at(one.starts_at), "until": _at(one.ends_at)} for one in file.pauses
        ],
        "proposals": [_proposal(one) for one in file.proposals],
        "appeals": [_appeal(one) for one in file.appeals],
        "reviews": [_review(one) for one in file.reviews],
        "screenings": [
            {"decided_at": _at(one.decided_at), "words": one.words, "referral": one.referral} for one in file.screenings
        ],
        "proceedings": [
            {"kind": one.kind, "body": one.body, "docket": one.docket, "covers": one.covers, "outcome": one.outcome}
            for one in file.outside.proceedings
        ],
        "referrals": [
            {"to": one.to_whom, "at": _at(one.made_at), "words": one.words, "is_accepted": one.is_accepted}
            for one in file.outside.referrals
        ],
        "meetings": [
            {"purpose": one.purpose, "held_at": _at(one.held_at), "place": one.place, "language": one.language}
            for one in found.meetings
        ],
        "corrections": [
            {
                "asked_at": _at(one.asked_at),
                "words": one.words,
                "right_words": one.right_words,
                "answered_at": _at(one.answered_at),
                "is_accepted": one.is_accepted,
                "answer_words": one.answer_words,
            }
            for one in file.rights.corrections
        ],
        "holds": [
            {"set_at": _at(one.set_at), "words": one.words, "lifted_at": _at(one.lifted_at)}
            for one in file.rights.holds
        ],
        "changes": [
            {"words": one.shared_words, "due_at": _at(one.due_at), "finished_at": _at(one.finished_at)}
            for one in file.changes
        ],
        "feedback": _feedback(found),
        "opened_by": _seen(file.seen or ()),
        "name_shown_to": _seen(found.name_seen),
        "files": [
            {
                "name": one.name,
                "in_bundle": places.get(one.id),
                "media_type": one.media_type,
                "size": one.size,
                "sha256": one.sha256,
                "by": one.writer.value,
                "added_at": _at(one.added_at),
                "message_id": str(one.message_id) if one.message_id else None,
            }
            for one in found.files
        ],
        "proof": list(proof),
    }


def _at(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _message(one: Message) -> Facts:
    by = "person" if one.writer is Writer.PERSON else "us"
    said = {"id": str(one.id), "at": _at(one.written_at), "by": by, "words": one.words, "is_question": one.is_question}
    return said | ({"whole_mail": one.whole} if one.whole is not None else {})


def _promise(one: Deadline) -> Facts:
    return {
        "promise": one.promise.value,
        "by_us": one.promise.owed_by_us,
        "starts_at": _at(one.starts_at),
        "due_at": _at(one.due_at),
        "paused_seconds": int(one.total_pause.total_seconds()),
        "met_at": _at(one.met_at),
        "missed_at": _at(one.breached_at),
        "delay_told_at": _at(one.delay_told_at),
        "ended_at": _at(one.ended_at),
    }


def _proposal(one: Proposal) -> Facts:
    return {
        "number": one.number,
        "sent_at": _at(one.sent_at),
        "shared_findings": one.shared_findings,
        "finding": one.finding,
        "why_not_investigated": one.why_not_investigated,
        "involvement": one.involvement,
        "respond_by": _at(one.respond_by),
        "answer": one.answer.value if one.answer else None,
        "answer_words": one.answer_words,
        "answered_at": _at(one.answered_at),
        "remedies": [_remedy(remedy) for remedy in one.remedies],
    }


def _remedy(one: Remedy) -> Facts:
    return {
        "number": one.number,
        "type": one.type_code,
        "words": one.words,
        "amount": str(one.money.amount) if one.money else None,
        "currency": one.currency,
        "due_at": _at(one.due_at),
        "evidence": one.evidence,
        "finished_at": _at(one.finished_at),
        "confirmed": one.confirmed,
        "confirmation_words": one.confirmation_words,
    }


def _appeal(one: Appeal) -> Facts:
    return {
        "lodged_at": _at(one.lodged_at),
        "words": one.words,
        "late_reason": one.late_reason,
        "decided_at": _at(one.decided_at),
        "outcome": one.outcome,
        "decision": one.decision,
    }


def _review(one: IndependentReview) -> Facts:
    return {
        "body": one.body,
        "terms": one.terms,
        "is_binding": one.is_binding,
        "referred_at": _at(one.referred_at),
        "reported_at": _at(one.reported_at),
        "outcome": one.outcome,
        "report": one.report,
    }


def _feedback(found: Everything) -> Facts | None:
    given = found.feedback
    if given is None:
        return None
    return {"at": _at(given.given_at), "process": given.process, "outcome": given.outcome, "words": given.words}


def _seen(some: Sequence[Seen]) -> list[Facts]:
    return [{"role": one.role, "days": [on.isoformat() for on in one.days]} for one in some]
