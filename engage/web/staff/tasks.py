"""Tasks: adding one to a case or to a site, and doing, taking or passing on one that is open."""

import uuid
from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from engage.domain.absence import WORKS
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Permission
from engage.models import Case, Task
from engage.queries import tasks as queries
from engage.queries.tasks import TaskPage
from engage.services import conflicts, tasks
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from engage.web import filters
from engage.web.staff import offered, task_view
from engage.web.staff.acting import act, limits, me, note_reading, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.doors import words_of
from engage.web.staff.form_fields import choices
from engage.web.staff.site_days import end_of
from engage.web.staff.task_forms import PassOnForm, SiteTaskForm, TaskForm

ROLES = sorted(WORKS)


@bp.route("/cases/<reference>/add-task", methods=["GET", "POST"])
def add_task_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), TaskForm()
    people = offered.people(page.case, *ROLES)
    form.owner.choices = [offered.nothing(), *people, *offered.kept_out(page.case, form.owner.data)]
    if not form.is_submitted() and str(me().id) in {one.value for one in people}:
        form.owner.data = str(me().id)
    time_zone = page.case.site.time_zone

    def add(case: Case) -> None:
        due_at = end_of(form.due_on.data, time_zone) if form.due_on.data else None
        tasks.add(case, Todo(form.what.data, uuid.UUID(form.owner.data), due_at), actor=me())

    return act(page, form, add, done=gettext("The task is added."), needs_version=False)


@bp.route("/tasks/add", methods=["GET", "POST"])
def add_task() -> ResponseReturnValue:
    sites = queries.sites_of(me())
    if not sites:
        raise NotAllowed(Permission.TASK)
    form = SiteTaskForm()
    form.site.choices = choices([(str(site_id), name) for site_id, name, _ in sites])
    people = queries.workers_at([site_id for site_id, _, _ in sites] if len(sites) == 1 else [])
    form.owner.choices = choices([(str(user), name) for user, name in people])
    if not form.is_submitted():
        form.owner.data = str(me().id)
    form.version.data = 0  # no case stands behind it: only its token counts
    why, status = None, 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        zone = next(zone for site_id, _, zone in sites if str(site_id) == form.site.data)
        due_at = end_of(form.due_on.data, zone) if form.due_on.data else None
        todo = Todo(form.what.data, uuid.UUID(form.owner.data), due_at)
        try:
            with unit_of_work():
                tasks.add_at_site(uuid.UUID(form.site.data), todo, actor=me(), mark=form.mark(request.path))
        except Refused as error:
            why = words_of(error.refusal)
        else:
            flash(gettext("The task is added."), "success")
            return redirect(url_for("staff.day"), 303)
    return render_template("staff/add_task.html", form=form, why=why, limits=limits()), status


@bp.route("/tasks/<uuid:task_id>")
def show_task(task_id: uuid.UUID) -> ResponseReturnValue:
    return _shown(_found(task_id), PassOnForm(formdata=None))


@bp.route("/tasks/<uuid:task_id>/finish", methods=["POST"])
def finish_task(task_id: uuid.UUID) -> ResponseReturnValue:
    return _do(task_id, FlaskForm(), lambda: tasks.finish(task_id, actor=me()), gettext("The task is done."))


@bp.route("/tasks/<uuid:task_id>/take", methods=["POST"])
def take_task(task_id: uuid.UUID) -> ResponseReturnValue:
    return _do(task_id, FlaskForm(), lambda: tasks.take_over(task_id, actor=me()), gettext("The task is yours now."))


@bp.route("/tasks/<uuid:task_id>/pass-on", methods=["POST"])
def pass_on_task(task_id: uuid.UUID) -> ResponseReturnValue:
    form = PassOnForm()

    def give() -> Task:
        return tasks.pass_on(task_id, uuid.UUID(form.owner.data), actor=me())

    return _do(task_id, form, give, gettext("The task is passed on, and they are told."))


def _found(task_id: uuid.UUID) -> TaskPage:
    """The task as the reader may see it; a task of a case is read with it, which is recorded."""
    page = queries.page(task_id, me())
    if page is None:
        abort(404)
    filters.speak_in(page.time_zone)
    if page.case is not None:
        note_reading(page.case.id, "view")
    return page


def _do(task_id: uuid.UUID, form: FlaskForm, do: Callable[[], object], done: str) -> ResponseReturnValue:
    """Carry it out and go back to where it was asked for, or show the task with what stands in the way."""
    page = _found(task_id)
    _offer_people(page, form)
    if not form.validate_on_submit():
        return _shown(page, form, status=422)
    reference, back = page.case.reference if page.case else None, request.form.get("back")
    try:
        with unit_of_work():
            do()
    except Refused as error:
        if error.refusal.code == conflicts.ABOUT_THEM and reference is not None:
            user_id = uuid.UUID(str(error.refusal.values["user"]))
            conflicts.note_attempt(reference, "task", actor=me(), user_id=user_id)
        return _shown(_found(task_id), form, why=words_of(error.refusal), status=422)
    flash(done, "success")
    if reference is None or back == "day":
        return redirect(url_for("staff.day"), 303)
    return redirect(url_for("staff.show_case", reference=reference), 303)


def _shown(page: TaskPage, form: FlaskForm, *, why: str | None = None, status: int = 200) -> ResponseReturnValue:
    if not isinstance(form, PassOnForm):
        form = PassOnForm(formdata=None)
    _offer_people(page, form)
    return (
        render_template(
            "staff/show_task.html",
            page=page,
            task=page.task,
            words=task_view.words_of(page.task),
            due=task_view.due(page.task),
            form=form,
            why=why,
            limits=limits(),
        ),
        status,
    )


def _offer_people(page: TaskPage, form: FlaskForm) -> None:
    if not isinstance(form, PassOnForm) or not page.can_settle:
        return
    if page.case is not None:
        people = [*offered.people(page.case, *ROLES), *offered.kept_out(page.case, form.owner.data)]
    else:
        people = choices([(str(user), name) for user, name in queries.workers_at([page.task.site_id])])
    form.owner.choices = [offered.nothing(), *(one for one in people if one.value != str(page.task.owner_id))]
