"""The page of the person's own case: what it shows, writing back, files, and the two questions at the end."""

import uuid
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engage.domain.case import CaseClass, Identity, Writer
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.queries import case_everything, own_case
from engage.queries import case_file as case_files
from engage.queries.own_case import Holder, OwnCase
from engage.services import answers, attachments, cases, conversation, looks, receipt_proof, sent_forms
from engage.services.attachments import FileRefused
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import case_file, takeaway
from engage.web.filters import speak_in
from engage.web.locale import gettext
from engage.web.public import case_notices, case_outside, case_thread, case_words
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import LONGEST, FeedbackForm, ReplyForm
from engage.web.public.case_session import prepared, token_of, with_case
from engage.web.uploads import checked_uploads, done_without, hand_out, kept_closed, why_none_of_the_person

UNHAPPY = 2  # Ours: bad or very bad, of five.


@bp.route("/case/view")
@with_case
def show_case(holder: Holder) -> ResponseReturnValue:
    if holder.has_unseen:
        looks.note_look(holder.case_id)
    return _page(holder, prepared(ReplyForm(), holder))


@bp.route("/case/messages", methods=["GET", "POST"])
@with_case
def reply(holder: Holder) -> ResponseReturnValue:
    if request.method == "GET":  # the address of a form that had to be put right, opened anew
        return redirect(url_for("public.show_case"), 303)
    form = prepared(ReplyForm(), holder)
    uploads = checked_uploads(form.files.data or [])
    if not form.validate():
        return _page(holder, form), 422
    if not form.message.data and not uploads.checked:
        form.message.errors = [gettext("Write something, or add a file.")]
        form.files.errors = uploads.refused
        return _page(holder, form), 422
    try:
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            if sent_forms.is_first(case.id, token_of(form)):
                words = form.message.data or ""
                message = conversation.write_as_person(case, words, actor=holder.actor, token=token_of(form))
                attachments.add_all(
                    case,
                    uploads.checked,
                    actor=holder.actor,
                    writer=Writer.PERSON,
                    message=message,
                    wants_originals=form.wants_originals.data,
                )
    except FileRefused as refused:
        form.files.errors = [why_none_of_the_person(refused)]
        return _page(holder, form), 422
    done = gettext("We have your message. The people who work on your concern will read it.")
    onward = url_for("public.show_case", _anchor="messages")
    if uploads.refused:
        return done_without(uploads.refused, done=done, onward=onward, layout="layouts/public.html")
    flash(done, "success")
    return redirect(onward, 303)


@bp.route("/case/files/<uuid:attachment_id>")
@with_case
def open_file(holder: Holder, attachment_id: uuid.UUID) -> ResponseReturnValue:
    try:
        return hand_out(attachments.open_file(attachment_id, holder.actor))
    except Refused as refused:
        back = {"label": gettext("Back to your concern"), "href": url_for("public.show_case", _anchor="messages")}
        return kept_closed(refused, layout="layouts/public.html", back=back)


@bp.route("/case/download")
@with_case
def download_case(holder: Holder) -> ResponseReturnValue:
    """Everything the person can read, as plain text under a name that says nothing."""
    own = own_case.page(holder.actor)
    speak_in(own.case.site.time_zone)
    text = render_template("public/download_case.txt", **_shown(own))
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="engage.txt"'
    return answer


@bp.route("/case/download/all")
@with_case
def download_everything(holder: Holder) -> ResponseReturnValue:
    """All that is there of the case for its person, with the files, in one bundle under a name that says nothing."""
    found = case_everything.own(holder.actor)
    opened = ((row.id, attachments.opened_if_it_can_be(row.id, holder.actor)) for row in found.files)
    files = {file_id: file for file_id, file in opened if file is not None}
    return takeaway.answer_with(found, files, receipt_proof.of_case(holder.case_id))


@bp.route("/case/print")
@with_case
def print_case(holder: Holder) -> ResponseReturnValue:
    """Everything that may lie on paper, as a file to print."""
    return case_file.answer_with(case_files.own(holder.actor))


@bp.route("/case/feedback", methods=["GET", "POST"])
@with_case
def give_feedback(holder: Holder) -> ResponseReturnValue:
    form = prepared(FeedbackForm(), holder)
    if own_case.facts(holder.actor).class_ is CaseClass.RESTRICTED:  # nobody is asked there (R55)
        return redirect(url_for("public.show_case"), 303)
    if form.validate_on_submit():
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            if sent_forms.is_first(case.id, token_of(form)):
                answers.give_feedback(
                    case,
                    process=int(form.treatment.data),
                    outcome=int(form.result.data),
                    words=form.words.data,
                    actor=holder.actor,
                )
        flash(gettext("Thank you. Your answers count in what we publish, without your name."), "success")
        unhappy = min(int(form.treatment.data), int(form.result.data)) <= UNHAPPY
        return redirect(url_for("public.offer_reopening" if unhappy else "public.show_case"), 303)
    return render_template("public/give_feedback.html", form=form), 422 if form.errors else 200


@bp.get("/case/not-good-yet")
@with_case
def offer_reopening(holder: Holder) -> ResponseReturnValue:
    """Where an unhappy answer leads: nobody has to search for how to go on."""
    case = own_case.facts(holder.actor)
    if case.stage is not Stage.CLOSED:
        return redirect(url_for("public.show_case"), 303)
    return render_template("public/offer_reopening.html", reference=case.reference)


def _page(holder: Holder, form: ReplyForm) -> str:
    own = own_case.page(holder.actor)
    speak_in(own.case.site.time_zone)
    return render_template(
        "public/show_case.html",
        form=form,
        answers=case_words.answers(own),
        is_anonymous=own.case.identity is Identity.ANONYMOUS,
        limits={
            "characters": LONGEST,
            "files": settings().FILES_MAX,
            "megabytes": settings().FILE_MAX_BYTES // (1024 * 1024),
        },
        rights=case_words.rights(own),
        code_until=case_words.code_until(own),
        offers_panel=own.case.panel_offered and own.case.stage is not Stage.CLOSED,
        conversion=own.conversion,
        did_not_arrive=case_notices.did_not_arrive(own),
        asks_feedback=answers.is_asked_for_feedback(own.case) and not own.has_feedback,
        **_shown(own),
    )


def _shown(own: OwnCase) -> dict[str, Any]:
    """What stands on the page and in the file to keep."""
    return {
        "reference": own.case.reference,
        "heading": case_words.heading(own),
        "ending": case_words.ending(own),
        "come_back": case_words.come_back(own),
        "steps": case_words.track(own),
        "proposal": own.proposal,
        "is_agreed": own.was_accepted,
        "found_told": case_thread.found(own),
        "remedies": case_thread.remedies(own),
        "changes": case_thread.changes(own),
        "messages": case_thread.thread(own),
        "outside": case_outside.shown(own),
        "why": case_words.why(own),
        "seen_by": case_words.seen_by(own),
        "name_seen_by": case_words.name_seen_by(own),
    }
