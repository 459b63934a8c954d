"""The second factor: who has to have one, which codes of an app count, and how long a proof of who one is lasts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from engage.domain.policy import Actor, Role

# Who sees what nobody else may, decides, or could make themself somebody who does. Source: issue; the choice is ours.
DEMANDED_OF = frozenset({Role.CUSTODIAN, Role.FOCAL, Role.APPROVER, Role.AUDITOR, Role.ADMIN, Role.PUBLISHER})

STEP_SECONDS, DIGITS = 30, 6  # Source: RFC 6238, 4.1 and RFC 4226, 5.3, as every app has them.
_WINDOW = 1  # Steps that a phone's clock may be early or late. Source: RFC 6238, 5.2.
RECOVERY_CODES = 10  # Ours.

# Ours. How long nobody is asked again before they change people or settings, or open a secret contact; and how long a
# password waits for its code.
PROOF_LASTS, CODE_WITHIN = timedelta(minutes=30), timedelta(minutes=10)

ANSWER_WITHIN = timedelta(
    minutes=5
)  # Source: WebAuthn Level 2, 13.4.3 and 5.4: five minutes where somebody is verified.
MOST_PASSKEYS = 10  # Ours: nobody has more devices; a list that grows says nothing any more.


class PasskeyUse(StrEnum):
    """What a device is asked to sign for."""

    ADD = "add"
    SIGN_IN = "sign_in"  # whoever it is: the key says so
    PROVE = "prove"  # somebody who is known already


def counter_went_back(before: int, now: int) -> bool:
    """Whether a device counted no further than it had: then there are two of it. Zero means that it does not count.

    Source: WebAuthn Level 2, 7.2, step 21.
    """
    return (before, now) != (0, 0) and now <= before


def is_demanded_of(actor: Actor) -> bool:
    """Whether the actor holds a role that nobody has by a password alone."""
    return actor.holds(*DEMANDED_OF)


def is_recent(proved_at: datetime | None, now: datetime) -> bool:
    """Whether who is signed in proved it so lately that they need not do it again."""
    return proved_at is not None and now - proved_at < PROOF_LASTS


def steps_open(now: datetime, last: int) -> Sequence[int]:
    """Return the steps of time whose code counts now, the likeliest first; none up to the last that was used.

    So a code that somebody read over a shoulder or on the way opens nothing once it was used.
    """
    present = int(now.timestamp()) // STEP_SECONDS
    near = sorted(range(present - _WINDOW, present + _WINDOW + 1), key=lambda step: abs(step - present))
    return [step for step in near if step > last]


def as_digits(typed: str) -> str | None:
    """Return the code of an app as the app counts it, whatever the keyboard's digits; None if it cannot be one."""
    bare = "".join(typed.split())
    return f"{int(bare):0{DIGITS}d}" if len(bare) == DIGITS and bare.isdecimal() else None
