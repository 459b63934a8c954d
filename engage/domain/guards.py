"""Why an action is not possible yet, although the table has it and policy allows it. Source: product 3, domain 2.2."""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from engage.domain.case import Answer, Kind
from engage.domain.consultation import TRIES
from engage.domain.lifecycle import Action, Stage

ROUNDS = 3  # Source: product 3, domain 2.2 PROPOSED -> NEGOTIATING.
FAST_ROAD_LEVEL = 2  # Severity 1-2 may be proposed without an investigation. Source: product 3.
APPROVAL_LEVEL = 3  # From here up a second person approves. Source: product 3.
RIGHTS_LEVEL = 4  # From here up the human-rights lead approves too. Source: domain 2.2 INVESTIGATING -> PROPOSED.
# What whoever approves a proposal has looked at and found in order. Source: R43; UNGP 31(f), IRMA 1.4.4.2(c).
RIGHTS = ("adequate", "prompt", "fair", "gender", "no_waiver", "harm_stopped", "consulted")
LAPSE_ATTEMPTS, LAPSE_CHANNELS, LAPSE_AFTER = 3, 2, timedelta(days=60)  # Source: product 3, domain 2.2.


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code whose words live in the catalogues, and the values they need."""

    code: str
    values: dict[str, int | str] = field(default_factory=dict)


class Refused(ValueError):
    """A use case met a guard that said no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def stop_if(refusal: Refusal | None) -> None:
    """Stop the use case when a guard says no.

    Raises:
        Refused: with the guard's refusal.
    """
    if refusal is not None:
        raise Refused(refusal)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts beside the stage that guards look at. Instants are aware and in UTC."""

    stage: Stage
    kind: Kind
    level: int | None = None
    round: int = 0
    proposal_answer: Answer | None = None
    proposal_sent_at: datetime | None = None
    proposal_draft: bool = False
    silent_since: datetime | None = None  # the person wrote last then, after the proposal; attempts count from here
    answer_due_at: datetime | None = None  # when the person's time to answer ends, pauses and all
    attempts: int = 0
    attempt_channels: int = 0
    channels_known: int = 1
    remedies: int = 0
    remedies_confirmed: int = 0
    remedies_refused: int = 0  # of which the person said that it is not put right, and was not asked again
    appeal_until: datetime | None = None  # of a closed case: until then an appeal needs no reason
    appeal_days: int = 30
    panel: frozenset[uuid.UUID] = field(default_factory=frozenset)
    screen_out_asked: bool = False
    panel_offered: bool = False
    owes_retaliation_look: bool = False
    is_collective: bool = False
    reported_back: bool = False
    consulted: bool = False

    @property
    def waits_for_person(self) -> bool:
        """Whether a proposal lies with the person, unanswered."""
        return self.proposal_sent_at is not None and self.proposal_answer is None


def why_not_assess(case: Circumstances) -> Refusal | None:
    """The full road is for grievances: another kind is answered, or made a grievance first."""
    return Refusal("convert_first") if case.kind.takes_short_road else None


def why_not_answer(case: Circumstances) -> Refusal | None:
    """A grievance cannot be ended by an answer of ours."""
    return None if case.kind.takes_short_road else Refusal("grievance_needs_a_proposal")


def why_not_refuse_information(case: Circumstances) -> Refusal | None:
    """Only what somebody asks to be given can be refused, and one request to refuse it at a time."""
    if case.kind is not Kind.INFORMATION_REQUEST:
        return Refusal("no_information_request")
    return Refusal("refusal_waits") if case.screen_out_asked else None


def why_not_screen_out(case: Circumstances) -> Refusal | None:
    """One request at a time: the second person decides on the first."""
    if case.kind.takes_short_road:
        return Refusal("answer_instead")
    return Refusal("waits_for_second_person") if case.screen_out_asked else None


def why_not_convert(case: Circumstances, kind: Kind, *, person_agreed: bool) -> Refusal | None:
    """Before assessment only; a grievance is never made less without the person's agreement (domain R60)."""
    if case.stage not in (Stage.RECEIVED, Stage.ACKNOWLEDGED):
        return Refusal("too_late_to_convert")
    if kind is case.kind:
        return Refusal("is_that_already")
    if case.kind is Kind.GRIEVANCE and not person_agreed:
        return Refusal("person_must_agree")
    return None


def why_not_propose(case: Circumstances) -> Refusal | None:
    """Investigate first from level 3 up, hear the person, and let them answer before offering again."""
    if case.proposal_draft:
        return Refusal("waits_for_approval")
    if waits := why_not_move_on(Action.PROPOSE, owes_look=case.owes_retaliation_look):
        return waits
    if case.stage is Stage.ASSESSED and case.level is not None and case.level > FAST_ROAD_LEVEL:
        return Refusal("investigate_first", {"level": case.level})
    if case.stage is Stage.PROPOSED and case.waits_for_person:
        return Refusal("waits_for_person")
    return why_not_unheard(case)


def why_not_unheard(case: Circumstances) -> Refusal | None:
    """From level 3 up, and wherever facts were looked into, the person is heard before anything is proposed (R31).

    Domain 2.2 asks for it before the investigation begins. It stands here instead: grave facts are looked into at once
    and must not wait for two tries to reach somebody. The promise to consult has a date of its own meanwhile.
    """
    grave = case.level is not None and case.level > FAST_ROAD_LEVEL
    needed = not case.consulted and (grave or case.stage is Stage.INVESTIGATING)
    return Refusal("consult_first", {"needed": TRIES}) if needed else None


def why_not_respond(case: Circumstances) -> Refusal | None:
    """There must be a proposal that has not been answered."""
    return None if case.waits_for_person else Refusal("nothing_to_answer")


def why_not_counter(case: Circumstances) -> Refusal | None:
    """Talks have three rounds; then it is accept, refuse or a panel."""
    if case.round >= ROUNDS:
        return Refusal("rounds_used_up", {"rounds": ROUNDS})
    return why_not_respond(case)


def why_not_lapse(case: Circumstances, now: datetime) -> Refusal | None:
    """Silence ends a case only after honest attempts and time enough: whoever writes to us is not silent."""
    if case.proposal_sent_at is None or not case.waits_for_person:
        return Refusal("nothing_to_answer")
    if case.attempts < LAPSE_ATTEMPTS:
        return Refusal("more_attempts", {"made": case.attempts, "needed": LAPSE_ATTEMPTS})
    if case.attempt_channels < min(LAPSE_CHANNELS, case.channels_known):
        return Refusal("another_channel", {"needed": LAPSE_CHANNELS})
    has_time = case.answer_due_at is not None and now <= case.answer_due_at
    if has_time or now < (case.silent_since or case.proposal_sent_at) + LAPSE_AFTER:
        return Refusal("too_early_to_lapse", {"days": LAPSE_AFTER.days})
    return why_not_leave_group(case)


def why_not_verify(case: Circumstances, reason: str | None = None) -> Refusal | None:
    """Every remedy is evidenced and confirmed, or an approver gives a reason, but not over a no of the person."""
    open_count = case.remedies - case.remedies_confirmed
    if open_count and not reason and not case.remedies_refused:
        return Refusal("remedies_open", {"count": open_count})
    return why_not_close_over(case)


def why_not_close_over(case: Circumstances) -> Refusal | None:
    """No reason stands against a no of the person: what was not put right is done first, and they are asked again.

    Ours: a reason is for a remedy that nobody can confirm (domain 2.2), and whoever said no can. Source: domain R44 and
    R45, a case does not end while a remedy is open, and the person signs it off.
    """
    return Refusal("person_said_no") if case.remedies_refused else why_not_leave_group(case)


def why_not_leave_group(case: Circumstances) -> Refusal | None:
    """Before we close the concern of a group, its people are told, where they are, how it ended (domain R46).

    It binds us alone: what the person says, and what a panel or an outside body decides, waits for nothing.
    """
    return Refusal("report_back_first") if case.is_collective and not case.reported_back else None


def why_not_appeal(case: Circumstances, now: datetime, reason: str | None = None) -> Refusal | None:
    """Inside the window freely, later with a reason: late is not lost. Before the end, once a panel was offered."""
    if case.stage is not Stage.CLOSED and not case.panel_offered:
        return Refusal("not_closed_yet")
    if case.appeal_until is not None and now > case.appeal_until and not reason:
        return Refusal("late_appeal_needs_reason", {"days": case.appeal_days})
    return None


def why_not_check(starts_at: datetime, due_at: datetime, now: datetime) -> Refusal | None:
    """A talk after closure counts as the check from the middle of its time on.

    Ours: checks are at 30 and 90 days (domain 2.2), to see whether it stayed right. On the day of closing there is
    nothing to see yet, and one who may be visited early must not be left alone for the rest of the time.
    """
    half = (due_at - starts_at) / 2
    return Refusal("check_too_early", {"days": round(half / timedelta(days=1))}) if now < starts_at + half else None


def why_not_decide(case: Circumstances) -> Refusal | None:
    """A panel has to sit before it can decide."""
    return None if case.panel else Refusal("no_panel")


# Steps of ours at which the risk to the person has to have been looked at since the case moved. Source: domain R52;
# what the person does, and a panel or an outside body decides, waits for nothing.
AFTER_A_LOOK = frozenset({Action.INVESTIGATE, Action.PROPOSE, Action.LAPSE, Action.VERIFY})


def why_not_move_on(action: Action, *, owes_look: bool) -> Refusal | None:
    """Where the person risked something at the last stage, nobody of us goes on without looking at it again."""
    return Refusal("retaliation_first") if owes_look and action in AFTER_A_LOOK else None


def why_not(action: Action, case: Circumstances, now: datetime) -> Refusal | None:
    """Return why the action has to wait, as the pages show it beside the greyed button, or None."""
    return why_not_move_on(action, owes_look=case.owes_retaliation_look) or _why_not(action, case, now)


def _why_not(action: Action, case: Circumstances, now: datetime) -> Refusal | None:
    if action is Action.LAPSE:
        return why_not_lapse(case, now)
    if action is Action.APPEAL:
        return why_not_appeal(case, now, "why it is late is asked on the page")
    look = _BY_CIRCUMSTANCES.get(action)
    return look(case) if look else None


_BY_CIRCUMSTANCES: Mapping[Action, Callable[[Circumstances], Refusal | None]] = MappingProxyType(
    {
        Action.ASSESS: why_not_assess,
        Action.ANSWER: why_not_answer,
        Action.SCREEN_OUT: why_not_screen_out,
        Action.PROPOSE: why_not_propose,
        Action.ACCEPT: why_not_respond,
        Action.REFUSE: why_not_respond,
        Action.COUNTER: why_not_counter,
        Action.VERIFY: why_not_close_over,
        Action.DECIDE: why_not_decide,
    }
)


def why_not_approve(
    checks: Collection[str], phrases: Collection[str] = (), why_no_waiver: str | None = None
) -> Refusal | None:
    """A proposal is approved when each right was looked at and found in order; else it is sent back.

    Where `phrases` in it seem to take a right or buy silence, whoever approves writes why they do not (domain R34).
    """
    if not set(checks) >= set(RIGHTS):
        return Refusal("rights_not_checked")
    if phrases and not (why_no_waiver or "").strip():
        return Refusal("why_no_waiver_needed", {"words": quoted(phrases)})
    return None


def why_not_keep_silent(phrases: Collection[str], *, is_collective: bool) -> Refusal | None:
    """No agreement with a group may stop word inside it, whoever says that it does not (domain R46)."""
    return Refusal("secrecy_in_a_group", {"words": quoted(phrases)}) if phrases and is_collective else None


def quoted(phrases: Collection[str]) -> str:
    """Return phrases as they are read in a sentence."""
    return ", ".join(f"“{phrase}”" for phrase in phrases)
