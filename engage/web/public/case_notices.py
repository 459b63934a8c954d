"""What we sent to the person, by which way, and what did not arrive, so that they can mend how we reach them."""

from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping

from engage import clock
from engage.domain.delivery import NoticeState
from engage.queries import case_notices, own_case
from engage.queries.own_case import Holder, OwnCase
from engage.web import delivery_labels, notice_labels
from engage.web.filters import day, speak_in
from engage.web.locale import gettext
from engage.web.public.blueprint import bp
from engage.web.public.case_session import with_case

_FAILED = (NoticeState.BOUNCED, NoticeState.DEAD)


@bp.get("/case/notices")
@with_case
def show_notices(holder: Holder) -> ResponseReturnValue:
    case = own_case.facts(holder.actor)
    speak_in(case.site.time_zone)
    now = clock.utcnow()
    notices = [_line(row, now) for row in case_notices.of_person(case.id)]
    return render_template(
        "public/show_notices.html", notices=notices, any_failed=any(one["failed"] for one in notices)
    )


def _line(row: RowMapping, now: datetime) -> dict[str, object]:
    state = case_notices.state_in(row, now)
    at = row["bounced_at"] or row["dead_at"] or row["sent_at"] or row["created_at"]
    return {
        "what": notice_labels.of_person(row["template"]),
        "on": day(at),
        "failed": state in _FAILED,
        "fate": _fate(state, row["road"]),
    }


def _fate(state: NoticeState, road: str) -> str:
    match state:
        case NoticeState.BOUNCED:
            return gettext("It came back to us. It did not reach you.")
        case NoticeState.DEAD:
            return gettext("We could not send it. It did not reach you.")
        case NoticeState.REPLACED:
            return gettext("Said by another message.")
        case NoticeState.SENT:
            return gettext("Sent %(road)s.", road=delivery_labels.own_road(road)) if _leaves(road) else _here(road)
        case _:
            return gettext("Not sent yet.")


def _leaves(road: str) -> bool:
    return road not in ("case", "errand")


def _here(road: str) -> str:
    if road == "errand":
        return gettext("One of us tells you.")
    return gettext("It waits here, on your page.")


def did_not_arrive(own: OwnCase) -> bool:
    """Whether something we sent did not reach the person and nobody has told them since; asked only where it may be."""
    return own.case.could_not_reach and case_notices.has_failed(own.case.id)
