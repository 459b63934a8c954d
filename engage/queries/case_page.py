"""What staff see of a case, read in a number of statements that does not grow with it."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm.attributes import set_committed_value

from engage import clock, data_keys
from engage.domain import consultation, guards, money, policy, retaliation
from engage.domain.case import Road, Writer
from engage.domain.consultation import TALKS, Sought
from engage.domain.deadlines import Promise
from engage.domain.events import ProposalDrafted, ReportedBack
from engage.domain.guards import Circumstances, Refusal
from engage.domain.lifecycle import Action, Stage, allowed_actions
from engage.domain.masking import masked
from engage.domain.policy import Actor, CaseFacts, Permission
from engage.extensions import db
from engage.models import (
    Appeal,
    Attachment,
    Case,
    Deadline,
    Errand,
    Explanation,
    IndependentReview,
    InvestigationPlan,
    Message,
    Opening,
    Pause,
    Proposal,
    ReachedRung,
    Remedy,
    Screening,
    SealedContact,
    Task,
)
from engage.queries import (
    case_parts,
    case_statement,
    corrective,
    findings_parts,
    opening_parts,
    outside_parts,
    rights_parts,
    triage_parts,
)
from engage.queries.case_parts import Entry, Fate, Look
from engage.queries.corrective import Changes
from engage.queries.outside_parts import OutsideParts
from engage.queries.rights_parts import RightsParts
from engage.queries.triage_parts import TriageParts

REPORTED_BACK, DRAFTED = ReportedBack.__name__, ProposalDrafted.__name__


@dataclass(frozen=True)  # without slots: what is asked for again and again while a page is drawn is kept
class CasePage:
    """The case as this member of staff may read it."""

    case: Case
    actor: Actor
    messages: Sequence[Message]
    files: Sequence[Attachment]
    entries: Sequence[Entry]
    fates: Mapping[uuid.UUID, Fate]  # by event, where we have written
    deadlines: Sequence[Deadline]
    rungs: Sequence[ReachedRung]
    pauses: Sequence[Pause]
    explanations: Sequence[Explanation]
    tasks: Sequence[Task]
    proposal: Proposal | None
    screening: Screening | None
    review: IndependentReview | None
    errands: Sequence[Errand]
    attempts: Sequence[tuple[str, datetime]]
    names: Mapping[uuid.UUID, str]
    has_identity: bool
    contact: SealedContact | None
    known_names: tuple[str, ...]
    look: Look
    _there: Collection[str]
    _may: dict[Permission | Action, bool] = field(default_factory=dict, repr=False, compare=False)

    def may(self, what: Permission | Action) -> bool:
        """Whether policy lets the reader do this with the case, at whatever stage."""
        if (answer := self._may.get(what)) is None:
            answer = self._may[what] = policy.may(self.actor, what, self.facts)
        return answer

    @cached_property
    def facts(self) -> CaseFacts:
        """What policy needs to know of the case."""
        return self.case.facts

    @cached_property
    def triage(self) -> TriageParts:
        """What triage knows of the case beside its facts; read when it is first asked for."""
        return triage_parts.of(self.case.id, self.actor, self._there)

    @cached_property
    def outside(self) -> OutsideParts:
        """What bodies outside have to do with the case; read when it is first asked for."""
        return outside_parts.of(self.case.id, self._there)

    @cached_property
    def rights(self) -> RightsParts:
        """What the person demanded of what we hold, and what stands against it; read when it is first asked for."""
        return rights_parts.of(self.case.id, self._there)

    @cached_property
    def openings(self) -> Sequence[Opening]:
        """Who asked to see who the person is, and what became of it, the newest first; read when first asked for."""
        return opening_parts.of(self.case.id, self._there)

    @cached_property
    def plans(self) -> Sequence[InvestigationPlan]:
        """The plans of the investigation, the newest first; read when they are first asked for."""
        return findings_parts.plans(self.case.id) if "plans" in self._there else ()

    @property
    def is_rated_finally(self) -> bool:
        """Whether it was rated once the facts were known, or is too slight to ask for that. Source: domain R24."""
        slight = (self.case.level or 0) < guards.APPROVAL_LEVEL
        return slight or self.triage.rating_of("final") is not None

    def sees_sum(self, remedy: Remedy) -> bool:
        """Whether the reader may know what the remedy pays."""
        return money.may_see(self.actor, remedy.owner_id, self.facts)

    @cached_property
    def changes(self) -> Changes:
        """What we change because of the case, and what keeps happening with it; read when it is first asked for."""
        return corrective.of(self.case.id, self.actor) if "changes" in self._there else Changes()

    @cached_property
    def is_masked(self) -> bool:
        """Whether the reader is shown words with names taken out, and no files."""
        return not self.may(Permission.READ_UNMASKED)

    def read(self, words: str) -> str:
        """Return words of the case as this reader may see them."""
        return masked(words, self.known_names) if self.is_masked else words

    def why_not(self, action: Action, now: datetime) -> Refusal | None:
        """Return why the action of the lifecycle is not possible now, or None."""
        if action not in allowed_actions(self.case.stage):
            return Refusal("not_at_this_stage", {"stage": self.case.stage.value})
        return guards.why_not(action, self.circumstances, now)

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that waits for its decision, or None."""
        return self.case.appeal

    @property
    def has_to_declare(self) -> bool:
        """Whether the reader sits on the panel that decides, and has not said yet that they have no conflict."""
        return self.actor.id in self.case.facts.undeclared

    @property
    def draft(self) -> Proposal | None:
        """The proposal that waits for approval, or None."""
        row = self.proposal
        return row if row is not None and row.sent_at is None and row.returned_at is None else None

    @property
    def is_held_by_words(self) -> bool:
        """Whether the newest proposal held words that seem to take a right or to buy silence."""
        drafted = next((one for one in reversed(self.entries) if one.kind == DRAFTED), None)
        return drafted is not None and bool(drafted.values.get("held_by_words"))

    @property
    def unfinished(self) -> Sequence[Remedy]:
        """Remedies that are agreed and not done yet."""
        return [row for row in self._agreed if row.finished_at is None]

    @property
    def unconfirmed(self) -> Sequence[Remedy]:
        """Remedies that are done and that the person has said nothing of yet."""
        return [row for row in self._agreed if row.finished_at is not None and row.confirmed is None]

    @property
    def _agreed(self) -> Sequence[Remedy]:
        if self.case.stage is not Stage.IMPLEMENTING or self.proposal is None:
            return ()
        return self.proposal.remedies

    @property
    def stopped(self) -> Sequence[Pause]:
        """Pauses that still last or are to come."""
        return [row for row in self.pauses if row.over_at is None]

    def can_wait(self, now: datetime) -> bool:
        """Whether something runs whose clock can be stopped: what is late stays late."""
        return any(row.ended_at is None and row.promise.can_pause and row.due_at > now for row in self.deadlines)

    @property
    def owes_check(self) -> bool:
        """Whether a check after closure is owed."""
        return any(row.promise is Promise.CHECK_AFTERWARDS and row.ended_at is None for row in self.deadlines)

    @property
    def _sought(self) -> Sought:
        """What was done to hear the person; the same as `services.consulting` reads for a use case."""
        talks = [one.values.get("held", True) for one in self.entries if one.kind in TALKS]
        return Sought(
            was_held=any(talks),
            tries=len(self.attempts),
            asked=[one.written_at for one in self.messages if one.is_question],
            written=[one.written_at for one in self.messages if one.writer is Writer.PERSON],
        )

    @cached_property
    def circumstances(self) -> Circumstances:
        """The facts that guards look at, as `services.circumstances` reads them, but for the appeal window."""
        offer = self.proposal
        sent = offer if offer is not None and offer.stands(their_turn=self.case.their_turn) else None
        since = sent.sent_at if sent else None
        wrote = [
            row.written_at for row in self.messages if since and row.writer is Writer.PERSON and row.written_at >= since
        ]
        answers = [row.due_at for row in self.deadlines if row.promise is Promise.ANSWER and row.ended_at is None]
        silent_since = max(wrote, default=None)
        counts_from = silent_since or since
        attempts = [channel for channel, at in self.attempts if counts_from is None or at >= counts_from]
        remedies = sent.remedies if sent else []
        left = (self.contact.has_email + self.contact.has_phone) if self.contact else 0
        return Circumstances(
            stage=self.case.stage,
            kind=self.case.kind,
            level=self.case.level,
            round=self.case.round,
            proposal_answer=sent.answer if sent else None,
            proposal_sent_at=since,
            silent_since=silent_since,
            answer_due_at=max(answers, default=None) if since else None,
            proposal_draft=self.draft is not None,
            attempts=len(attempts),
            attempt_channels=len(set(attempts)),
            channels_known=1 + left + (self.case.road in (Road.FACILITATOR, Road.CUSTODIAN)),
            remedies=len(remedies),
            remedies_confirmed=sum(1 for row in remedies if row.finished_at and row.confirmed),
            remedies_refused=sum(1 for row in remedies if row.confirmed is False),
            panel=frozenset(seat.user_id for seat in self.appeal.seats) if self.appeal else frozenset(),
            screen_out_asked=self.screening is not None,
            panel_offered=self.case.panel_offered,
            owes_retaliation_look=retaliation.owes_look(
                self.case.retaliation_risk, self.case.retaliation_stage, self.case.stage
            ),
            is_collective=self.case.is_collective,
            reported_back=self.case.is_collective
            and any(one.kind == REPORTED_BACK and (since is None or one.at >= since) for one in self.entries),
            consulted=consultation.was_sought(self._sought, self.case.class_, self.case.road),
        )


def page(reference: str, actor: Actor) -> CasePage:
    """Return everything the case page and its action pages show.

    Raises:
        NoResultFound: there is no such case, or the actor may not know of it.
    """
    row = db.session.execute(case_statement.of(actor), {"reference": reference, "now": (now := clock.utcnow())}).one()
    case, contact, identity, has = row.Case, row.SealedContact, row.SealedIdentity, row._mapping
    for name in ("appeals", "subjects"):
        if not has[name]:
            set_committed_value(case, name, [])
    messages, entries = case_parts.messages(case.id), case_parts.entries(case.id)
    proposal = case_parts.latest_proposal(case.id) if has["proposal"] else None
    masks = not policy.may(actor, Permission.READ_UNMASKED, case.facts)
    return CasePage(
        case=case,
        actor=actor,
        messages=messages,
        files=case_parts.files(case.id) if has["files"] and not masks else (),
        entries=entries,
        fates=case_parts.fates(case.id) if any(row.writer is Writer.STAFF for row in messages) else {},
        deadlines=case_parts.deadlines(case.id),
        rungs=case_parts.rungs(case.id) if has["rungs"] else (),
        explanations=case_parts.explanations(case.id) if has["explanations"] else (),
        pauses=case_parts.pauses(case.id) if has["pauses"] else (),
        tasks=case_parts.open_tasks(case.id) if has["tasks"] else (),
        proposal=proposal,
        screening=case_parts.open_screening(case.id) if has["screening"] else None,
        review=case_parts.latest_review(case.id) if has["review"] else None,
        errands=case_parts.open_errands(case.id) if has["errands"] else (),
        attempts=case_parts.attempts(case.id) if has["attempts"] else (),
        names=case_parts.names(case, messages, entries, proposal),
        has_identity=identity is not None,
        contact=contact,
        known_names=tuple(data_keys.opened(identity).values()) if masks and identity is not None else (),
        look=Look(now, has["unseen"], has["last_read"]),
        _there=[name for name in (*case_statement.BESIDE, "changes") if has[name]],
    )
