"""How much may leave in an hour, so that a loop of ours becomes an alarm and not a flood. Ours."""

from datetime import timedelta

from engage.domain.delivery import Urgency

WITHIN = timedelta(hours=1)
# Codes for ways back into an account or a case are asked for by their reader, and limited where they are asked for.
OF_CODES = frozenset({"code_link", "first_code_link", "password_link", "invitation"})
_ORDINARY_TENTHS = 9  # of a road's ceiling; the last tenth is kept for what is urgent
_URGENT_FOR_READER = 2  # somebody may be told this many times as much where it is urgent


def may_leave(count: int, most: int, urgency: Urgency) -> bool:
    """Whether one more may leave by a road by which so many left within the hour. No ceiling is 0."""
    if most == 0:
        return True
    return count < (most if urgency is Urgency.URGENT else max(most * _ORDINARY_TENTHS // 10, 1))


def may_be_told(count: int, most: int, urgency: Urgency, template: str) -> bool:
    """Whether somebody who was told so many times within the hour may be told once more. No ceiling is 0."""
    if most == 0 or template in OF_CODES:
        return True
    return count < (most * _URGENT_FOR_READER if urgency is Urgency.URGENT else most)
