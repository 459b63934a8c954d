"""The page of whoever holds the code of a report in the restricted lane, at the addresses of any other concern."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.lane import Step
from engage.queries import own_report
from engage.queries.own_report import LaneHolder
from engage.services.contact import ContactRefused, Problem
from engage.services.lane import codes, erasing, road, steps, words
from engage.services.lane.record import lock
from engage.services.receipt_codes import NewCode
from engage.unit_of_work import unit_of_work
from engage.web.filters import speak_in
from engage.web.public import case_session, report_words
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import ChangeCodeForm
from engage.web.public.case_session import in_lane, prepared, token_of, with_lane
from engage.web.public.receipt import case_address, leave_uncompressed, picture_of
from engage.web.public.tell_forms import DecideForm, RoadForm, SureForm, WriteForm


@in_lane("public.show_case")
def show_report(holder: LaneHolder) -> ResponseReturnValue:
    return _page(holder, prepared(WriteForm(), holder))


@in_lane("public.reply")
def write_report(holder: LaneHolder) -> ResponseReturnValue:
    form = prepared(WriteForm(), holder)
    if not form.is_submitted():  # the address of a form that had to be put right, opened anew
        return _back()
    if not form.validate():
        return _page(holder, form), 422
    with unit_of_work():
        report = lock(holder.report_id, holder.actor)
        words.write(report, form.message.data or "", actor=holder.actor, mark=token_of(form))
    return _back(gettext("We have your words. Only the focal points read them."), "messages")


@bp.post("/case/decide")
@with_lane
def decide(holder: LaneHolder) -> ResponseReturnValue:
    form = prepared(DecideForm(), holder)
    if not form.validate():
        return _back()
    with unit_of_work():
        steps.take(lock(holder.report_id, holder.actor), Step(form.step.data), actor=holder.actor)
    return _back(gettext("It is written down as you said it. You can change it at any time."))


@in_lane("public.withdraw")
def stop_report(holder: LaneHolder) -> ResponseReturnValue:
    return _only_step(holder, Step.STOP, gettext("We have stopped. Nobody writes to you, and nothing happens."))


@in_lane("public.reopen")
def come_back(holder: LaneHolder) -> ResponseReturnValue:
    return _only_step(holder, Step.COME_BACK, gettext("Good that you are back. It is our turn."))


@in_lane("public.change_contact")
def change_road(holder: LaneHolder) -> ResponseReturnValue:
    form = prepared(RoadForm(), holder)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                road.change(lock(holder.report_id, holder.actor), form.email.data, actor=holder.actor)
        except ContactRefused as refused:
            form.email.errors = [str(report_words.PROBLEMS[next(iter(refused.problems.values()), Problem.BAD_EMAIL)])]
        else:
            return _back(gettext("Changed. A message says only that there is something new."))
    return render_template("public/change_road.html", form=form), 422 if form.errors else 200


@in_lane("public.burn_contact")
def burn_road(holder: LaneHolder) -> ResponseReturnValue:
    form = prepared(SureForm(), holder)
    if form.validate_on_submit():
        with unit_of_work():
            road.change(lock(holder.report_id, holder.actor), None, actor=holder.actor)
        return _back(gettext("It is erased. Nobody here can reach you now. Come back with your code."))
    return render_template("public/burn_road.html", form=form)


@in_lane("public.change_code")
def change_report_code(holder: LaneHolder) -> ResponseReturnValue:
    form = prepared(ChangeCodeForm(), holder)
    if form.validate_on_submit():
        with unit_of_work():
            new = codes.change(lock(holder.report_id, holder.actor), token_of(form), actor=holder.actor)
        return show_new_code(new)
    return render_template("public/change_code.html", form=form, must_change=holder.must_change)


@in_lane("public.erase_everything")
def erase_report(holder: LaneHolder) -> ResponseReturnValue:
    form = prepared(SureForm(), holder)
    if holder.for_other:
        return _back()
    if form.validate_on_submit():
        with unit_of_work():
            erasing.erase(lock(holder.report_id, holder.actor), actor=holder.actor)
        case_session.let_go()
        flash(gettext("Everything is erased. Your code opens nothing any more."), "success")
        return redirect(url_for("public.home"), 303)
    return render_template("public/erase_report.html", form=form)


def show_new_code(new: NewCode) -> ResponseReturnValue:
    """Show a new code once, as the answer to the form itself: it is kept nowhere, not even in the cookie."""
    case_session.enter(new)
    leave_uncompressed()
    return render_template(
        "public/new_code.html",
        code=new.code,
        reference=new.reference,
        case_address=case_address(),
        qr_svg=picture_of(new.code),
    )


def _only_step(holder: LaneHolder, step: Step, done: str) -> ResponseReturnValue:
    """A page that asks once more, and takes the step."""
    form = prepared(SureForm(), holder)
    if form.validate_on_submit():
        with unit_of_work():
            steps.take(lock(holder.report_id, holder.actor), step, actor=holder.actor)
        return _back(done)
    return render_template(f"public/{step.value}_report.html", form=form)


def _back(done: str | None = None, anchor: str | None = None) -> ResponseReturnValue:
    if done:
        flash(done, "success")
    return redirect(url_for("public.show_case", _anchor=anchor), 303)


def _page(holder: LaneHolder, form: WriteForm) -> str:
    own = own_report.page(holder)
    speak_in(own.site.time_zone)
    return render_template(
        "public/show_report.html",
        form=form,
        own=own,
        heading=report_words.heading(own),
        messages=report_words.thread(own),
        questions=report_words.questions(own),
        lines=own.site.help_services,
    )
