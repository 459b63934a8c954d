"""The one table of what may follow what in the life of a case. Source: product 3."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a case is."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    INVESTIGATING = "investigating"
    PROPOSED = "proposed"
    IMPLEMENTING = "implementing"
    APPEALED = "appealed"
    INDEPENDENT = "independent"
    CLOSED = "closed"


class Action(StrEnum):
    """What moves a case from one stage to another."""

    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    SCREEN_OUT = "screen_out"
    INVESTIGATE = "investigate"
    PROPOSE = "propose"
    ACCEPT = "accept"
    COUNTER = "counter"
    REFUSE = "refuse"
    LAPSE = "lapse"
    VERIFY = "verify"
    APPEAL = "appeal"
    DECIDE = "decide"
    REFER = "refer"
    REPORT = "report"
    REOPEN = "reopen"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


class IllegalTransition(ValueError):
    """The action does not lead from the stage the case is in, or not to where it was asked to."""

    def __init__(self, stage: Stage, action: Action) -> None:
        super().__init__(f"{action} is not possible from {stage}")
        self.stage = stage
        self.action = action


S, A = Stage, Action
OPEN_STAGES = tuple(stage for stage in Stage if stage is not Stage.CLOSED)
# While we still work on a case, its person can go to a panel once one was offered because of our delay.
# Source: domain 2.3 and 2.5, a second extension and twenty days late.
OFFERED_A_PANEL = (S.RECEIVED, S.ACKNOWLEDGED, S.ASSESSED, S.INVESTIGATING, S.PROPOSED, S.IMPLEMENTING)

# Where an action may lead; the first is the usual one, a second needs to be asked for.
# (PROPOSED, PROPOSE) is the next round: the person asked for a change and it is our turn to offer again.
# What ended before anybody judged it reopens as acknowledged: assessed means that its severity is known (product 3).
TRANSITIONS: Mapping[tuple[Stage, Action], tuple[Stage, ...]] = MappingProxyType(
    {
        (S.RECEIVED, A.ACKNOWLEDGE): (S.ACKNOWLEDGED,),
        (S.ACKNOWLEDGED, A.ASSESS): (S.ASSESSED,),
        (S.ACKNOWLEDGED, A.SCREEN_OUT): (S.CLOSED,),
        (S.ACKNOWLEDGED, A.ANSWER): (S.CLOSED,),
        (S.ASSESSED, A.INVESTIGATE): (S.INVESTIGATING,),
        (S.ASSESSED, A.PROPOSE): (S.PROPOSED,),
        (S.INVESTIGATING, A.PROPOSE): (S.PROPOSED,),
        (S.PROPOSED, A.PROPOSE): (S.PROPOSED,),
        (S.PROPOSED, A.ACCEPT): (S.IMPLEMENTING, S.CLOSED),
        (S.PROPOSED, A.COUNTER): (S.PROPOSED,),
        (S.PROPOSED, A.REFUSE): (S.APPEALED, S.CLOSED),
        (S.PROPOSED, A.LAPSE): (S.CLOSED,),
        (S.IMPLEMENTING, A.VERIFY): (S.CLOSED,),
        (S.APPEALED, A.DECIDE): (S.PROPOSED, S.CLOSED),
        (S.INDEPENDENT, A.REPORT): (S.PROPOSED, S.CLOSED),
        (S.CLOSED, A.APPEAL): (S.APPEALED,),
        (S.CLOSED, A.REOPEN): (S.ASSESSED, S.ACKNOWLEDGED),
        (S.CLOSED, A.REFER): (S.INDEPENDENT,),
        **{(stage, A.APPEAL): (S.APPEALED,) for stage in OFFERED_A_PANEL},
        **{(stage, A.WITHDRAW): (S.CLOSED,) for stage in OPEN_STAGES},
    }
)


def next_stage(stage: Stage, action: Action, wanted: Stage | None = None) -> Stage:
    """Return the stage the action leads to, the usual one unless another allowed one is wanted.

    Raises:
        IllegalTransition: the table has no such step.
    """
    targets = TRANSITIONS.get((stage, action))
    if targets is None or (wanted is not None and wanted not in targets):
        raise IllegalTransition(stage, action)
    return wanted or targets[0]


def allowed_actions(stage: Stage) -> frozenset[Action]:
    """Return the actions that leave the stage, whoever takes them."""
    return frozenset(action for start, action in TRANSITIONS if start is stage)


# The road of a grievance in the order a person meets it, for the track on the pages.
TRACK = (S.RECEIVED, S.ACKNOWLEDGED, S.ASSESSED, S.INVESTIGATING, S.PROPOSED, S.IMPLEMENTING, S.CLOSED)
SHORT_TRACK = (S.RECEIVED, S.ACKNOWLEDGED, S.CLOSED)
