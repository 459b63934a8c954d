"""How every page on which staff act on a case works: one form, one unit of work, one use case, and back to the case."""

import uuid
from collections.abc import Callable

from flask import Response, abort, after_this_request, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import NoResultFound
from werkzeug.datastructures import FileStorage

from engage import clock
from engage.domain import policy
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import IllegalTransition
from engage.domain.policy import Actor, NotAllowed, Permission
from engage.models import Case
from engage.queries import case_page, case_parts, lane_reports
from engage.queries.case_page import CasePage
from engage.services import access, cases, conflicts, notifications, sent_forms
from engage.services.attachments import Checked, FileRefused
from engage.services.cases import ChangedMeanwhile
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import filters, gate, uploads
from engage.web.staff.doors import DOORS, words_of
from engage.web.staff.form_fields import LONGEST, StaffForm

FULL = 507


def me() -> Actor:
    """Return the member of staff who is asking."""
    actor: Actor = g.actor
    return actor


def opened(reference: str, *, declares: bool = False) -> CasePage:
    """Return the case for a page of it, note that it was read, and let the page speak in the site's time.

    What the reader was told of it until then counts as seen.

    Who is to decide an appeal says first whether they have a conflict of interest: every other page than the one that
    asks (`declares`) leads there until they do.

    Raises:
        NoResultFound: there is no such case, or the reader may not know of it.
    """
    try:
        page = case_page.page(reference, me())
    except NoResultFound:
        if (report_id := lane_reports.moved_from(reference, me())) is not None:
            abort(redirect(url_for("lane.show_report", report_id=report_id), 303))
        conflicts.note_attempt(reference, "read", actor=me())
        raise
    filters.speak_in(page.case.site.time_zone)
    if page.has_to_declare:
        if not declares:
            abort(redirect(url_for("staff.deliberate_case", reference=reference), 303))
        return page
    if access.is_owed(page.look.last_read, page.case.site.time_zone):
        note_reading(page.case.id, case_parts.VIEWED)
    if page.look.unseen:
        _note_look(page)
    return page


def note_reading(case_id: uuid.UUID, purpose: str) -> None:
    """Record, once the page is made, that the case was read; a page that was refused shows nothing to record."""
    actor = me()
    _once_shown(lambda: access.record_access(case_id, actor, purpose))


def _note_look(page: CasePage) -> None:
    """Mark as seen, once the page is made, what the reader was told of the case; its own bell leaves that out."""
    case_id = page.case.id
    gate.leave_out_of_bell(page.look.unseen)
    _once_shown(lambda: notifications.note_look(case_id, page.actor, page.look.at))


def _once_shown(do: Callable[[], None]) -> None:
    def note(response: Response) -> Response:
        if response.status_code < 300 or response.status_code in (409, 422):
            do()
        return response

    after_this_request(note)


def act(
    page: CasePage,
    form: StaffForm,
    do: Callable[[Case], object],
    *,
    done: str,
    needs_version: bool = True,
    template: str = "staff/act_on_case.html",
    onward: str | None = None,
    **shown: object,
) -> ResponseReturnValue:
    """Show the form, or do what it says and go back to the case, or `onward`. Sent twice, it is done once.

    Somebody else's step meanwhile (409), a refusal (422) and a full disk (507) show the form again with what was typed.
    With `needs_version=False` nothing that others did meanwhile stands in the way, which is right for adding a note.

    Raises:
        NotAllowed: policy refuses the reader.
        NoResultFound: the case is gone from the reader's sight meanwhile.
    """
    door = DOORS[request.endpoint or ""]
    if not page.may(door.what):
        raise NotAllowed(door.what)
    why, status, changed = door.why_not(page, clock.utcnow()), 200, False
    if form.validate_on_submit():
        reference = page.case.reference
        try:
            stays = _do(reference, form, do, needs_version=needs_version)
            return _back(reference, done, stays=stays, onward=onward)
        except (ChangedMeanwhile, IllegalTransition, Refused, FileRefused) as error:
            why, status, changed = _stopped(form, error)
            _note_attempt(reference, why)
        page = case_page.page(reference, me())
    elif form.is_submitted():
        status = 422
    elif why is not None:
        status = 409
    if form.is_submitted() and _chosen(form):
        complain(form, [*left_out(), gettext("Choose your files again: the page could not keep them.")])
    form.version.data = page.case.version
    return (
        render_template(
            template,
            form=form,
            page=page,
            door=door,
            why=words_of(why) if why else None,
            changed=changed,
            form_shown=why is None or form.is_submitted(),
            limits=limits(),
            **shown,
        ),
        status,
    )


def _note_attempt(reference: str, why: Refusal | None) -> None:
    """Put on the record that somebody was to get a part in a case that is about them."""
    if why is not None and why.code == conflicts.ABOUT_THEM:
        user_id, what = uuid.UUID(str(why.values["user"])), str(why.values["what"])
        conflicts.note_attempt(reference, what, actor=me(), user_id=user_id)


def _do(reference: str, form: StaffForm, do: Callable[[Case], object], *, needs_version: bool) -> bool:
    """Carry it out; whether the actor may still see the case afterwards."""
    with unit_of_work():
        case = cases.lock(reference, me())
        mark = form.mark(request.path)
        if mark is None or sent_forms.is_first(case.id, mark):
            if needs_version:
                cases.expect_version(case, form.opened_at)
            notifications.see_case(case.id, clock.utcnow(), actor=me())  # before, since what this tells them is news
            do(case)
        return policy.may(me(), Permission.VIEW, case.facts)


def _stopped(form: StaffForm, error: Exception) -> tuple[Refusal | None, int, bool]:
    """Return why it was not done, the status, and whether somebody else was first."""
    match error:
        case Refused():
            return error.refusal, 422, False
        case IllegalTransition():
            return Refusal("not_at_this_stage", {"stage": error.stage.value}), 409, False
        case FileRefused():
            why = uploads.why_none(error)
            complain(form, [gettext("Nothing was sent. %(why)s", why=why)])
            return None, FULL, False
        case _:
            return None, 409, True


def keep_files(form: StaffForm) -> list[Checked]:
    """Return the files of a sent form that we take. Those we don't are told of once the form is done."""
    if not form.is_submitted():
        return []
    sent = uploads.checked_uploads(_chosen(form))
    g.left_out = sent.refused
    return sent.checked


def _chosen(form: StaffForm) -> list[FileStorage]:
    field = form._fields.get("files")
    sent = field.data or () if field is not None else ()
    return [file for file in sent if isinstance(file, FileStorage) and file.filename]  # a program may send words there


def left_out() -> list[str]:
    """Return in words which files of this form we do not take, and why."""
    refused: list[str] = g.get("left_out", [])
    return refused


def complain(form: StaffForm, problems: list[str]) -> None:
    """Add problems to the form's files."""
    form.files.errors = [*form.files.errors, *problems]


def _back(reference: str, done: str, *, stays: bool, onward: str | None) -> ResponseReturnValue:
    """To the case or onward; to the inbox where what was done took the case out of the actor's sight."""
    here = onward or url_for("staff.show_case", reference=reference)
    here = here if stays else url_for("staff.inbox")
    if refused := left_out():
        return uploads.done_without(refused, done=done, onward=here, layout="layouts/staff.html")
    flash(done, "success")
    return redirect(here, 303)


def limits() -> dict[str, int]:
    """Return the limits that forms tell of."""
    return {
        "characters": LONGEST,
        "files": settings().FILES_MAX,
        "megabytes": settings().FILE_MAX_BYTES // (1024 * 1024),
    }
