"""Stopping the clock of a case for a time, and letting it run again."""

import uuid
from datetime import date

from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage import clock
from engage.domain.catalogue import PauseReason
from engage.models import Case
from engage.queries import community_days
from engage.queries.case_page import CasePage
from engage.services import pauses
from engage.services.pauses import Stop
from engage.web.filters import local, short_day
from engage.web.staff import deadline_view, offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.pause_forms import EndPauseForm, PauseForm
from engage.web.staff.site_days import midnight_after, start_of


@bp.route("/cases/<reference>/pause", methods=["GET", "POST"])
def pause_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), PauseForm()
    form.reason.choices = choices([(one.code, _with_most(one)) for one in offered.rules(page).pauses])
    time_zone = page.case.site.time_zone
    today = local(clock.utcnow()).date()

    def stop(case: Case) -> None:
        first = form.first_day.data
        begins = start_of(first, time_zone) if first is not None and first != today else None
        asked_for = Stop(
            form.reason.data,
            form.explanation.data,
            midnight_after(form.last_day.data, time_zone),
            starts_at=begins,
            asked_by=form.asked_by.data,
        )
        pauses.pause(case, asked_for, actor=me())

    return act(
        page,
        form,
        stop,
        done=gettext("The clock stands still for these days. The person is told why and until when."),
        template="staff/pause_case.html",
        periods=[
            {"community": one.community, "days": _days(one.first_day, one.last_day), "why": _why(page, one.reason_code)}
            for one in community_days.still_to_come(page.case.site_id, today)
        ],
    )


@bp.route("/cases/<reference>/end-pause", methods=["GET", "POST"])
def end_pause_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), EndPauseForm()
    form.pause.choices = choices([(str(row.id), deadline_view.pause_in_words(page, row)) for row in page.stopped])
    if len(page.stopped) == 1 and not form.is_submitted():
        form.pause.data = str(page.stopped[0].id)

    def end(case: Case) -> None:
        pauses.end_pause(case, uuid.UUID(form.pause.data), asked_by=form.asked_by.data, actor=me())

    return act(
        page,
        form,
        end,
        done=gettext("The clock runs again, and the person is told."),
        lead=gettext("What we owe is due earlier then: only the days that have passed do not count."),
    )


def _with_most(reason: PauseReason) -> str:
    label = gettext(reason.label)
    if reason.most_days is None:
        return str(label)
    days = ngettext("at most %(num)d day", "at most %(num)d days", reason.most_days)
    return f"{label} ({days})"


def _why(page: CasePage, code: str) -> str:
    found = offered.rules(page).pause_reason(code)
    return str(gettext(found.label)) if found else code


def _days(first: date, last: date) -> str:
    return f"{short_day(first)} – {short_day(last)}"
