"""What is said: replies, questions, notes, tries to reach the person, and word of a delay."""

import uuid

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.case import Writer
from engage.models import Case
from engage.queries import colleagues
from engage.services import attachments, conversation, delays
from engage.services.delays import Delay
from engage.web import labels
from engage.web.filters import moment
from engage.web.staff import deadline_view, offered
from engage.web.staff.acting import act, keep_files, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.conversation_forms import (
    ExtendForm,
    LogAttemptForm,
    MessageForm,
    NoteForm,
    TellDelayForm,
)
from engage.web.staff.form_fields import choices
from engage.web.staff.site_days import end_of


@bp.route("/cases/<reference>/reply", methods=["GET", "POST"])
def reply_case(reference: str) -> ResponseReturnValue:
    return _write(reference, gettext("Your message is with the person."), asks=False)


@bp.route("/cases/<reference>/ask", methods=["GET", "POST"])
def ask_case(reference: str) -> ResponseReturnValue:
    return _write(reference, gettext("Your question is with the person."), asks=True)


def _write(reference: str, done: str, *, asks: bool) -> ResponseReturnValue:
    page, form = opened(reference), MessageForm()
    form.message.label.text = gettext("Your question") if asks else gettext("Your message")
    files = keep_files(form)

    def write(case: Case) -> None:
        message = conversation.reply(case, form.message.data, actor=me(), asks=asks)
        attachments.add_all(case, files, actor=me(), writer=Writer.STAFF, message=message)

    return act(page, form, write, done=done, template="staff/write_case.html")


@bp.route("/cases/<reference>/note", methods=["GET", "POST"])
def note_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), NoteForm()
    form.message.label.text = gettext("Note, only for staff")
    people = colleagues.who_may_see(page.case, but=me())
    form.readers.choices = choices([(str(user_id), name) for user_id, name in people])
    if not people:
        del form.readers
    if request.args.get("said") and not form.is_submitted():  # from an errand on which the person said something
        form.message.data = gettext("The person said:") + " "
    files = keep_files(form)

    def note(case: Case) -> None:
        readers = [uuid.UUID(one) for one in form.readers.data or ()] if people else []
        message = conversation.note(case, form.message.data, actor=me(), readers=readers)
        attachments.add_all(case, files, actor=me(), writer=Writer.NOTE, message=message)

    return act(page, form, note, done=gettext("Your note is added. Only staff can read it."), needs_version=False)


@bp.route("/cases/<reference>/log-attempt", methods=["GET", "POST"])
def log_attempt_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), LogAttemptForm()
    form.channel.choices = [offered.nothing(), *offered.terms(page, "channels", offered.WAYS_TO_REACH)]

    def log(case: Case) -> None:
        conversation.log_attempt(case, form.channel.data, reached=form.reached.data == "yes", actor=me())

    return act(page, form, log, done=gettext("The try is logged."), needs_version=False)


@bp.route("/cases/<reference>/tell-delay/<uuid:deadline_id>", methods=["GET", "POST"])
def tell_delay_case(reference: str, deadline_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), TellDelayForm()
    deadline = deadline_view.found(page, deadline_id)
    time_zone = page.case.site.time_zone

    def tell(case: Case) -> None:
        new_date = end_of(form.new_date.data, time_zone)
        said = Delay(form.done_so_far.data, form.explanation.data)
        delays.tell_delay(case, deadline_id, said, new_date, actor=me())

    return act(
        page,
        form,
        tell,
        done=gettext("The person is told of the delay and of the new date."),
        lead=gettext(
            "Promised: %(promise)s. The missed date stays in the record.",
            promise=labels.label("promise", deadline.promise),
        ),
    )


@bp.route("/cases/<reference>/extend/<uuid:deadline_id>", methods=["GET", "POST"])
def extend_case(reference: str, deadline_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), ExtendForm()
    deadline = deadline_view.found(page, deadline_id)
    time_zone = page.case.site.time_zone

    def put_off(case: Case) -> None:
        new_date = end_of(form.new_date.data, time_zone)
        delays.extend(case, deadline_id, form.explanation.data, new_date, actor=me())

    promise = labels.label("promise", deadline.promise)
    return act(
        page,
        form,
        put_off,
        done=gettext("The promise is put off, and the person is told why and until when."),
        lead=gettext("Promised: %(promise)s, %(date)s.", promise=promise, date=moment(deadline.due_at)),
    )
