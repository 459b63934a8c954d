"""Delivery and changes, to read: notices by id and what became of them; who changed people and settings."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.administration import require_sites
from engage.queries import administration, delivery_health, notices
from engage.services import delivery
from engage.unit_of_work import unit_of_work
from engage.web import filters
from engage.web.admin.blueprint import bp, me


@bp.route("/delivery")
def list_undelivered() -> ResponseReturnValue:
    require_sites(me(), [None])
    health = delivery_health.health()
    return render_template(
        "admin/list_undelivered.html",
        dead=notices.dead(),
        came_back=notices.came_back(),
        health=health,
        oldest=filters.age(clock.utcnow() - health.oldest_owed) if health.oldest_owed else "",
        most=notices.SHOWN,
    )


@bp.route("/delivery/<uuid:notice_id>/retry", methods=["POST"])
def retry_notice(notice_id: UUID) -> ResponseReturnValue:
    require_sites(me(), [None])
    with unit_of_work():
        is_owed = delivery.try_again(notice_id, actor=me())
    if is_owed:
        flash(gettext("It is tried again now."), "success")
    else:
        flash(
            gettext("It can't be tried again: it was delivered by now, or what it said is no longer kept."), "warning"
        )
    return redirect(url_for("admin.list_undelivered"), 303)


@bp.route("/changes")
def list_changes() -> ResponseReturnValue:
    require_sites(me(), [None])
    return render_template("admin/list_changes.html", changes=administration.changes(), most=administration.SHOWN)
