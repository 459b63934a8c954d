"""Where a notice to staff goes, and the counts and links that it says at the moment it is sent."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from engage import clock, vault
from engage.domain import policy, receipts
from engage.domain.case import CaseClass
from engage.domain.notice_groups import CHOSEN, GATHERED
from engage.domain.pen_reminders import FIRST_AFTER, Turn
from engage.domain.policy import Permission, Role
from engage.domain.reaching import Way
from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.models import AccountLink, Case, Deadline, FormerAddress, ReachedRung, ReceivedMail, RuleSet, StaffUser
from engage.notify import links, staff_roads, timing
from engage.notify.account_rules import ADDRESS_LEFT, LETTER_OF
from engage.notify.claims import Claimed
from engage.notify.destinations import (
    NEUTRAL_FOR_STAFF,
    WITHHELD,
    Destination,
    Later,
    Letter,
    NoAddress,
    Nowhere,
    Text,
)
from engage.notify.said import values_of
from engage.scope import pen_of, to_sift_by

NOTHING_LEFT = "0"


def to_staff(message: Claimed, case: Case | None) -> Destination:
    """Return where a notice to a member of staff goes.

    Raises:
        NoAddress: they are with us no longer, or left no number for what was to go by text.
    """
    user = db.session.get_one(StaffUser, message.user_id)
    template = message.template
    if template == ADDRESS_LEFT:
        return _to_former(message, user)
    if not user.is_active:
        raise NoAddress("inactive")
    if case is not None and not policy.may(user.actor, Permission.VIEW, case.facts):
        if not message.context.get("more"):
            return Nowhere(WITHHELD)
        case = None  # a reminder that speaks for other cases too, which this reader may still know of
        template = NEUTRAL_FOR_STAFF
    elif case is not None and case.class_ is CaseClass.RESTRICTED:
        template = NEUTRAL_FOR_STAFF
    elif message.asked_road is None and (road := staff_roads.instead_of_mail(message, user, case)) is not None:
        return Nowhere(road)
    values = _values(message, case, template, user)
    if _is_over(message, values):
        return Nowhere(WITHHELD)
    if (until := timing.for_staff(message, template, user, case)) > clock.utcnow():
        return Later(until)
    if message.asked_road == Way.SMS:
        return _text(user, template, values)
    of_case = case.id if case is not None and template != NEUTRAL_FOR_STAFF else None
    return Letter(user.email, template, user.locale, values, of_case)


def _text(user: StaffUser, template: str, values: dict[str, Any]) -> Destination:
    if not user.phone:
        raise NoAddress("phone")
    return Text(user.phone, template, user.locale, values)


def _to_former(message: Claimed, user: StaffUser) -> Destination:
    """To the address that an account had when this was owed, whether or not its user may sign in now."""
    row = db.session.get(FormerAddress, uuid.UUID(message.context["former_id"]))
    if row is None:
        raise NoAddress("former")
    email = vault.opened(row.sealed, vault.FORMER_ADDRESS)["email"]
    if email == user.email:
        return Nowhere(WITHHELD)  # it is theirs again, and hears by the notices that go there
    return Letter(email, ADDRESS_LEFT, user.locale, _values(message, None, ADDRESS_LEFT, user))


def _values(message: Claimed, case: Case | None, template: str, user: StaffUser) -> dict[str, Any]:
    values = values_of(case) | message.context | {"inbox": links.inbox(), "day": links.day()}
    values |= _of_account(message) | _of_template(template, user)
    if template == GATHERED:
        values |= staff_roads.count_of_held(message, user)
    if template in CHOSEN:
        values |= {"link": links.notifications(), "choose": links.notice_preferences()}
    if "reference" in values:
        values |= {"link": links.staff_case(str(values["reference"]))}
    return values


def _is_over(message: Claimed, values: dict[str, Any]) -> bool:
    """Whether there is nothing to tell any more: somebody has looked through what waited, or a link opens nothing."""
    if message.template not in LETTER_OF.values():
        late = values["late"] if message.template == "late_count" else None  # a summary says it beside other counts
        return NOTHING_LEFT in (values.get("flagged"), values.get("count"), late)
    row = db.session.get(AccountLink, uuid.UUID(message.context["link_id"]))
    return row is None or row.used_at is not None or row.ended_at is not None


def _of_account(message: Claimed) -> dict[str, Any]:
    """What a mail about an account says besides: where to go, and the code that the outbox does not hold."""
    if message.template in LETTER_OF.values():
        code = receipts.grouped(vault.account_code(uuid.UUID(message.context["link_id"])))
        return {"code": code, "link": links.choose_password(code), "ask_again": links.forgot_password()}
    if "person" in message.context:
        return {"link": links.person(message.context["person"])}
    return {"link": links.account()} if message.context.get("own") else {}


def _of_template(template: str, user: StaffUser) -> dict[str, str]:
    """What one message to staff says and no other does; counts are those of this moment."""
    match template:
        case "checkpoint_made":
            return {"link": links.checkpoints()}
        case "unusual_reading":
            return {"link": links.unusual_readings()}
        case "late_count":
            return {"late": str(_late_cases(user))}
        case "mail_to_sort":
            return {"link": links.mail()}
        case "mail_waits":
            return {"count": str(_long_in_pen(user)), "link": links.mail()}
        case "flagged_cases":
            count = db.session.scalar(select(func.count()).select_from(Case).where(to_sift_by(user.actor)))
            return {"flagged": str(count), "link": links.flagged()}
        case _:
            return {}


def _long_in_pen(user: StaffUser) -> int:
    """How much the reader may sort that has waited for so long that it is told again; what may be a survivor's not."""
    overdue = ReceivedMail.received_at <= clock.utcnow() - FIRST_AFTER[Turn.SORTING]
    waits = (ReceivedMail.state == MailState.PEN, ReceivedMail.is_restricted.is_(False), overdue)
    return int(db.session.scalar(select(func.count(ReceivedMail.id)).where(*waits, pen_of(user.actor))) or 0)


def _reached_oversight() -> ColumnElement[bool]:
    """Whether a rung is the committee's by the ladder under which its case was opened; sites have their own."""
    by_codes: dict[frozenset[str], list[uuid.UUID]] = {}
    for rule_set_id, ladder in db.session.execute(select(RuleSet.id, RuleSet.ladder)):
        codes = frozenset(one["code"] for one in ladder["rungs"] if one["to"].partition(":")[0] == Role.OVERSIGHT)
        by_codes.setdefault(codes, []).append(rule_set_id)
    return or_(
        false(),
        *(and_(Case.rule_set_id.in_(ids), ReachedRung.code.in_(codes)) for codes, ids in by_codes.items()),
    )


def _late_cases(user: StaffUser) -> int:
    """How many cases have climbed to the committee's rungs and are still owed something, restricted ones left out."""
    counting = [row for row in user.memberships if row.counts]
    held = [row for row in counting if row.role is Role.OVERSIGHT] or counting  # or in its place
    sites = [row.site_id for row in held]
    where = [] if None in sites else [Case.site_id.in_(sites)]
    return int(
        db.session.scalar(
            select(func.count(func.distinct(Case.id)))
            .join(Deadline, Deadline.case_id == Case.id)
            .join(ReachedRung, ReachedRung.deadline_id == Deadline.id)
            .where(
                _reached_oversight(),
                Deadline.ended_at.is_(None),
                Case.class_ != CaseClass.RESTRICTED,
                *where,
            )
        )
        or 0
    )
