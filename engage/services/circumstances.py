"""What guards look at of a case beside its stage, read for a use case."""

from datetime import datetime

from sqlalchemy import func, select

from engage.domain.case import Road, Writer
from engage.domain.deadlines import Promise
from engage.domain.guards import Circumstances
from engage.domain.wall_clock import last_of_day
from engage.extensions import db
from engage.models import Case, ContactAttempt, Deadline, Meeting, Message, SealedContact
from engage.models.aftercare import REPORT_BACK
from engage.services import cases, consulting, sites
from engage.services.deadline_rows import zone_of


def appeal_until(case: Case) -> datetime | None:
    """Return until when a closed case is appealed without a reason: the end of the last day where its site lies.

    Source: product 4, public promises run in calendar days in the site's time zone. How many, the case's rules say.
    """
    if case.closed_at is None:
        return None
    return last_of_day(case.closed_at, sites.rules_for(case).promises.appeal_window.count, zone_of(case))


def of(case: Case) -> Circumstances:
    """Return the facts beside the stage that guards look at."""
    proposal, appeal = cases.latest_proposal(case), cases.open_appeal(case)
    draft = proposal is not None and proposal.sent_at is None and proposal.returned_at is None
    sent = proposal if proposal is not None and proposal.stands(their_turn=case.their_turn) else None
    remedies = sent.remedies if sent else []
    since = sent.sent_at if sent else None
    wrote_at, answer_due_at = _last_word_and_time_to_answer(case, since)
    since = wrote_at or since
    attempts, channels = db.session.execute(
        select(func.count(ContactAttempt.id), func.count(func.distinct(ContactAttempt.channel))).where(
            ContactAttempt.case_id == case.id, *([ContactAttempt.at >= since] if since else [])
        )
    ).one()
    return Circumstances(
        stage=case.stage,
        kind=case.kind,
        level=case.level,
        round=case.round,
        proposal_answer=sent.answer if sent else None,
        proposal_sent_at=sent.sent_at if sent else None,
        silent_since=wrote_at,
        answer_due_at=answer_due_at,
        proposal_draft=draft,
        attempts=attempts,
        attempt_channels=channels,
        channels_known=_channels_known(case),
        remedies=len(remedies),
        remedies_confirmed=sum(1 for remedy in remedies if remedy.finished_at and remedy.confirmed),
        remedies_refused=sum(1 for remedy in remedies if remedy.confirmed is False),
        appeal_until=appeal_until(case),
        appeal_days=sites.rules_for(case).promises.appeal_window.count,
        panel=frozenset(seat.user_id for seat in appeal.seats) if appeal else frozenset(),
        screen_out_asked=cases.open_screening(case) is not None,
        panel_offered=case.panel_offered,
        owes_retaliation_look=cases.owes_retaliation_look(case),
        is_collective=case.is_collective,
        reported_back=case.is_collective and group_was_told(case, sent.sent_at if sent else None),
        consulted=consulting.was_sought(case),
    )


def _last_word_and_time_to_answer(case: Case, sent_at: datetime | None) -> tuple[datetime | None, datetime | None]:
    """When the person wrote last since the proposal was sent, and by when they answer it; with one statement."""
    if sent_at is None:
        return None, None
    wrote = select(func.max(Message.written_at)).where(
        Message.case_id == case.id, Message.writer == Writer.PERSON, Message.written_at >= sent_at
    )
    due = select(func.max(Deadline.due_at)).where(
        Deadline.case_id == case.id, Deadline.promise == Promise.ANSWER, Deadline.ended_at.is_(None)
    )
    wrote_at, due_at = db.session.execute(select(wrote.scalar_subquery(), due.scalar_subquery())).one()
    return wrote_at, due_at


def group_was_told(case: Case, since: datetime | None) -> bool:
    """Whether the people of a group were told since the instant, or ever, how their concern goes out."""
    told = select(Meeting.id).where(Meeting.case_id == case.id, Meeting.purpose == REPORT_BACK)
    return db.session.scalar(told.where(Meeting.recorded_at >= since).limit(1) if since else told.limit(1)) is not None


def _channels_known(case: Case) -> int:
    """In how many ways we could reach the person: the case page itself, and what they left us."""
    contact = db.session.get(SealedContact, case.id)
    left = (contact.has_email + contact.has_phone) if contact else 0
    return 1 + left + (case.road in (Road.FACILITATOR, Road.CUSTODIAN))
