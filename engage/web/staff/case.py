"""The case page and what is read beside it: the whole story, who the person is, and how a date was counted."""

import uuid

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock, data_keys
from engage.domain.case import CaseClass
from engage.domain.policy import NotAllowed, Permission
from engage.models import SealedContact, SealedIdentity
from engage.queries import case_parts
from engage.queries.case_page import CasePage
from engage.services import address_changes
from engage.web import labels, retention_words, step_up, step_words
from engage.web.filters import day
from engage.web.staff import (
    case_view,
    corrective_view,
    deadline_view,
    delivery_view,
    late_view,
    outside_view,
    story,
    task_view,
    triage_view,
)
from engage.web.staff.acting import limits, note_reading, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.conversation_forms import MessageForm
from engage.web.staff.doors import actions_on

_SHOWN = 12  # ours: the newest events; the rest is one click away


@bp.route("/cases/<reference>")
def show_case(reference: str) -> ResponseReturnValue:
    page = opened(reference)
    if page.case.erased_at is not None:
        return _tombstone(page)
    news = [entry for entry in reversed(page.entries) if story.is_news(entry)]
    return render_template(
        "staff/show_case.html",
        caption=case_view.caption(page),
        title=case_view.title(page),
        page=page,
        steps=case_view.track(page),
        actions=actions_on(page, clock.utcnow()),
        notice=case_view.notice(page),
        errands=_errands(page),
        messages=case_view.conversation(page),
        form=_write_form(page),
        write_href=url_for("staff.reply_case", reference=reference) if page.may(Permission.REPLY) else None,
        note_href=url_for("staff.note_case", reference=reference) if page.may(Permission.NOTE) else None,
        limits=limits(),
        deadlines=deadline_view.deadlines(page),
        lateness=late_view.owed(page),
        stopped=[deadline_view.stopped(page, row) for row in page.stopped],
        facts=case_view.facts(page),
        people=case_view.people(page),
        person_href=case_view.person_href(page),
        files=case_view.files(page.files),
        is_masked=page.is_masked,
        tasks=task_view.on_case(page),
        changes=corrective_view.shown(page),
        triage=triage_view.shown(page),
        outside=outside_view.shown(page),
        notices=delivery_view.on_case(page),
        events=[story.told(page, entry) for entry in news[:_SHOWN]],
        events_href=url_for("staff.show_story", reference=reference),
    )


def _tombstone(page: CasePage) -> ResponseReturnValue:
    """What is left of a case of which everything was erased: codes and days."""
    return render_template(
        "staff/show_tombstone.html",
        page=page,
        facts=case_view.facts(page),
        gone=[
            {"what": labels.label("scope", one.scope), "why": retention_words.rule(one.rule), "on": day(one.erased_at)}
            for one in page.rights.tombstones
        ],
        events=[story.told(page, entry) for entry in reversed(page.entries)],
    )


def _write_form(page: CasePage) -> MessageForm | None:
    if not (page.may(Permission.REPLY) or page.may(Permission.NOTE)):
        return None
    form = MessageForm()
    form.version.data = page.case.version
    return form


def _errands(page: CasePage) -> list[dict[str, object]]:
    if not page.may(Permission.TELL_PERSON):
        return []
    return [
        {
            "what": story.what_to_tell(row.template),
            "due_at": row.due_at,
            "href": url_for("staff.tell_person", reference=page.case.reference, errand_id=row.id),
        }
        for row in page.errands
    ]


@bp.route("/cases/<reference>/story")
def show_story(reference: str) -> ResponseReturnValue:
    page = opened(reference)
    events = [story.told(page, entry) for entry in reversed(page.entries)]
    return render_template("staff/show_story.html", page=page, events=events, title=case_view.title(page))


@bp.route("/cases/<reference>/person")
def show_person(reference: str) -> ResponseReturnValue:
    page = opened(reference)
    knows_who, knows_how = page.may(Permission.VIEW_IDENTITY), page.may(Permission.VIEW_CONTACT)
    if not (knows_who or knows_how):
        raise NotAllowed(Permission.VIEW_IDENTITY)
    if page.case.class_ is not CaseClass.ORDINARY and (answer := step_up.asked()):
        return answer
    identity, contact = case_parts.sealed(page.case.id)
    rows = _who(identity if knows_who else None) + _how(contact if knows_how else None)
    if knows_who and identity is not None:
        note_reading(page.case.id, "identity")
    if knows_how and contact is not None:
        note_reading(page.case.id, "contact")
    return render_template("staff/show_person.html", page=page, rows=rows, title=case_view.title(page))


_NAMES = ("name", "organisation", "email", "phone", "post", "facilitator", "word")


def _who(identity: SealedIdentity | None) -> list[dict[str, str]]:
    return _opened(data_keys.opened(identity)) if identity is not None else []


def _how(contact: SealedContact | None) -> list[dict[str, str]]:
    if contact is None:
        return []
    if contact.to_worker:
        sealed = gettext("Sealed. Only the machine that sends notices can open it; nobody of us can.")
        return [{"label": gettext("How to reach them"), "value": sealed}, *_arrives(contact)]
    return [*_opened(data_keys.opened(contact)), *_arrives(contact)]


def _arrives(contact: SealedContact) -> list[dict[str, str]]:
    """Whether the person said that mails reach the address they gave last; nothing where it is their first."""
    confirmed = address_changes.is_confirmed(contact.case_id) if contact.has_email else None
    if confirmed is None:
        return []
    said = gettext("The person said so.") if confirmed else gettext("The person has not said so yet.")
    return [{"label": gettext("Our mails arrive"), "value": said}]


def _opened(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": labels.label("contact", name), "value": values[name]} for name in _NAMES if values.get(name)]


@bp.route("/cases/<reference>/deadlines/<uuid:deadline_id>")
def explain_deadline(reference: str, deadline_id: uuid.UUID) -> ResponseReturnValue:
    page = opened(reference)
    row = deadline_view.found(page, deadline_id)
    return render_template(
        "staff/explain_deadline.html",
        page=page,
        row=row,
        name=case_view.subject_of(page, row.promise, row.subject_id),
        steps=deadline_view.steps(page, row, page.pauses),
        paused=step_words.days_and_hours(row.total_pause),
        ladder=late_view.ladder(page, row),
        history=deadline_view.history(page, row),
        doors=deadline_view.what_can_be_done(page, row),
    )
