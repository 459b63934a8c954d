"""Where a notice goes, found when it is sent: what holds then counts, not what held when it was owed."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from engage import data_keys, lane_keys, vault
from engage.domain import policy, receipts
from engage.domain.case import CaseClass, Road
from engage.domain.message_checks import Words
from engage.domain.notice_groups import CHOSEN, GATHERED
from engage.domain.policy import Permission, Role
from engage.extensions import db
from engage.models import AddressChange, Case, Deadline, ReachedRung, Recipient, RuleSet, SealedContact, StaffUser
from engage.notify import edited, links, staff_roads
from engage.notify.account_rules import LETTER_OF
from engage.notify.claims import Claimed
from engage.notify.messages import locale_of
from engage.scope import to_sift_by

# What people outside the restricted lane would be told stays inside it: one neutral sentence, and no reference.
NEUTRAL_FOR_STAFF, NEUTRAL_FOR_PERSON = "item_for_you", "something_new"
CODE_LINK, ADDRESS_LEFT, ADDRESS_CHANGED = "code_link", "address_left", "contact_changed"
WITHHELD = "withheld"
NOTHING_LEFT = "0"
WITH_DATES = ("case_received", "case_acknowledged")
FAR = datetime(2500, 1, 1, tzinfo=UTC)  # A date that a pause without an end holds lies beyond; it is no date to tell.


class NoAddress(LookupError):
    """Whoever should get the notice has no address any more. The text is a code."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to one address, with the values its words may show. No words: the shipped ones.

    The case is there where the mail may be known to belong to one: never where it is restricted, or the mail neutral.
    """

    address: str
    template: str
    locale: str
    values: dict[str, Any]
    case_id: uuid.UUID | None = None
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class ByHand:
    """No machine reaches the person this way: a human carries it."""

    case_id: uuid.UUID
    road: Road


@dataclass(frozen=True, slots=True)
class Nowhere:
    """There is nothing to send: `case` where the person comes back by code, `withheld` where it may not be told."""

    road: str


Destination = Letter | ByHand | Nowhere


def destination(message: Claimed) -> Destination:
    """Return where the notice goes, of a letter with the words that an administrator gave it, if any.

    Reads only; the caller ends the transaction before anything is sent.

    Raises:
        NoAddress: the recipient is gone.
        Unreadable: the sealed address does not open with our keys.
        NoRing: the file of keys is not there.
    """
    found = _destination(message)
    if not isinstance(found, Letter):
        return found
    return replace(found, words=edited.in_force(found.template, locale_of(found.template, found.locale)))


def _destination(message: Claimed) -> Destination:
    if message.lane_report_id is not None:
        return _to_lane(message, message.lane_report_id)
    case = _case(message.case_id) if message.case_id else None
    if message.recipient is Recipient.PERSON:
        if case is None:
            raise NoAddress("no case")
        return _to_person(message, case)
    return _to_staff(message, case)


def _case(case_id: uuid.UUID) -> Case:
    return db.session.get_one(Case, case_id, options=[joinedload(Case.site)])  # one that was read ahead costs nothing


def _to_staff(message: Claimed, case: Case | None) -> Destination:
    user = db.session.get_one(StaffUser, message.user_id)
    template = message.template
    if not user.is_active:
        raise NoAddress("inactive")
    if case is not None and not policy.may(user.actor, Permission.VIEW, case.facts):
        if not message.context.get("more"):
            return Nowhere(WITHHELD)
        case = None  # a reminder that speaks for other cases too, which this reader may still know of
        template = NEUTRAL_FOR_STAFF
    elif case is not None and case.class_ is CaseClass.RESTRICTED:
        template = NEUTRAL_FOR_STAFF
    elif (road := staff_roads.instead_of_mail(message, user, case)) is not None:
        return Nowhere(road)
    values = _values(case) | message.context | {"inbox": links.inbox(), "day": links.day()}
    values |= _of_account(message) | _of_template(template, user)
    if template == GATHERED:
        values |= staff_roads.count_of_held(message, user)
    if template in CHOSEN:
        values |= {"link": links.notifications(), "choose": links.notice_preferences()}
    if NOTHING_LEFT in (values.get("flagged"), values.get("count")):
        return Nowhere(WITHHELD)  # somebody has looked through them meanwhile
    if "reference" in values:
        values |= {"link": links.staff_case(str(values["reference"]))}
    of_case = case.id if case is not None and template != NEUTRAL_FOR_STAFF else None
    return Letter(user.email, template, user.locale, values, of_case)


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
        case "flagged_cases":
            count = db.session.scalar(select(func.count()).select_from(Case).where(to_sift_by(user.actor)))
            return {"flagged": str(count), "link": links.flagged()}
        case _:
            return {}


def _to_person(message: Claimed, case: Case) -> Destination:
    if message.template == ADDRESS_LEFT:
        return _to_former(message, case)
    address = _address(case)
    if message.template == CODE_LINK:
        if address is None:
            return Nowhere(WITHHELD)
        token = vault.link_token(uuid.UUID(message.context["link_id"]))
        return Letter(address, CODE_LINK, case.locale, _values(case) | {"link": links.use_code_link(token)})
    if address is None:
        by_hand = case.road in (Road.DIRECT, Road.FACILITATOR, Road.CUSTODIAN) and _has_contact(case)
        return ByHand(case.id, case.road) if by_hand else Nowhere("case")
    if case.class_ is CaseClass.RESTRICTED:
        return Letter(address, NEUTRAL_FOR_PERSON, case.locale, _values(None) | {"link": links.home()})
    values = _values(case) | message.context | {"link": links.enter_code()}
    if message.template in WITH_DATES:
        values |= _dates(case)
    if message.template == ADDRESS_CHANGED:
        values |= {"confirm": _confirmation(case.id)}
    return Letter(address, message.template, case.locale, values, case.id)


def _to_former(message: Claimed, case: Case) -> Destination:
    """To the address a person left, once, if it was not erased meanwhile."""
    row = db.session.get(AddressChange, uuid.UUID(message.context["change_id"]))
    if row is None or row.former is None:
        return Nowhere(WITHHELD)
    return Letter(vault.opened_by_worker(row.former)["email"], ADDRESS_LEFT, case.locale, _values(case))


def _confirmation(case_id: uuid.UUID) -> str:
    """The link by which the person says that the newest address reaches them; empty where they said so."""
    row = db.session.execute(
        select(AddressChange.id, AddressChange.confirmed_at)
        .where(AddressChange.case_id == case_id)
        .order_by(AddressChange.changed_at.desc())
        .limit(1)
    ).one_or_none()
    return links.confirm_address(vault.link_token(row.id)) if row is not None and row.confirmed_at is None else ""


def _to_lane(message: Claimed, report_id: uuid.UUID) -> Destination:
    """To whoever holds a report of the lane: one neutral sentence, by the road they left, or nothing."""
    address = lane_keys.address_of(report_id)
    if address is None:
        return Nowhere("case")
    return Letter(address, NEUTRAL_FOR_PERSON, message.locale, _values(None) | {"link": links.home()})


def _has_contact(case: Case) -> bool:
    return db.session.get(SealedContact, case.id) is not None


def _address(case: Case) -> str | None:
    """The person's e-mail address, where the road is one that a mail may take; opened for this one sending."""
    row = db.session.get(SealedContact, case.id)
    if row is None or not row.has_email or case.road not in (Road.DIRECT, Road.RELAY):
        return None
    opened = data_keys.opened_by_worker(row) if row.to_worker else data_keys.opened(row)
    return opened.get("email") or None


def _values(case: Case | None) -> dict[str, Any]:
    """What every mail may say: pages to open, and the site's own ways to be reached. Nothing of the concern."""
    pages = {
        "home": links.home(),
        "how_it_works": links.how_it_works(),
        "outside_avenues": links.outside_avenues(),
        "time_zone": case.site.time_zone if case else "UTC",
    }
    if case is None:
        return pages
    site = case.site
    return pages | {
        "reference": case.reference,
        "kind": case.kind.value,
        "channel": case.channel,
        "received_at": case.received_at.isoformat(),
        "site": "" if site.is_group_intake else site.name,
        "phone": site.phone or "",
        "phone_hours": site.phone_hours or "",
        "office": site.office or "",
        "avenues": [f"{item['name']}: {item['contact']}" for item in site.outside_avenues],
    }


def _dates(case: Case) -> dict[str, Any]:
    """The dates in force of what we promised the person, the nearest first."""
    rows = db.session.execute(
        select(Deadline.promise, Deadline.due_at)
        .where(Deadline.case_id == case.id, Deadline.ended_at.is_(None), Deadline.due_at < FAR)
        .order_by(Deadline.due_at)
    ).all()
    return {"dates": [{"promise": promise.value, "due_at": due_at.isoformat()} for promise, due_at in rows]}


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
