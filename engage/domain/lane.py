"""The lane for sexual and gender-based violence: its states, who takes which step, what its end needs.

Source: domain 5.4 and 5.5, after the World Bank's notes on complaints about sexual exploitation, abuse and harassment
(2020): what the survivor wants decides, nobody here establishes facts, and there is no mediation, no negotiation, no
settlement, no compensation and no confrontation. So no step of these exists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from engage.domain.guards import Refusal


class Support(StrEnum):
    """Where help stands: offered, and whether she wants to be brought to it."""

    REPORTED = "reported"
    OFFERED = "support_offered"
    CONSENTED = "referral_consented"
    DECLINED = "referral_declined"


class Process(StrEnum):
    """Whether the employer acts because of it, which is for her to say."""

    UNSAID = "unsaid"
    NOT_WANTED = "not_wanted"
    WANTED = "wanted"
    BEGUN = "begun"
    CONCLUDED = "concluded"
    SHARED = "outcome_shared"


class Telling(StrEnum):
    """Whether she wants to hear what came of it."""

    TELL = "tell"
    DO_NOT_TELL = "do_not_tell"


class Course(StrEnum):
    """Whether anything goes on."""

    OPEN = "open"
    CLOSED = "closed"
    STOPPED = "stopped"


class Step(StrEnum):
    """What moves a report."""

    OFFER_SUPPORT = "offer_support"
    CONSENT_TO_REFERRAL = "consent_to_referral"
    DECLINE_REFERRAL = "decline_referral"
    MAKE_REFERRAL = "make_referral"
    WANT_ACTION = "want_action"
    NOT_WANT_ACTION = "not_want_action"
    BEGIN_PROCESS = "begin_process"
    CONCLUDE_PROCESS = "conclude_process"
    SHARE_OUTCOME = "share_outcome"
    WISH_TO_HEAR = "wish_to_hear"
    NOT_WISH_TO_HEAR = "not_wish_to_hear"
    CLOSE = "close"
    STOP = "stop"
    COME_BACK = "come_back"


class Side(StrEnum):
    """On whose side somebody in the lane stands."""

    SURVIVOR = "survivor"
    REPORTER = "reporter"  # who told us of somebody else: no more is ever shown to them than that it came
    FOCAL = "focal"


State = Support | Process | Telling | Course
_TRACKS: Mapping[type[StrEnum], str] = {
    Support: "support",
    Process: "process",
    Telling: "telling",
    Course: "course",
}

# The one table: where a step leads from a state. Each step moves one of the four tracks, and there is none that takes
# something from her: whatever she said she can unsay, while it is not over.
TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (Support.REPORTED, Step.OFFER_SUPPORT): Support.OFFERED,
        (Support.OFFERED, Step.OFFER_SUPPORT): Support.OFFERED,
        (Support.CONSENTED, Step.OFFER_SUPPORT): Support.CONSENTED,
        (Support.DECLINED, Step.OFFER_SUPPORT): Support.DECLINED,  # another one may be named; she is not asked again
        (Support.OFFERED, Step.CONSENT_TO_REFERRAL): Support.CONSENTED,
        (Support.DECLINED, Step.CONSENT_TO_REFERRAL): Support.CONSENTED,
        (Support.OFFERED, Step.DECLINE_REFERRAL): Support.DECLINED,
        (Support.CONSENTED, Step.DECLINE_REFERRAL): Support.DECLINED,
        (Support.CONSENTED, Step.MAKE_REFERRAL): Support.CONSENTED,
        (Process.UNSAID, Step.WANT_ACTION): Process.WANTED,
        (Process.NOT_WANTED, Step.WANT_ACTION): Process.WANTED,
        (Process.UNSAID, Step.NOT_WANT_ACTION): Process.NOT_WANTED,
        (Process.WANTED, Step.NOT_WANT_ACTION): Process.NOT_WANTED,
        (Process.BEGUN, Step.NOT_WANT_ACTION): Process.NOT_WANTED,
        (Process.WANTED, Step.BEGIN_PROCESS): Process.BEGUN,
        (Process.BEGUN, Step.CONCLUDE_PROCESS): Process.CONCLUDED,
        (Process.CONCLUDED, Step.SHARE_OUTCOME): Process.SHARED,
        (Telling.TELL, Step.NOT_WISH_TO_HEAR): Telling.DO_NOT_TELL,
        (Telling.DO_NOT_TELL, Step.WISH_TO_HEAR): Telling.TELL,
        (Course.OPEN, Step.CLOSE): Course.CLOSED,
        (Course.OPEN, Step.STOP): Course.STOPPED,
        (Course.CLOSED, Step.STOP): Course.STOPPED,
        (Course.CLOSED, Step.COME_BACK): Course.OPEN,
        (Course.STOPPED, Step.COME_BACK): Course.OPEN,
    }
)
_TRACK_OF = {step: _TRACKS[type(start)] for start, step in TRANSITIONS}

_HER_WORD = frozenset({Side.SURVIVOR, Side.FOCAL})  # she says it on her page, or a focal point writes down how she did
# Who takes a step. Stopping and coming back are hers alone. Whoever reported for somebody else takes none.
TAKEN_BY: Mapping[Step, frozenset[Side]] = MappingProxyType(
    {
        Step.OFFER_SUPPORT: frozenset({Side.FOCAL}),
        Step.CONSENT_TO_REFERRAL: _HER_WORD,
        Step.DECLINE_REFERRAL: _HER_WORD,
        Step.MAKE_REFERRAL: frozenset({Side.FOCAL}),
        Step.WANT_ACTION: _HER_WORD,
        Step.NOT_WANT_ACTION: _HER_WORD,
        Step.BEGIN_PROCESS: frozenset({Side.FOCAL}),
        Step.CONCLUDE_PROCESS: frozenset({Side.FOCAL}),
        Step.SHARE_OUTCOME: frozenset({Side.FOCAL}),
        Step.WISH_TO_HEAR: _HER_WORD,
        Step.NOT_WISH_TO_HEAR: _HER_WORD,
        Step.CLOSE: frozenset({Side.FOCAL}),
        Step.STOP: frozenset({Side.SURVIVOR}),
        Step.COME_BACK: frozenset({Side.SURVIVOR}),
    }
)
HER_ANSWERS = frozenset(step for step, sides in TAKEN_BY.items() if sides == _HER_WORD)


class IllegalStep(ValueError):
    """The step does not lead anywhere from where the report is, or is not this side's to take."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.value)
        self.step = step


@dataclass(frozen=True, slots=True)
class Position:
    """Where a report is: four tracks that move by themselves."""

    support: Support = Support.REPORTED
    process: Process = Process.UNSAID
    telling: Telling = Telling.TELL
    course: Course = Course.OPEN


def is_theirs(step: Step, side: Side, *, for_other: bool) -> bool:
    """Whether the step is the side's to take at all; nobody gives the word of somebody who has not spoken to us."""
    return side in TAKEN_BY[step] and not (for_other and step in HER_ANSWERS)


def next_position(position: Position, step: Step, side: Side, *, for_other: bool = False) -> Position:
    """Return where the step leads. With `for_other` it is a report about somebody who did not come themself.

    Raises:
        IllegalStep: the table has no such step from here, it is another side's, or it is the word of somebody who has
            not spoken to us.
    """
    if not is_theirs(step, side, for_other=for_other):
        raise IllegalStep(step)
    if position.course is not Course.OPEN and step not in (Step.STOP, Step.COME_BACK):
        raise IllegalStep(step)
    track = _TRACK_OF[step]
    target = TRANSITIONS.get((getattr(position, track), step))
    if target is None:
        raise IllegalStep(step)
    moved: dict[str, Any] = {track: target}
    return replace(position, **moved)


def is_there(position: Position, step: Step) -> bool:
    """Whether the report is where the step leads already, so that a form sent twice has nothing left to do."""
    present = getattr(position, _TRACK_OF[step])
    return any(of == step and end == present != start for (start, of), end in TRANSITIONS.items())


def possible(position: Position, side: Side, *, for_other: bool = False) -> frozenset[Step]:
    """Return the steps that the side may take from here, for the buttons of a page."""
    found = set()
    for step in Step:
        try:
            next_position(position, step, side, for_other=for_other)
        except IllegalStep:
            continue
        found.add(step)
    return frozenset(found)


def why_not_close(position: Position, *, owes_child: bool) -> Refusal | None:
    """Services offered, the employer's process concluded where she wanted it, and she was told if she wishes.

    `owes_child`: it is about a child, and nobody has written down what is best for it. Source: domain 5.4, 5.5.
    """
    if position.support is Support.REPORTED:
        return Refusal("lane_support_first")
    if owes_child:
        return Refusal("lane_child_first")
    if position.process in (Process.WANTED, Process.BEGUN):
        return Refusal("lane_process_first")
    if position.process is Process.CONCLUDED and position.telling is Telling.TELL:
        return Refusal("lane_outcome_first")
    return None


def why_not_share(position: Position) -> Refusal | None:
    """Nobody is told what they said they would rather not hear."""
    return Refusal("lane_would_not_hear") if position.telling is Telling.DO_NOT_TELL else None


class Involved(StrEnum):
    """Whether somebody of the project or the mine did it, as far as the survivor knows."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class AgeGroup(StrEnum):
    """As much of somebody's age as is asked."""

    CHILD = "under_18"
    ADULT = "18_to_59"
    OLDER = "60_and_over"


class Sex(StrEnum):
    """As much of it as is asked."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Served(StrEnum):
    """Whether she is with a service already."""

    YES = "yes"
    NO = "no"


class How(StrEnum):
    """How she said it: on her own page, or to a focal point who writes it down."""

    PAGE = "page"
    SPOKEN = "spoken"
    WRITTEN = "written"


class Happened(StrEnum):
    """What the record of a report keeps: codes alone, never what anybody said."""

    RECEIVED = "received"
    MOVED_IN = "moved_in"  # it had been a case, whose words are here now
    LEAD_TOLD = "lead_told"
    LATE = "late"
    STEP_TAKEN = "step_taken"
    WRITTEN = "written"
    CHILD_CONSIDERED = "child_considered"
    ROAD_CHANGED = "road_changed"
    CODE_CHANGED = "code_changed"
    ROUTED = "routed"
    SUBJECT_NAMED = "subject_named"
    NOT_DELIVERED = "not_delivered"
    ERASED = "erased"
