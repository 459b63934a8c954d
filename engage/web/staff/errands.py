"""Word that somebody of ours carries: what to tell, who goes, what came of it; letters, and slips for the board."""

import uuid

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy.exc import NoResultFound

from engage import data_keys
from engage.domain.case import CaseClass
from engage.domain.errands import LETTER, ErrandResult, results_of
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Permission
from engage.models import Errand
from engage.queries import case_parts
from engage.queries import errands as queries
from engage.queries.case_page import CasePage
from engage.services import errands
from engage.unit_of_work import unit_of_work
from engage.web import case_file, labels, step_up
from engage.web.staff import case_view, story
from engage.web.staff.acting import act, me, note_reading, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.conversation_forms import GiveErrandForm, TellPersonForm
from engage.web.staff.form_fields import choices

NAME = "engage.pdf"


@bp.route("/cases/<reference>/tell/<uuid:errand_id>", methods=["GET", "POST"])
def tell_person(reference: str, errand_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), TellPersonForm()
    errand = _of(page, errand_id)
    form.result.choices = choices([(one, labels.label("errand_result", one)) for one in results_of(errand.road)])
    said = request.form.get("result") == ErrandResult.SAID
    return act(
        page,
        form,
        lambda case: errands.finish(errand_id, ErrandResult(form.result.data), actor=me()),
        done=gettext("It is written down. Write what they said.") if said else gettext("It is written down."),
        needs_version=False,
        template="staff/tell_person.html",
        button=gettext("Write it down"),
        onward=url_for("staff.note_case", reference=reference, said="yes") if said else None,
        errand=errand,
        what=story.what_to_tell(errand.template),
        words=[page.read(words) for words in queries.to_read(page, errand)],
        carrier=_name_of(page, errand),
        is_letter=errand.road == LETTER and page.may(Permission.VIEW_CONTACT),
        person_href=case_view.person_href(page),
    )


@bp.route("/cases/<reference>/tell/<uuid:errand_id>/give", methods=["GET", "POST"])
def give_errand(reference: str, errand_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), GiveErrandForm()
    _of(page, errand_id)
    form.carrier.choices = [("", ""), *((str(user.id), user.name) for user in errands.carriers(page.case))]
    return act(
        page,
        form,
        lambda case: errands.give(errand_id, uuid.UUID(form.carrier.data), actor=me()),
        done=gettext("They are told that they are to bring word to the person."),
        needs_version=False,
    )


@bp.route("/cases/<reference>/tell/<uuid:errand_id>/letter")
def print_letter(reference: str, errand_id: uuid.UUID) -> ResponseReturnValue:
    page = opened(reference)
    for permission in (Permission.TELL_PERSON, Permission.VIEW_CONTACT):
        if not page.may(permission):
            raise NotAllowed(permission)
    if page.case.class_ is not CaseClass.ORDINARY and (proof := step_up.asked()):
        return proof
    errand = _of(page, errand_id)
    words = queries.letter_of(page.case, errand)
    _, contact = case_parts.sealed(page.case.id)
    if errand.road != LETTER or words is None or contact is None or contact.to_worker:
        abort(404)
    address = data_keys.opened(contact).get("post", "")
    content = case_file.letter(address, words, page.case.locale)
    note_reading(page.case.id, "contact")
    return _pdf(content)


@bp.route("/board", methods=["GET", "POST"])
def list_slips() -> ResponseReturnValue:
    form, found = FlaskForm(), queries.slips(me())
    if form.validate_on_submit():
        chosen = {str(one.id): one.id for one in found}
        for posted in request.form.getlist("slip"):
            if posted in chosen:
                _post(chosen[posted])
        flash(gettext("It is written down which slips hang on the board."), "success")
        return redirect(url_for("staff.list_slips"), 303)
    return render_template("staff/list_slips.html", slips=found, form=form)


@bp.route("/board/slips")
def print_slips() -> ResponseReturnValue:
    found = queries.slips(me())
    if not found:
        abort(404)
    return _pdf(case_file.slips((one.reference, one.locale) for one in found))


def _post(errand_id: uuid.UUID) -> None:
    """Note that a slip hangs; one that somebody else noted a moment ago, or whose case moved, is passed over."""
    try:
        with unit_of_work():
            errands.finish(errand_id, ErrandResult.POSTED, actor=me())
    except (NoResultFound, NotAllowed, Refused):
        return


def _of(page: CasePage, errand_id: uuid.UUID) -> Errand:
    errand = next((row for row in page.errands if row.id == errand_id), None)
    if errand is None:
        abort(404)
    return errand


def _name_of(page: CasePage, errand: Errand) -> str | None:
    return next((user.name for user in errands.carriers(page.case) if user.id == errand.carrier_id), None)


def _pdf(content: bytes) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer
