"""Where a notice to a person goes: by which of the ways that they left us, and at which hour."""

import uuid

from sqlalchemy import select

from engage import clock, data_keys, lane_keys, vault
from engage.domain.case import BY_TEXT, CaseClass, Road
from engage.domain.errands import BOARD, LETTER
from engage.domain.reaching import BY_MACHINE, Way, ways
from engage.extensions import db
from engage.models import AddressChange, Case, CodeLink, ContactPreference, LaneReport, SealedContact
from engage.notify import gateways, links, timing
from engage.notify.claims import Claimed
from engage.notify.destinations import (
    ADDRESS_CHANGED,
    ADDRESS_LEFT,
    LINKS_TO_CODE,
    NEUTRAL_FOR_PERSON,
    TEXTS_STOPPED,
    WITHHELD,
    ByHand,
    Destination,
    Later,
    Letter,
    NoAddress,
    Nowhere,
    Text,
)
from engage.notify.said import dates_of, values_of

WITH_DATES = ("case_received", "case_acknowledged")
_MACHINES_MAY = (Road.DIRECT, Road.RELAY)  # else somebody of ours, or whom the person trusts, says it
_BY_MOUTH = (Road.DIRECT, Road.FACILITATOR, Road.CUSTODIAN)


def to_person(message: Claimed, case: Case) -> Destination:
    """Return where a notice to the person of the case goes.

    Raises:
        NoAddress: what they left serves the road it has to take no more.
        Unreadable: the sealed address does not open with our keys.
        NoRing: the file of keys is not there.
    """
    held, preference = db.session.get(SealedContact, case.id), case.preference
    if message.template == ADDRESS_LEFT:
        return _to_former(message, case, held)
    if message.template in LINKS_TO_CODE:
        return _code_link(message, case, held, preference)
    if message.template == TEXTS_STOPPED:
        return _last_text(message, case, held)
    address = _unconfirmed(message, case, held)
    is_news = address is not None and address.changed_at >= message.created_at
    way = _way(message, ways_to(case, held, preference), by_mail=is_news)
    if way is None or held is None:
        return _on_the_page(case, preference)
    if way not in BY_MACHINE:
        return ByHand(case.id, LETTER if way is Way.LETTER else case.road.value)
    now = clock.utcnow()
    if (until := timing.for_person(message.template, case, now)) > now:
        return Later(until)
    return _by_machine(message, case, way, _opened(held), preference, address)


def ways_to(case: Case, held: SealedContact | None, preference: ContactPreference | None) -> tuple[Way, ...]:
    """Return the ways to the person, in their order."""
    return ways(_left(case, held, preference), preference.first_way if preference is not None else None)


def link_way(case: Case, held: SealedContact | None, preference: ContactPreference | None) -> Way | None:
    """Return the way by which a link to a code may go, if any.

    By mail alone, since whoever holds a phone for a minute would hold the case: but whoever raised it by text from a
    phone that nobody else reads has no other way to a code.
    """
    left = _left(case, held, preference)
    if Way.EMAIL in left:
        return Way.EMAIL
    is_shared = case.class_ is CaseClass.RESTRICTED or (preference is not None and preference.shares_phone)
    return Way.SMS if Way.SMS in left and case.channel == BY_TEXT and not is_shared else None


def _left(case: Case, held: SealedContact | None, preference: ContactPreference | None) -> set[Way]:
    """The ways for which the person left something. Texts need a gateway, and that they agreed to them: whoever hides
    their number did by leaving it, since nothing else could go there. After STOP nobody calls that phone instead, but
    for whoever asks to be called."""
    if held is None:
        return set()
    has_stopped = preference is not None and preference.stopped_at is not None
    wants_calls = preference is not None and preference.first_way is Way.CALL
    may_call = held.has_phone and (wants_calls or not has_stopped)
    by_machine, left = case.road in _MACHINES_MAY, set[Way]()
    if by_machine and held.has_email:
        left.add(Way.EMAIL)
    agreed = case.road is Road.RELAY or (preference is not None and preference.may_text)
    if by_machine and held.has_phone and not has_stopped and agreed and gateways.is_there():
        left.add(Way.SMS)
    if case.road in _BY_MOUTH and (may_call or held.has_email or case.road is Road.FACILITATOR):
        left.add(Way.CALL)
    if case.road in _BY_MOUTH and held.has_post:
        left.add(Way.LETTER)
    return left


def _way(message: Claimed, order: tuple[Way, ...], *, by_mail: bool) -> Way | None:
    """The first way, or the one that the notice has to take because another one failed. Word of another mail address is
    a mail first, whatever its reader wants else: they show by it that mails arrive."""
    if message.asked_road is None:
        return Way.EMAIL if by_mail else next(iter(order), None)
    if message.asked_road not in order:
        raise NoAddress("road")
    return Way(message.asked_road)


def _on_the_page(case: Case, preference: ContactPreference | None) -> Destination:
    """Where no way is left the person comes back by code; a slip may tell them to, if they agreed to that."""
    if preference is not None and preference.on_board and case.class_ is not CaseClass.RESTRICTED:
        return ByHand(case.id, BOARD)
    return Nowhere("case")


def _by_machine(
    message: Claimed,
    case: Case,
    way: Way,
    opened: dict[str, str],
    preference: ContactPreference | None,
    address: AddressChange | None,
) -> Destination:
    template, is_restricted = message.template, case.class_ is CaseClass.RESTRICTED
    word = {"word": opened["word"]} if "word" in opened else {}
    if is_restricted:
        template, values = NEUTRAL_FOR_PERSON, values_of(None) | {"link": links.home()}
    else:
        values = values_of(case) | message.context | {"link": links.enter_code()}
        if template in WITH_DATES:
            values |= dates_of(case)
        if template == ADDRESS_CHANGED:
            to_confirm = address if way is Way.EMAIL else None
            values |= {"confirm": links.confirm_address(vault.link_token(to_confirm.id)) if to_confirm else ""}
    if way is Way.EMAIL:
        return Letter(opened["email"], template, case.locale, values | word, None if is_restricted else case.id)
    is_shared = preference is not None and preference.shares_phone
    return Text(opened["phone"], template, case.locale, values | word, is_shared=is_shared)


def _code_link(
    message: Claimed, case: Case, held: SealedContact | None, preference: ContactPreference | None
) -> Destination:
    way, link = link_way(case, held, preference), db.session.get(CodeLink, uuid.UUID(message.context["link_id"]))
    if held is None or way is None or link is None or link.used_at is not None:
        return Nowhere(WITHHELD)  # nobody of ours may say it instead, and a link that is over is worth nothing
    values = values_of(None) | {"link": links.use_code_link(vault.link_token(link.id))}
    if way is Way.EMAIL:
        return Letter(_opened(held)["email"], message.template, case.locale, values)
    return Text(_opened(held)["phone"], message.template, case.locale, values)


def _last_text(message: Claimed, case: Case, held: SealedContact | None) -> Destination:
    """The one text that says that no more come, to the number that asked for it."""
    if held is None or not held.has_phone or case.road not in _MACHINES_MAY or not gateways.is_there():
        return Nowhere(WITHHELD)
    preference = case.preference
    is_shared = case.class_ is CaseClass.RESTRICTED or (preference is not None and preference.shares_phone)
    values = values_of(None) | {"link": links.enter_code()}
    return Text(_opened(held)["phone"], TEXTS_STOPPED, case.locale, values, is_shared=is_shared)


def _to_former(message: Claimed, case: Case, held: SealedContact | None) -> Destination:
    """To the address a person left, once, if it was not erased meanwhile; never of a restricted case, see
    `engage.services.address_changes.note`. Whether a hidden one was left at all is seen here, where it opens."""
    row = db.session.get(AddressChange, uuid.UUID(message.context["change_id"]))
    if row is None or row.former is None or case.class_ is CaseClass.RESTRICTED:
        return Nowhere(WITHHELD)
    former = vault.opened_by_worker(row.former)["email"]
    stays = held is not None and held.has_email and case.road in _MACHINES_MAY and _opened(held)["email"] == former
    return Nowhere(WITHHELD) if stays else Letter(former, ADDRESS_LEFT, case.locale, values_of(case))


def _unconfirmed(message: Claimed, case: Case, held: SealedContact | None) -> AddressChange | None:
    """The newest address, for word about a change, where its person has not said yet that mails reach them there."""
    is_mailed = held is not None and held.has_email and case.road in _MACHINES_MAY
    if message.template != ADDRESS_CHANGED or case.class_ is CaseClass.RESTRICTED or not is_mailed:
        return None
    changes = select(AddressChange).where(AddressChange.case_id == case.id)
    row = db.session.scalars(changes.order_by(AddressChange.changed_at.desc()).limit(1)).first()
    return row if row is not None and row.confirmed_at is None else None


def to_lane(message: Claimed, report_id: uuid.UUID) -> Destination:
    """Return where a notice goes to whoever holds a report of the lane: one neutral sentence by day, or nowhere."""
    address = lane_keys.address_of(report_id)
    if address is None:
        return Nowhere("case")
    until = timing.for_holder(db.session.get_one(LaneReport, report_id).site_id)
    if until > clock.utcnow():  # what could not leave by day
        return Later(until)
    return Letter(address, NEUTRAL_FOR_PERSON, message.locale, values_of(None) | {"link": links.home()})


def _opened(row: SealedContact) -> dict[str, str]:
    """What the person left, opened for this one sending."""
    return data_keys.opened_by_worker(row) if row.to_worker else data_keys.opened(row)
