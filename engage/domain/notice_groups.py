"""Which notices to staff belong together, by what road each may go, and what nobody can switch off. Ours."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class NoticeGroup(StrEnum):
    """What somebody of ours chooses a road for."""

    MINE = "mine"
    NEW = "new"
    LATE = "late"
    MENTIONS = "mentions"
    DIGESTS = "digests"


class StaffRoad(StrEnum):
    """How a notice comes to somebody of ours. On their page of notifications it is in any case."""

    MAIL = "mail"  # a mail at once
    DIGEST = "digest"  # one mail in the morning for all of them
    PAGE = "page"  # no mail


# What is said outside working hours, or may be gathered by choice, goes together in this one.
GATHERED = "while_away"
WEEKLY, OVERDUE = "weekly_summary", "overdue_list"
CHOSEN = frozenset({GATHERED, WEEKLY, OVERDUE})  # what says besides where its reader chooses what comes by mail

_MEMBERS: Mapping[NoticeGroup, tuple[str, ...]] = {
    NoticeGroup.MINE: (
        *("assigned_to_you", "reply_arrived", "case_moved", "task_for_you", "remedy_for_you", "sent_back"),
        *("opening_granted", "clock_runs", "nobody_answered", "panel_seat", "panel_to_seat", "own_task", "stand_in"),
        *("screen_out_to_decide", "proposal_to_approve", "rating_to_decide", "opening_to_decide"),
        *("extension_to_decide", "case_erased"),
    ),
    NoticeGroup.NEW: ("new_case", "flagged_cases", "unassigned"),
    NoticeGroup.LATE: ("due_soon", "due", "task_due", "own_task_due"),
    NoticeGroup.MENTIONS: ("mentioned", "watched_case"),
    NoticeGroup.DIGESTS: (WEEKLY, OVERDUE),
}
GROUP_OF: Mapping[str, NoticeGroup] = MappingProxyType(
    {template: group for group, members in _MEMBERS.items() for template in members}
)

# What always goes by mail: danger, broken promises, and what keeps an account and the record safe.
ALWAYS = frozenset(
    {
        *("urgent_fact", "could_not_reach", "harmful_file", "item_for_you", "lane_holds_something"),
        *("case_late", "late_count", "news_missing", "mail_waits"),
        *("explanation_wanted", "explanation_written", "explanation_missing"),
        *("invitation", "password_link", "password_given", "password_chosen", "second_factor_reset", "new_browser"),
        *("passkey_added", "passkey_removed", "passkey_refused", "identity_linked", "focal_changed"),
        *("own_address", "own_address_left"),
        *("cannot_end", "cannot_rest", "role_rests", "training_ends", "nobody_stands_in"),
        *("checkpoint_made", "unusual_reading"),
    }
)
# What never waits for working hours: a survivor's word; the committee's count has a morning of its own.
AT_ANY_HOUR = frozenset({"item_for_you", "late_count"})
# What waits for them though it is about no case: chores, mails that wait, what is gathered or read in the morning.
IN_HOURS = frozenset({*GROUP_OF, GATHERED, "mail_waits"})

# A reminder that waits with many others may be read when its day is over, and a digest is gathered already.
ROADS: Mapping[NoticeGroup, tuple[StaffRoad, ...]] = MappingProxyType(
    {
        NoticeGroup.MINE: tuple(StaffRoad),
        NoticeGroup.NEW: tuple(StaffRoad),
        NoticeGroup.LATE: (StaffRoad.MAIL, StaffRoad.PAGE),
        NoticeGroup.MENTIONS: tuple(StaffRoad),
        NoticeGroup.DIGESTS: (StaffRoad.MAIL, StaffRoad.PAGE),
    }
)

# No work of anybody hangs on these: their mails can be stopped from a mail alone, by whoever has it.
STOPPED_BY_CLICK = frozenset({NoticeGroup.MENTIONS, NoticeGroup.DIGESTS})


def stopped_by_click(template: str) -> NoticeGroup | None:
    """Return the group whose mails end with one click at a mail of that message; None where none can."""
    group = GROUP_OF.get(template)
    return group if group in STOPPED_BY_CLICK else None


def road_of(template: str, chosen: Mapping[NoticeGroup, StaffRoad]) -> StaffRoad:
    """Return the road of a notice to somebody who chose so; what they chose nothing for, or cannot, is a mail."""
    group = GROUP_OF.get(template)
    road = chosen.get(group, StaffRoad.MAIL) if group is not None else StaffRoad.MAIL
    return road if group is not None and road in ROADS[group] else StaffRoad.MAIL


def can_be_gathered(template: str) -> bool:
    """Whether the notice may wait and go in one mail with others."""
    group = GROUP_OF.get(template)
    return group is not None and StaffRoad.DIGEST in ROADS[group]
