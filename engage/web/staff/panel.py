"""The panel's own room: the question of conflict first, then everything needed to decide, and notes among members."""

from flask import url_for
from flask.typing import ResponseReturnValue

from engage.domain.deadlines import Promise
from engage.models import Case
from engage.queries import panel as queries
from engage.queries.case_page import CasePage
from engage.services import panels
from engage.web import labels
from engage.web.filters import day
from engage.web.locale import gettext
from engage.web.staff import deadline_view, story
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.panel_doors import is_seated
from engage.web.staff.panel_forms import DeclareForm, PanelNoteForm

_SHOWN = 30  # ours: the newest events; the whole story is one click away


@bp.route("/cases/<reference>/panel", methods=["GET", "POST"])
def deliberate_case(reference: str) -> ResponseReturnValue:
    page = opened(reference, declares=True)
    here = url_for("staff.deliberate_case", reference=reference)
    if page.has_to_declare:
        return _declare(page, here)
    room, form = queries.room(page), PanelNoteForm()

    def write(case: Case) -> None:
        panels.write_note(case, form.words.data, dissents=form.dissents.data, actor=me())

    return act(
        page,
        form,
        write,
        done=gettext("The panel can read your note. Nobody else can."),
        needs_version=False,
        template="staff/deliberate_case.html",
        onward=here,
        room=room,
        is_open=is_seated(page) and room.appeal is page.appeal,
        decisions=[_decided(one) for one in room.decisions],
        notes=[_note(one) for one in room.notes],
        due=[row for row in deadline_view.deadlines(page) if row["label"] == _owed()],
        events=[story.told(page, entry) for entry in reversed(page.entries) if story.is_news(entry)][:_SHOWN],
    )


def _declare(page: CasePage, here: str) -> ResponseReturnValue:
    form = DeclareForm()
    has_conflict = form.conflict.data == "yes"

    def say(case: Case) -> None:
        if has_conflict:
            panels.give_up(case, actor=me())
        else:
            panels.declare(case, actor=me())

    if has_conflict:
        done = gettext("You are off this panel. Those who named it are told, and asked to name somebody else.")
    else:
        done = gettext("Thank you. Here is everything you need to decide.")
    return act(
        page,
        form,
        say,
        done=done,
        needs_version=False,
        template="staff/declare_case.html",
        onward=url_for("staff.inbox") if has_conflict else here,
        place=page.case.site.name,
        about=labels.category(page.case.category, page.case.subcategory),
        people=sorted({entry.actor_name for entry in page.entries if entry.actor_name}),
    )


def _owed() -> str:
    return labels.label("promise", Promise.DECIDE_APPEAL)


def _decided(one: queries.Decision) -> str:
    what = str(story.TITLES[one.kind])
    who = labels.label("role", one.role) if one.role else gettext("the service")
    return gettext("%(what)s, by: %(who)s, %(day)s", what=what, who=who, day=day(one.at))


def _note(one: queries.Note) -> dict[str, object]:
    return {
        "side": "note",
        "author": one.author,
        "sent_on": day(one.written_at),
        "iso": one.written_at.isoformat(),
        "words": one.words,
        "kept_to": gettext("only this panel"),
        "fate": gettext("a dissent") if one.dissents else None,
    }
