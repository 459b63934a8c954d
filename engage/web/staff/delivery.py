"""The delivery console: what is owed, what came back, what was given up; one notice, and having it tried again."""

import uuid
from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from engage import clock
from engage.domain.delivery import NoticeState
from engage.domain.policy import GRANTS, NotAllowed, Permission
from engage.queries import delivery as queries
from engage.queries import notice_page
from engage.queries.inbox_choices import choices
from engage.services.sending_again import send_again
from engage.unit_of_work import unit_of_work
from engage.web import filters
from engage.web.staff import delivery_forms, delivery_view, notice_view, paging
from engage.web.staff.acting import me
from engage.web.staff.blueprint import bp


@bp.route("/delivery")
def list_notices() -> ResponseReturnValue:
    _require()
    actor, now = me(), clock.utcnow()
    form = delivery_forms.read(request.args, choices(actor).sites)
    narrowed, kept = delivery_forms.filters(form, now), delivery_forms.chosen(form)
    counts = queries.counts(actor, narrowed, now)
    state = _state(counts)
    page = queries.page(actor, state, narrowed, now, paging.place_in(request.args))
    total = filters.capped(counts[state]) if state in counts else None
    return render_template(
        "staff/list_notices.html",
        head=delivery_view.head(queries.summary(actor, now)),
        tabs=delivery_view.tabs(state, counts, kept),
        state=state.value,
        notices=delivery_view.lines(page, state, now),
        empty=delivery_view.empty(state, narrowed=bool(kept)),
        form=form,
        chosen=[
            {
                "label": words,
                "remove_href": delivery_view.address(state, {key: kept[key] for key in kept if key != name}),
            }
            for name, words in delivery_forms.words_of(form).items()
        ],
        clear_href=delivery_view.address(state, {}),
        **delivery_view.ways(page, state, total, kept),
    )


def _require() -> None:
    if not me().holds(*GRANTS[Permission.SEE_DELIVERY]):
        raise NotAllowed(Permission.SEE_DELIVERY)


def _state(counts: Mapping[NoticeState, int]) -> NoticeState:
    """The list that was asked for; else the first with something in it that somebody has to look at."""
    asked = request.args.get("state", "")
    if asked in set(NoticeState):
        return NoticeState(asked)
    return next((state for state, count in counts.items() if count), NoticeState.WAITING)


@bp.route("/delivery/<uuid:notice_id>")
def show_notice(notice_id: uuid.UUID) -> ResponseReturnValue:
    page, now = notice_page.page(notice_id, me()), clock.utcnow()
    filters.speak_in(page.site.time_zone)
    return render_template(
        "staff/show_notice.html",
        page=page,
        title=notice_view.title(page),
        facts=notice_view.facts(page, now),
        why=notice_view.why(page, now),
        tries=notice_view.tries(page),
        beside=notice_view.beside(page),
        to_do=notice_view.to_do(page, now),
        by_mouth_first=notice_view.comes_first_by_mouth(page, now),
        can_be_tried_again=notice_view.can_be_tried_again(page, now),
    )


@bp.route("/delivery/<uuid:notice_id>/again", methods=["POST"])
def send_notice_again(notice_id: uuid.UUID) -> ResponseReturnValue:
    if FlaskForm().validate_on_submit():
        with unit_of_work():
            is_owed = send_again(notice_id, actor=me())
        if is_owed:
            flash(gettext("It is tried again now."), "success")
        else:
            flash(
                gettext("Nothing was changed: it is on its way already, or what it said is no longer kept."), "warning"
            )
    return redirect(url_for("staff.show_notice", notice_id=notice_id), 303)
