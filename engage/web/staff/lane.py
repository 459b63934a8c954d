"""The restricted lane for focal points: the list, one report, and what is done with it."""

import uuid
from collections.abc import Callable

from flask import Response, after_this_request, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.conflicts import SubjectKind
from engage.domain.guards import Refused
from engage.domain.lane import How, IllegalStep, Step
from engage.models import LaneReport
from engage.queries import lane_reports
from engage.queries.lane_reports import ReportPage
from engage.services.lane import access, routing, steps, subjects, words
from engage.services.lane.record import lock
from engage.unit_of_work import unit_of_work
from engage.web import labels, step_up
from engage.web.filters import speak_in
from engage.web.staff import lane_view
from engage.web.staff.acting import limits, me
from engage.web.staff.blueprint import lane_bp as bp
from engage.web.staff.lane_forms import (
    BringForm,
    ChildForm,
    ConsentForm,
    LaneForm,
    OfferForm,
    PressForm,
    RouteForm,
    SayForm,
    SubjectForm,
)


@bp.route("/")
def list_reports() -> ResponseReturnValue:
    return render_template("staff/list_lane.html", rows=lane_reports.reports(me()), now=clock.utcnow())


@bp.route("/<uuid:report_id>")
def show_report(report_id: uuid.UUID) -> ResponseReturnValue:
    return _show(_opened(report_id), {})


@bp.route("/<uuid:report_id>/person")
def show_person(report_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a case that was moved in had kept of the person, apart from the report, as on a case."""
    page = _found(report_id)
    if proof := step_up.asked():
        return proof
    _note_opening(report_id)
    return render_template("staff/show_lane_person.html", page=page, rows=lane_view.person(page))


@bp.post("/<uuid:report_id>/offer")
def offer_support(report_id: uuid.UUID) -> ResponseReturnValue:
    form = OfferForm()
    return _act(
        report_id,
        form,
        "offer",
        lambda report, mark: steps.offer(
            report, form.service.data or "", same_contact=form.same_contact.data, actor=me(), mark=mark
        ),
    )


@bp.post("/<uuid:report_id>/bring")
def make_referral(report_id: uuid.UUID) -> ResponseReturnValue:
    form = BringForm()
    return _act(
        report_id, form, "bring", lambda report, mark: steps.bring(report, form.reached.data, actor=me(), mark=mark)
    )


@bp.post("/<uuid:report_id>/consent")
def record_consent(report_id: uuid.UUID) -> ResponseReturnValue:
    form = ConsentForm()
    return _act(
        report_id,
        form,
        "consent",
        lambda report, mark: steps.take(report, Step(form.said.data), actor=me(), how=How(form.how.data)),
    )


@bp.post("/<uuid:report_id>/step")
def take_step(report_id: uuid.UUID) -> ResponseReturnValue:
    form = PressForm()
    return _act(report_id, form, "press", lambda report, mark: steps.take(report, Step(form.step.data), actor=me()))


@bp.post("/<uuid:report_id>/write")
def write_words(report_id: uuid.UUID) -> ResponseReturnValue:
    form = SayForm()

    def say(report: LaneReport, mark: str | None) -> None:
        put = words.write if form.to.data == "person" else words.note
        put(report, form.message.data or "", actor=me(), mark=mark)

    return _act(report_id, form, "say", say)


@bp.post("/<uuid:report_id>/child")
def consider_child(report_id: uuid.UUID) -> ResponseReturnValue:
    form = ChildForm()
    return _act(
        report_id,
        form,
        "child",
        lambda report, mark: steps.consider_child(report, form.best.data or "", actor=me(), mark=mark),
    )


@bp.post("/<uuid:report_id>/subject")
def name_subject(report_id: uuid.UUID) -> ResponseReturnValue:
    form = SubjectForm()
    lane_view.offer_subjects(form, _found(report_id))

    def keep_out(report: LaneReport, mark: str | None) -> None:
        if form.place.data:
            kind, _, name = form.place.data.partition(":")
            subjects.name_place(report, SubjectKind(kind), name, actor=me())
        else:
            subjects.name(report, uuid.UUID(form.user.data or str(uuid.UUID(int=0))), actor=me())

    return _act(report_id, form, "subject", keep_out)


@bp.post("/<uuid:report_id>/route")
def route_report(report_id: uuid.UUID) -> ResponseReturnValue:
    form = RouteForm()
    lane_view.offer_sites(form, _found(report_id))
    return _act(
        report_id, form, "route", lambda report, mark: routing.route(report, uuid.UUID(form.site.data), actor=me())
    )


def _found(report_id: uuid.UUID) -> ReportPage:
    page = lane_reports.page(report_id, me())
    speak_in(page.time_zone)
    return page


def _opened(report_id: uuid.UUID) -> ReportPage:
    """Return the report for its page, and note that it was opened once the page is made."""
    page = _found(report_id)
    _note_opening(report_id)
    return page


def _note_opening(report_id: uuid.UUID) -> None:
    actor = me()

    def note(response: Response) -> Response:
        access.record_access(report_id, actor)
        return response

    after_this_request(note)


def _act(
    report_id: uuid.UUID, form: LaneForm, name: str, do: Callable[[LaneReport, str | None], object]
) -> ResponseReturnValue:
    """Do what the form says and go back to the report; what stands in the way comes back with what was typed."""
    why, status = None, 422
    if form.validate_on_submit():
        try:
            with unit_of_work():
                do(lock(report_id, me()), form.mark(request.path))
        except Refused as refused:
            why = labels.refusal(refused.refusal)
        except IllegalStep:
            why, status = gettext("That is not possible from where it is. Look at what is new."), 409
        else:
            flash(gettext("It is recorded."), "success")
            return _after(report_id)
    return _show(_opened(report_id), {name: form}, why), status


def _after(report_id: uuid.UUID) -> ResponseReturnValue:
    """To the report, or to the list where what was done took it out of the actor's sight."""
    is_there = any(row.report.id == report_id for row in lane_reports.reports(me()))
    here = url_for("lane.show_report", report_id=report_id) if is_there else url_for("lane.list_reports")
    return redirect(here, 303)


def _show(page: ReportPage, sent: dict[str, LaneForm], why: str | None = None) -> str:
    return render_template(
        "staff/show_lane.html",
        page=page,
        why=why,
        forms=lane_view.forms(page, sent),
        form=next((form for name, form in sent.items() if name != "press"), None),  # a button has nothing to put right
        account=lane_view.account(page),
        person_href=url_for("lane.show_person", report_id=page.report.id) if lane_view.person(page) else None,
        state=lane_view.state(page),
        clocks=lane_view.clocks(page, clock.utcnow()),
        messages=lane_view.thread(page),
        story=lane_view.story(page),
        presses=lane_view.presses(page),
        limits=limits(),
    )
