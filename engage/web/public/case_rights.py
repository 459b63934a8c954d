"""What the person may demand of what we hold: that it is put right, that they learn how long it stays, that it goes."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engage.domain.lifecycle import Stage
from engage.domain.retention import Due, Why
from engage.queries import own_case
from engage.queries.own_case import Holder
from engage.services import cases, corrections, erasure_requests, retention_schedule, sent_forms
from engage.services.erasure_requests import Obstacle
from engage.unit_of_work import unit_of_work
from engage.web.filters import day, speak_in
from engage.web.labels import label
from engage.web.locale import gettext
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import YES, ConfirmErasureForm, CorrectionForm, EraseForm
from engage.web.public.case_session import let_go, prepared, token_of, with_case


@bp.route("/case/correction", methods=["GET", "POST"])
@with_case
def ask_correction(holder: Holder) -> ResponseReturnValue:
    form = prepared(CorrectionForm(), holder)
    if form.validate_on_submit():
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            if sent_forms.is_first(case.id, token_of(form)):
                corrections.ask(case, form.words.data, form.right_words.data, actor=holder.actor)
        flash(gettext("We have it. It stands beside what it is about, and we answer you here."), "success")
        return redirect(url_for("public.show_case", _anchor="messages"), 303)
    return render_template("public/ask_correction.html", form=form), 422 if form.errors else 200


@bp.get("/case/keeping")
@with_case
def show_keeping(holder: Holder) -> ResponseReturnValue:
    """What we keep and until when, and the ways to have it erased; what stands against it is said."""
    case = own_case.facts(holder.actor)
    speak_in(case.site.time_zone)
    rows = kept(retention_schedule.due_of(case))
    return render_template("public/show_keeping.html", rows=rows, obstacle=_told(erasure_requests.obstacle(case)))


@bp.route("/case/erase", methods=["GET", "POST"])
@with_case
def erase_everything(holder: Holder) -> ResponseReturnValue:
    """The page that says what is lost. It changes nothing yet."""
    form = prepared(EraseForm(), holder)
    case = own_case.facts(holder.actor)
    speak_in(case.site.time_zone)
    obstacle = _told(erasure_requests.obstacle(case))
    if form.validate_on_submit() and obstacle is None:
        return redirect(url_for("public.confirm_erasure"), 303)
    is_open = case.stage is not Stage.CLOSED
    page = render_template("public/erase_everything.html", form=form, is_open=is_open, obstacle=obstacle)
    return page, 422 if form.errors else 200


@bp.route("/case/erase/now", methods=["GET", "POST"])
@with_case
def confirm_erasure(holder: Holder) -> ResponseReturnValue:
    """Erase it on the second yes. The answer is the last page of this case that anybody sees."""
    form = prepared(ConfirmErasureForm(), holder)
    case = own_case.facts(holder.actor)
    if form.validate_on_submit():
        reference, pressured = case.reference, form.pressured.data
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            if case.erased_at is None:  # a second press that was on its way meanwhile finds it done
                is_pressed = pressured == YES if pressured else None
                erasure_requests.erase_everything(case, actor=holder.actor, pressured=is_pressed)
        let_go()
        return render_template("public/erased.html", reference=reference)
    is_open = case.stage is not Stage.CLOSED
    return render_template("public/confirm_erasure.html", form=form, is_open=is_open), 422 if form.errors else 200


def kept(found: Sequence[Due]) -> list[dict[str, str]]:
    """Return what goes and when, or why nobody can say, with the rule it follows."""
    return [
        {"what": label("scope", one.rule.scope), "rule": gettext(one.rule.label), "until": _until(one)} for one in found
    ]


def _until(one: Due) -> str:
    if one.why is Why.COUNTED:
        return gettext("We keep it until %(day)s.", day=day(one.at))
    return label("kept_why", one.why)


def _told(found: Obstacle | None) -> dict[str, str | None] | None:
    """What stands against erasing, and until when."""
    if found is None:
        return None
    if found.is_hold:
        why = gettext("A court or an authority needs it. While that is so, we may not erase it.")
        return {"why": why, "words": found.words, "until": None}
    until = gettext("You can have it erased from %(day)s.", day=day(found.until)) if found.until else None
    return {"why": gettext("A law asks us to keep it."), "words": found.words, "until": until}
