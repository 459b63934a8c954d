"""What is kept for how long, and the runs that erase it: prepared by one administrator, approved by another."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.administration import require_sites
from engage.domain.guards import Refused
from engage.queries import retention_runs as queries
from engage.services import retention_runs, retention_schedule
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web.admin.blueprint import bp, me
from engage.web.labels import refusal


@bp.route("/retention")
def list_retention() -> ResponseReturnValue:
    require_sites(me(), [None])
    found = queries.runs()
    return render_template(
        "admin/list_retention.html",
        rules=retention_schedule.schedule().rules,
        runs=found,
        can_prepare=all(run.row.finished_at is not None for run in found),
        me=me().id,
        auto_days=settings().RETENTION_AUTO_DAYS,
    )


@bp.route("/retention/prepare", methods=["POST"])
def prepare_retention() -> ResponseReturnValue:
    return _do(lambda: retention_runs.prepare(me()), gettext("It is prepared. Another administrator approves it."))


@bp.route("/retention/<uuid:run_id>/approve", methods=["POST"])
def approve_retention(run_id: UUID) -> ResponseReturnValue:
    done = gettext("Approved. It is erased the next night.")
    return _do(lambda: retention_runs.approve(run_id, actor=me()), done)


@bp.route("/retention/<uuid:run_id>/decline", methods=["POST"])
def decline_retention(run_id: UUID) -> ResponseReturnValue:
    return _do(lambda: retention_runs.decline(run_id, actor=me()), gettext("Declined. Nothing is erased."))


def _do(act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it and go back to the list, which says why where it could not be done."""
    try:
        with unit_of_work():
            act()
        flash(done, "success")
    except Refused as refused:
        flash(refusal(refused.refusal), "warning")
    return redirect(url_for("admin.list_retention"), 303)
