"""Calendars of a site: working hours tried out before they are saved, closures, and the days of communities."""

import hashlib
import json
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage import clock
from engage.domain.calendars import Period
from engage.domain.guards import Refused
from engage.domain.trying_out import try_calendar
from engage.domain.wall_clock import first_showing
from engage.models import Site
from engage.queries import administration
from engage.queries import calendars as kept
from engage.services import calendars, sites
from engage.services.calendar_files import LARGEST_BYTES
from engage.services.calendars import Hours, HoursChangedMeanwhile
from engage.unit_of_work import unit_of_work
from engage.web import filters, labels, step_words
from engage.web.admin.blueprint import bp, me
from engage.web.admin.calendar_forms import ClosureForm, HoursForm, ImportForm, PeriodForm, RemoveForm, hours_of, opened
from engage.web.admin.fields import errors_of

# Ours: what a chore of ours takes in the examples: an hour, a day of eight, and three of them.
HOUR = timedelta(hours=1)
CHORES = (HOUR, 8 * HOUR, 24 * HOUR)
GIVEN_OUT = time(9)


@bp.route("/sites/<code>/hours", methods=["GET", "POST"])
def edit_hours(code: str) -> ResponseReturnValue:
    site = _site(code)
    form = opened(site, kept.hours_of(site.id), try_on=_today(site))
    if not form.validate_on_submit():
        return _hours_page(site, form, status=422 if errors_of(form) else 200)
    hours = hours_of(form)
    if (refusal := calendars.why_not(hours)) is not None:
        field = form.region if refusal.code == "unknown_region" else form.days[0]
        field.errors = [labels.refusal(refusal)]
        return _hours_page(site, form, status=422)
    if form.looked_at.data != (seen := _digest(hours, form)) or form.look.data:
        form.looked_at.data = seen
        return _hours_page(site, form, hours=hours)
    try:
        with unit_of_work():
            calendars.set_hours(code, hours, seen_version=form.version.data or 0, actor=me())
    except HoursChangedMeanwhile:
        site = _site(code)
        row = kept.hours_of(site.id)
        form.version.data, form.looked_at.data = row.version if row else 0, ""
        words = gettext("Somebody else saved other hours meanwhile. Look at the difference once more, then save.")
        return _hours_page(site, form, loose=words, status=409)
    flash(gettext("Saved. Chores that were given out keep their dates."), "success")
    return redirect(url_for("admin.edit_hours", code=code), 303)


@bp.route("/sites/<code>/closures", methods=["GET", "POST"])
def list_closures(code: str) -> ResponseReturnValue:
    form = ClosureForm()
    _site(code)  # whoever does not look after it learns nothing, not even of what was typed
    if form.validate_on_submit() and (period := _period(form, form.reason.data)):
        try:
            with unit_of_work():
                calendars.add_closure(code, period, actor=me())
        except Refused as refused:
            form.first.errors = [labels.refusal(refused.refusal)]
        else:
            flash(gettext("The site is closed then. Chores that were given out keep their dates."), "success")
            return redirect(url_for("admin.list_closures", code=code), 303)
    return _closures_page(_site(code), form, ImportForm(formdata=None))


@bp.route("/sites/<code>/closures/import", methods=["POST"])
def import_closures(code: str) -> ResponseReturnValue:
    site, form = _site(code), ImportForm()
    if form.validate_on_submit():
        content = form.file.data.stream.read(LARGEST_BYTES + 1)
        try:
            with unit_of_work():
                added, left = calendars.import_closures(code, content, actor=me())
        except Refused as refused:
            form.file.errors = [labels.refusal(refused.refusal)]
        else:
            flash(ngettext("%(num)d entry is taken.", "%(num)d entries are taken.", added), "success")
            if not left:
                return redirect(url_for("admin.list_closures", code=code), 303)
            lines = [(one.name or gettext("an entry without a name"), labels.refusal(one.refusal)) for one in left]
            return _closures_page(_site(code), ClosureForm(formdata=None), ImportForm(formdata=None), left=lines)
    return _closures_page(site, ClosureForm(formdata=None), form)


@bp.route("/sites/<code>/closures/<uuid:closure_id>/remove", methods=["POST"])
def remove_closure(code: str, closure_id: UUID) -> ResponseReturnValue:
    with unit_of_work():
        calendars.remove_closure(code, closure_id, actor=me())
    flash(gettext("The site is open then."), "success")
    return redirect(url_for("admin.list_closures", code=code), 303)


@bp.route("/sites/<code>/communities", methods=["GET", "POST"])
def list_periods(code: str) -> ResponseReturnValue:
    site, form = _site(code), PeriodForm()
    reasons = {one.code: gettext(one.label) for one in sites.in_force(site.id).pauses if one.set_by == "community"}
    form.reason.choices = list(reasons.items())
    if form.validate_on_submit() and (period := _period(form, form.reason.data)):
        try:
            with unit_of_work():
                calendars.add_period(code, form.community.data, period, actor=me())
        except Refused as refused:
            form.first.errors = [labels.refusal(refused.refusal)]
        else:
            flash(gettext("Staff can pause a case for these days now."), "success")
            return redirect(url_for("admin.list_periods", code=code), 303)
    site = _site(code)
    rows = [(row, reasons.get(row.reason_code, row.reason_code)) for row in kept.coming_periods(site.id, _today(site))]
    problems = errors_of(form)
    return render_template(
        "admin/list_periods.html", site=site, form=form, rows=rows, problems=problems, button=RemoveForm()
    ), 422 if problems else 200


@bp.route("/sites/<code>/communities/<uuid:period_id>/remove", methods=["POST"])
def remove_period(code: str, period_id: UUID) -> ResponseReturnValue:
    with unit_of_work():
        calendars.remove_period(code, period_id, actor=me())
    flash(gettext("The days are taken back. Pauses that were set for them stay."), "success")
    return redirect(url_for("admin.list_periods", code=code), 303)


def _site(code: str) -> Site:
    site = administration.site(code, me())
    filters.speak_in(site.time_zone)
    return site


def _today(site: Site) -> date:
    return clock.utcnow().astimezone(ZoneInfo(site.time_zone)).date()


def _period(form: ClosureForm | PeriodForm, reason: str) -> Period | None:
    """The days of the form, or None with words beside the field where they are out of order."""
    first: date = form.first.data
    last: date = form.last.data or first
    if last < first:
        form.last.errors = [labels.REFUSALS["days_out_of_order"]]
        return None
    return Period(first, last, reason)


def _digest(hours: Hours, form: HoursForm) -> str:
    said = json.dumps([hours.document(), form.version.data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _hours_page(
    site: Site, form: HoursForm, *, hours: Hours | None = None, loose: str = "", status: int = 200
) -> ResponseReturnValue:
    if hours is None:
        form.looked_at.data = ""
    problems = [*([{"text": loose}] if loose else []), *errors_of(form)]
    preview = _tried(site, form, hours) if hours else None
    return render_template("admin/edit_hours.html", site=site, form=form, problems=problems, preview=preview), status


def _tried(site: Site, form: HoursForm, hours: Hours) -> dict[str, object]:
    """When chores would be due, as it is and as it would be."""
    on = form.try_on.data or _today(site)
    starts_at = first_showing(datetime.combine(on, GIVEN_OUT), ZoneInfo(site.time_zone))
    calendar = calendars.as_calendar(site, hours)
    tried = try_calendar(kept.calendar_of(site), calendar, starts_at=starts_at, chores=CHORES)
    rows = [
        {
            "label": ngettext("%(num)d hour of work", "%(num)d hours of work", amount // HOUR),
            "old": row.old.due_at,
            "new": row.new.due_at,
            "moves": row.moves,
            "steps": step_words.in_words(row.new.steps, {}),
        }
        for row, amount in zip(tried, CHORES, strict=True)
    ]
    holidays = [
        (day, calendar.holidays[day])
        for day in (on + timedelta(days=number) for number in range(366))
        if day in calendar.holidays
    ]
    return {"rows": rows, "starts_at": starts_at, "holidays": holidays}


def _closures_page(
    site: Site, form: ClosureForm, file_form: ImportForm, *, left: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    problems = [*errors_of(form), *errors_of(file_form)]
    today = _today(site)
    return render_template(
        "admin/list_closures.html",
        site=site,
        form=form,
        file_form=file_form,
        problems=problems,
        left=left or [],
        rows=kept.closures(site.id, since=today),
        button=RemoveForm(),
    ), 422 if problems else 200
