"""By which road a notice comes to a member of staff, by what they chose; it is on their own page in any case."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from engage import clock
from engage.domain.case import CaseClass
from engage.domain.delivery import Urgency, urgency_of
from engage.domain.notice_groups import GROUP_OF, NoticeGroup, StaffRoad, can_be_gathered, road_of
from engage.extensions import db
from engage.models import WAITING, Case, NoticePreference, OutboxMessage, StaffUser
from engage.notify.claims import Claimed
from engage.notify.timing import HELD, UNTIL
from engage.scope import visible_to

SOON = timedelta(hours=1)  # Ours: longer than any lease.
_CAN_BE_HELD = tuple(template for template in GROUP_OF if can_be_gathered(template))


def chosen_by(user: StaffUser, template: str) -> StaffRoad:
    """Return the road that somebody chose for a notice; see `road_of` for what it may be."""
    group = GROUP_OF.get(template)
    row = db.session.get(NoticePreference, {"user_id": user.id, "group": group}) if group else None
    return road_of(template, {row.group: row.road} if row else {})


def instead_of_mail(message: Claimed, user: StaffUser, case: Case | None) -> str | None:
    """Return the road of a notice that makes no mail of its own, or None where a mail leaves now.

    What was chosen counts when it leaves, not when it was owed; danger and a grave case are a mail in any case.
    """
    if urgency_of(message.template, case.level if case else None) is Urgency.URGENT:
        return None
    if chosen_by(user, message.template) is StaffRoad.PAGE:
        return StaffRoad.PAGE.value
    return StaffRoad.DIGEST.value if message.context.get(HELD) else None


def count_of_held(message: Claimed, user: StaffUser) -> dict[str, str]:
    """Return how much was held for the user until now by group of notices, as a mail shows it.

    Left out is what they have seen meanwhile or may not know of any more, and every restricted case.
    """
    now, until = clock.utcnow(), datetime.fromisoformat(message.context[UNTIL])
    held = or_(
        and_(OutboxMessage.road == StaffRoad.DIGEST.value, OutboxMessage.sent_at >= until),
        # What is due and not yet tried is said, too; what was claimed a moment ago has its schedule moved on.
        and_(WAITING, OutboxMessage.not_before >= until, OutboxMessage.not_before <= now + SOON),
    )
    knows = or_(OutboxMessage.case_id.is_(None), and_(visible_to(user.actor), Case.class_ != CaseClass.RESTRICTED))
    rows = db.session.execute(
        select(OutboxMessage.template, func.count())
        .join(Case, Case.id == OutboxMessage.case_id, isouter=True)
        .where(OutboxMessage.user_id == user.id, OutboxMessage.template.in_(_CAN_BE_HELD))
        .where(OutboxMessage.seen_at.is_(None), held, knows)
        .group_by(OutboxMessage.template)
    )
    counts = {group.value: 0 for group in NoticeGroup}
    for template, count in rows:
        counts[GROUP_OF[template].value] += count
    return {**{group: str(count) for group, count in counts.items()}, "count": str(sum(counts.values()))}
