"""Where notices stand, as conditions and columns: what `engage.domain.delivery.state_of` says of one, in SQL."""

from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, ColumnExpressionArgument, and_, bindparam, case, exists, func, not_, or_

from engage.domain.case import Road
from engage.domain.delivery import NoticeState
from engage.domain.reaching import Way
from engage.models import WAITING, Case, ContactPreference, Errand, OutboxMessage, Recipient, SealedContact
from engage.notify import gateways
from engage.notify.destinations import OF_ONE_ADDRESS

EMAIL, SMS, ERRAND, PAGE = "email", "sms", "errand", "case"  # roads as the outbox writes them

_LIVING = OutboxMessage.replaced_at.is_(None)
_CAME_BACK = OutboxMessage.bounced_at.is_not(None)
_DIED = OutboxMessage.dead_at.is_not(None)  # what died was never sent, so it never came back
_IN_HAND = OutboxMessage.claimed_at.is_not(None)

DID_NOT_ARRIVE = and_(_LIVING, or_(_CAME_BACK, _DIED))  # and no other notice says it


def _left(*what: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    """Whether the person left something by which they can be reached."""
    return exists().where(SealedContact.case_id == OutboxMessage.case_id, *what)


def _chose(what: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    return exists().where(ContactPreference.case_id == OutboxMessage.case_id, what)


_MACHINES_MAY = Case.road.in_((Road.DIRECT, Road.RELAY))
_BY_MOUTH = Case.road.in_((Road.DIRECT, Road.FACILITATOR, Road.CUSTODIAN))
_HAS_PHONE = and_(_left(SealedContact.has_phone), not_(_chose(ContactPreference.stopped_at.is_not(None))))
_HAS_GATEWAY = bindparam(None, callable_=gateways.is_there, type_=Boolean())  # asked when a statement runs
_MAIL_GOES = and_(_MACHINES_MAY, _left(SealedContact.has_email))
_TEXT_GOES = and_(
    _MACHINES_MAY, _HAS_PHONE, or_(Case.road == Road.RELAY, _chose(ContactPreference.may_text)), _HAS_GATEWAY
)
_SAID_BY_US = and_(
    _BY_MOUTH, or_(_HAS_PHONE, _left(SealedContact.has_email), and_(Case.road == Road.FACILITATOR, _left()))
)
_POSTED = and_(_BY_MOUTH, _left(SealedContact.has_post))
# By which road it went, or will go as things stand: the same choice as `engage.notify.addressing` makes in the end.
ROAD: ColumnElement[str] = func.coalesce(
    OutboxMessage.road,
    OutboxMessage.asked_road,
    case(
        (OutboxMessage.recipient == Recipient.STAFF, EMAIL),
        (and_(_chose(ContactPreference.first_way == Way.SMS), _TEXT_GOES), SMS),
        (and_(_chose(ContactPreference.first_way == Way.CALL), _SAID_BY_US), ERRAND),
        (and_(_chose(ContactPreference.first_way == Way.LETTER), _POSTED), ERRAND),
        (_MAIL_GOES, EMAIL),
        (_TEXT_GOES, SMS),
        (or_(_SAID_BY_US, _POSTED), ERRAND),
        else_=PAGE,
    ),
)


def is_in(state: NoticeState, now: datetime) -> ColumnElement[bool]:
    """Return the condition on OutboxMessage that holds for the notices that stand so at the instant."""
    match state:
        case NoticeState.REPLACED:
            return OutboxMessage.replaced_at.is_not(None)
        case NoticeState.BOUNCED:
            return and_(_LIVING, _CAME_BACK)
        case NoticeState.DEAD:
            return and_(_LIVING, _DIED)
        case NoticeState.SENT:
            return and_(_LIVING, OutboxMessage.sent_at.is_not(None), OutboxMessage.bounced_at.is_(None))
        case NoticeState.CLAIMED:
            return and_(WAITING, _IN_HAND, OutboxMessage.not_before > now)
        case _:  # NoticeState.WAITING
            return and_(WAITING, not_(and_(_IN_HAND, OutboxMessage.not_before > now)))


def is_owed(now: datetime) -> ColumnElement[bool]:
    """Return the condition for what should have left by now: due, in a worker's hands, or held up by a fault.

    What was tried and then came into the night of its reader has no fault on its row any more.
    """
    return and_(WAITING, or_(OutboxMessage.not_before <= now, _IN_HAND, OutboxMessage.last_error.is_not(None)))


def was_followed_up() -> ColumnElement[bool]:
    """Return the condition for what did not arrive and needs nobody any more; it joins Case.

    To the person: one of ours has told them since, or tried as often as honesty asks for. What nobody can say instead,
    and what went to staff, who are told otherwise at once: when the case is closed.
    """
    since = func.coalesce(OutboxMessage.bounced_at, OutboxMessage.dead_at)
    told = exists().where(
        Errand.case_id == OutboxMessage.case_id,
        Errand.template == OutboxMessage.template,
        Errand.finished_at >= since,
    )
    by_nobody = or_(OutboxMessage.recipient == Recipient.STAFF, OutboxMessage.template.in_(OF_ONE_ADDRESS))
    return or_(told, and_(by_nobody, Case.closed_at.is_not(None)))
