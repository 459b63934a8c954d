"""One notice in words: what it is, whom it is for, each try, and what can be done."""

from datetime import datetime

from flask import url_for

from engage.domain.case import CaseClass, Road
from engage.domain.delivery import NoticeState
from engage.domain.policy import Permission
from engage.models import DeliveryAttempt, OutboxMessage
from engage.queries.notice_page import NoticePage
from engage.web import delivery_labels, filters, labels, notice_labels
from engage.web.delivery_words import Help, reason
from engage.web.locale import gettext
from engage.web.staff import delivery_view, story

Row = dict[str, object]


def title(page: NoticePage) -> str:
    """Return what kind of message it is."""
    return _called(page, page.notice)


def _called(page: NoticePage, notice: OutboxMessage) -> str:
    return notice_labels.of_staff(
        notice.template,
        is_restricted=page.case.class_ is CaseClass.RESTRICTED,
        to_staff=notice.user_id is not None,
    )


def facts(page: NoticePage, now: datetime) -> list[Row]:
    """Return what is known of it for components/facts.html; never an address."""
    notice, state = page.notice, page.notice.state(now)
    found = [
        (gettext("For whom"), _reader(page)),
        (gettext("State"), str(delivery_labels.STATES[state])),
        (gettext("By which way"), delivery_labels.road(page.road)),
        (gettext("Made"), filters.moment(notice.created_at)),
        (gettext("Next try"), _next_try(page, state, now)),
        (gettext("Left"), filters.moment(notice.sent_at)),
        (gettext("Arrived"), filters.moment(notice.arrived_at)),
        (gettext("Came back"), filters.moment(notice.bounced_at)),
        (gettext("Given up"), filters.moment(notice.dead_at)),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def _reader(page: NoticePage) -> str:
    if page.reader is None:
        return gettext("the person")
    return " · ".join([page.reader, *(labels.label("role", role) for role in page.roles)])


def _next_try(page: NoticePage, state: NoticeState, now: datetime) -> str:
    if state is not NoticeState.WAITING:
        return ""
    return delivery_view.next_try(page.notice.not_before, page.notice.last_error, now)


def why(page: NoticePage, now: datetime) -> delivery_view.Why | None:
    """Return why it did not arrive, where it did not."""
    if page.notice.state(now) in (NoticeState.SENT, NoticeState.REPLACED):
        return None
    return delivery_view.why(page.notice.last_error, to_staff=page.notice.user_id is not None)


def tries(page: NoticePage) -> list[Row]:
    """Return each try for components/timeline.html, the newest first."""
    return [
        {
            "title": delivery_labels.OUTCOMES[row.outcome],
            "by": delivery_labels.road(row.road),
            "on": filters.moment(row.at),
            "iso": row.at.isoformat(),
            "text": _reason(row),
        }
        for row in reversed(page.attempts)
    ]


def _reason(row: DeliveryAttempt) -> str | None:
    return f"{reason(row.reason).said} ({row.reason})" if row.reason else None


def can_be_tried_again(page: NoticePage, now: datetime) -> bool:
    """Whether the button does something: it failed or rests after a fault, and what it said is still kept."""
    notice, state = page.notice, page.notice.state(now)
    if notice.context is None:
        return False
    rests = notice.not_before > now and (notice.attempts > 0 or notice.last_error is not None)
    return state in delivery_view.FAILED or (state is NoticeState.WAITING and rests)


def comes_first_by_mouth(page: NoticePage, now: datetime) -> bool:
    """Whether telling the person comes before trying again: it will not arrive as the address is."""
    code, has_failed = page.notice.last_error, page.notice.state(now) in delivery_view.FAILED
    return has_failed and page.notice.user_id is None and code is not None and reason(code).help is Help.MEND_ADDRESS


def beside(page: NoticePage) -> list[Row]:
    """Return which notice says this one, and which ones it says."""
    found = [(gettext("Another message says it:"), page.replaced_by)] if page.replaced_by else []
    found += [(gettext("It says also:"), one) for one in page.replaces]
    return [
        {
            "lead": lead,
            "text": " · ".join([_called(page, one), filters.moment(one.created_at)]),
            "href": url_for("staff.show_notice", notice_id=one.id),
        }
        for lead, one in found
    ]


def to_do(page: NoticePage, now: datetime) -> list[Row]:
    """Return what staff can do besides trying again: [{text, href, label}], text or link may be missing."""
    state = page.notice.state(now)
    if page.notice.user_id is not None or (state not in delivery_view.FAILED and page.errand is None):
        return []
    found = [_told(page), *_address(page, state)]
    return [one for one in found if one is not None]


def _told(page: NoticePage) -> Row | None:
    """The word that one of ours carries instead: open, finished, or to be written down."""
    errand, reference = page.errand, page.case.reference
    if errand is not None and errand.finished_at is not None:
        on = filters.day(errand.finished_at)
        if errand.reached:
            return {"text": gettext("One of us told the person on %(day)s.", day=on)}
        return {"text": gettext("One of us tried until %(day)s and did not reach the person.", day=on)}
    if not page.may(Permission.TELL_PERSON):
        return {"text": gettext("One of us has to tell the person.")} if errand else None
    if errand is not None:
        return {
            "text": gettext("By %(day)s.", day=filters.day(errand.due_at)),
            "label": gettext("Tell the person: %(what)s", what=story.what_to_tell(errand.template)),
            "href": url_for("staff.tell_person", reference=reference, errand_id=errand.id),
        }
    return {
        "label": gettext("We told them ourselves"),
        "href": url_for("staff.log_attempt_case", reference=reference),
    }


def _address(page: NoticePage, state: NoticeState) -> list[Row]:
    """How the address can be put right: by the person where nobody of ours may, else where their contact stands."""
    if state not in delivery_view.FAILED:
        return []
    reference, case = page.case.reference, page.case
    if not page.has_contact or case.road is Road.NONE:
        return [{"text": gettext("The person left no address. They read it on their page, with their code.")}]
    theirs = gettext("The person can change it on their page, under “Your name, and how we reach you”.")
    if case.road is Road.RELAY:
        return [{"text": f"{gettext('The address is sealed: nobody of us can see or change it.')} {theirs}"}]
    if page.may(Permission.VIEW_CONTACT):
        contact = url_for("staff.show_person", reference=reference)
        return [{"text": theirs, "label": gettext("How to reach the person (is recorded)"), "href": contact}]
    if page.may(Permission.ASK_OPENING) and not page.may(Permission.VIEW_IDENTITY):
        ask = url_for("staff.ask_opening_case", reference=reference)
        return [{"text": theirs, "label": gettext("Ask to see who the person is"), "href": ask}]
    return [{"text": theirs}]
