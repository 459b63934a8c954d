"""What somebody of ours was told: the page behind the bell, and by which road they want to be told of what."""

import uuid
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from engage import clock
from engage.domain.notice_groups import NoticeGroup, StaffRoad
from engage.extensions import csrf
from engage.queries import notifications as told
from engage.queries.notifications import Notification
from engage.services import notifications, stopping_mails
from engage.services.receipt_codes import DeadLink
from engage.unit_of_work import unit_of_work
from engage.web import gate, notification_labels
from engage.web.account.blueprint import bp, told_bp
from engage.web.account.forms import NoticesForm


@told_bp.route("/")
def list_notifications() -> ResponseReturnValue:
    before, drawn_at = request.args.get("before", type=uuid.UUID), clock.utcnow()
    page = told.page(gate.me().actor, before=before)
    older = page.rows[-1].id if page.has_more else None
    return render_template(
        "account/list_notifications.html",
        rows=page.rows,
        words=notification_labels.NOTICES,
        older_href=url_for("notifications.list_notifications", before=older) if older else None,
        newest_href=url_for("notifications.list_notifications") if before else None,
        drawn_at=drawn_at.timestamp(),
    )


@told_bp.route("/<uuid:notification_id>/open", methods=["POST"])
def open_notification(notification_id: uuid.UUID) -> ResponseReturnValue:
    with unit_of_work():
        found = notifications.opened(notification_id, actor=gate.me().actor)
    return redirect(_where(found), 303)


def _where(found: Notification) -> str:
    """The page that it leads to; one's own account where that would not open to this reader."""
    if found.leads_to is not None:
        return url_for("staff.show_case", reference=found.leads_to)
    endpoint = notification_labels.LEADS_TO.get(found.template, "account.show_account")
    is_closed = endpoint.startswith("staff.") and not gate.me().actor.holds(*gate.SEES_CASES)
    return url_for("account.show_account" if is_closed else endpoint)


@told_bp.route("/see-all", methods=["POST"])
def see_all_notifications() -> ResponseReturnValue:
    with unit_of_work():
        notifications.see_all(_drawn_at(request.form.get("drawn_at", type=float)), actor=gate.me().actor)
    flash(gettext("All are marked as seen."), "success")
    return redirect(url_for("notifications.list_notifications"), 303)


def _drawn_at(seconds: float | None) -> datetime:
    """When the page was drawn, since what came after it was seen by nobody; of what is no such instant, nothing was."""
    try:
        return datetime.fromtimestamp(seconds or 0, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)


@bp.route("/notices", methods=["GET", "POST"])
def choose_notices() -> ResponseReturnValue:
    actor = gate.me().actor
    chosen = {row.group: row.road for row in told.chosen_roads(actor)}
    form = NoticesForm(data={group.value: road.value for group, road in chosen.items()})
    if form.validate_on_submit():
        roads = {group: StaffRoad(form.of(group).data) for group in NoticeGroup}
        with unit_of_work():
            notifications.choose_roads(roads, actor=actor)
        flash(gettext("It is kept."), "success")
        return redirect(url_for("account.choose_notices"), 303)
    return render_template("account/choose_notices.html", form=form), 422 if form.errors else 200


@bp.route("/no-more-mails/<code>", methods=["GET", "POST"])
@csrf.exempt  # a mail program sends this form without having seen the page: the code is all it has (RFC 8058, 3.2)
def stop_notices(code: str) -> ResponseReturnValue:
    try:
        if request.method == "POST":
            with unit_of_work():
                group = stopping_mails.stop_group(code)
            return render_template("account/notices_stopped.html", group=notification_labels.GROUPS[group][0])
        group = stopping_mails.group_of(code)
    except DeadLink:
        return render_template("account/dead_stop_link.html"), 410
    label, members = notification_labels.GROUPS[group]
    return render_template("account/stop_notices.html", form=FlaskForm(), group=label, members=members)
