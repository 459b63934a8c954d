"""What the person says to us: to a proposal, to a remedy, to an ending. One small page each, then the case again."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.models import Case
from engage.queries import own_case
from engage.queries.own_case import Holder
from engage.services import answers, appeals, cases, circumstances, sent_forms
from engage.services.answers import SignOff
from engage.unit_of_work import unit_of_work
from engage.web.filters import day, speak_in
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import (
    YES,
    AcceptForm,
    AppealForm,
    ConfirmForm,
    CounterForm,
    MeetForm,
    ProposalForm,
    RefuseForm,
    ReopenForm,
    WithdrawForm,
)
from engage.web.public.case_session import OwnCaseForm, prepared, token_of, with_case


@bp.route("/case/accept", methods=["GET", "POST"])
@with_case
def accept_proposal(holder: Holder) -> ResponseReturnValue:
    form = _about_proposal(AcceptForm(), holder)
    if form.validate_on_submit():
        said = SignOff(words=form.words.data)
        _carry_out(form, holder, lambda case: answers.accept(case, actor=holder.actor, sign_off=said))
        return _back(gettext("You accepted."), holder)
    return _page("public/accept_proposal.html", form, holder)


@bp.route("/case/change", methods=["GET", "POST"])
@with_case
def counter_proposal(holder: Holder) -> ResponseReturnValue:
    form = _about_proposal(CounterForm(), holder)
    if form.validate_on_submit():
        said = SignOff(words=form.words.data)
        _carry_out(form, holder, lambda case: answers.counter(case, actor=holder.actor, sign_off=said))
        return _back(gettext("You asked for a change. We will come with a new proposal."), holder)
    return _page("public/counter_proposal.html", form, holder)


@bp.route("/case/meet", methods=["GET", "POST"])
@with_case
def ask_to_meet(holder: Holder) -> ResponseReturnValue:
    form = _about_proposal(MeetForm(), holder)
    if form.validate_on_submit():
        said = SignOff(words=form.words.data)
        _carry_out(
            form, holder, lambda case: answers.counter(case, actor=holder.actor, wants_meeting=True, sign_off=said)
        )
        return _back(gettext("You asked to meet. We will write to you here about when and where."), holder)
    return _page("public/ask_to_meet.html", form, holder)


@bp.route("/case/refuse", methods=["GET", "POST"])
@with_case
def refuse_proposal(holder: Holder) -> ResponseReturnValue:
    form = _about_proposal(RefuseForm(), holder)
    if form.validate_on_submit():
        panel, said = form.panel.data == YES, SignOff(words=form.words.data)
        _carry_out(
            form, holder, lambda case: answers.refuse(case, actor=holder.actor, wants_panel=panel, sign_off=said)
        )
        if panel:
            return _back(gettext("You refused. A panel of people who had no part in it looks at it again."), holder)
        return _back(gettext("You refused, and your concern is closed. You can still appeal."), holder)
    return _page("public/refuse_proposal.html", form, holder)


@bp.route("/case/remedies/<uuid:remedy_id>", methods=["GET", "POST"])
@with_case
def confirm_remedy(holder: Holder, remedy_id: uuid.UUID) -> ResponseReturnValue:
    form = prepared(ConfirmForm(), holder)
    if form.validate_on_submit():
        good, said = form.confirmed.data == YES, SignOff(words=form.words.data)
        _carry_out(
            form,
            holder,
            lambda case: answers.confirm_remedy(case, remedy_id, confirmed=good, actor=holder.actor, sign_off=said),
        )
        if good:
            return _back(gettext("Thank you. We have noted that it is put right."), holder)
        return _back(gettext("Thank you. We have noted that it is not put right. It is our turn again."), holder)
    own = own_case.page(holder.actor)
    remedy = next((one for one in own.to_confirm if one.id == remedy_id), None)
    if remedy is None:
        raise Refused(Refusal("nothing_to_confirm"))
    return _page("public/confirm_remedy.html", form, holder, remedy=remedy)


@bp.route("/case/withdraw", methods=["GET", "POST"])
@with_case
def withdraw(holder: Holder) -> ResponseReturnValue:
    form = prepared(WithdrawForm(), holder)
    if form.validate_on_submit():
        pressured = {"yes": True, "no": False}.get(form.pressured.data or "")
        words = form.words.data
        _carry_out(
            form, holder, lambda case: answers.withdraw(case, actor=holder.actor, words=words, pressured=pressured)
        )
        return _back(gettext("We have stopped. You can open it again at any time with your code."), holder)
    return _page("public/withdraw.html", form, holder)


@bp.route("/case/appeal", methods=["GET", "POST"])
@with_case
def appeal(holder: Holder) -> ResponseReturnValue:
    form = prepared(AppealForm(), holder)
    own = own_case.facts(holder.actor)
    speak_in(own.site.time_zone)
    until = circumstances.appeal_until(own)
    is_late = until is not None and clock.utcnow() > until
    if form.validate_on_submit():
        try:
            _carry_out(
                form,
                holder,
                lambda case: appeals.appeal(
                    case, form.words.data, actor=holder.actor, late_reason=form.late_reason.data
                ),
            )
        except Refused as refused:
            if refused.refusal.code != "late_appeal_needs_reason":
                raise
            form.late_reason.errors = [gettext("Tell us why you come now. Then the panel looks at it all the same.")]
        else:
            return _back(gettext("You appealed. A panel of people who had no part in it looks at it again."), holder)
    return _page("public/appeal.html", form, holder, until=until, is_late=is_late)


@bp.route("/case/reopen", methods=["GET", "POST"])
@with_case
def reopen(holder: Holder) -> ResponseReturnValue:
    form = prepared(ReopenForm(), holder)
    if form.validate_on_submit():
        reason = form.reason.data
        _carry_out(form, holder, lambda case: appeals.reopen(case, reason, actor=holder.actor))
        return _back(gettext("Your concern is open again. It is our turn."), holder)
    return _page("public/reopen.html", form, holder)


def _about_proposal(form: ProposalForm, holder: Holder) -> ProposalForm:
    """Bind a fresh form to the proposal that lies with the person now.

    Raises:
        Refused: none does.
    """
    prepared(form, holder)
    if not form.is_submitted():
        offer = own_case.latest_proposal(holder.case_id)
        if offer is None or not own_case.facts(holder.actor).their_turn:
            raise Refused(Refusal("nothing_to_answer"))
        form.proposal.data = str(offer.id)
    return form


def _carry_out(form: OwnCaseForm, holder: Holder, act: Callable[[Case], object]) -> None:
    """Do it once, however often the form arrives; an answer only to the proposal that was on the page."""
    with unit_of_work():
        case = cases.lock_of_person(holder.case_id)
        if not sent_forms.is_first(case.id, token_of(form)):
            return
        if isinstance(form, ProposalForm):
            offer = own_case.latest_proposal(case.id)
            if offer is None or str(offer.id) != form.proposal.data:
                raise Refused(Refusal("another_proposal"))
        act(case)


def _back(happened: str, holder: Holder) -> ResponseReturnValue:
    """Go back to the case with what happened and when something happens next."""
    own = own_case.facts(holder.actor)
    speak_in(own.site.time_zone)
    if own.next_due_at is not None and own.stage is not Stage.CLOSED:
        happened = gettext(
            "%(happened)s What comes next is due by %(day)s.", happened=happened, day=day(own.next_due_at)
        )
    flash(happened, "success")
    return redirect(url_for("public.show_case"), 303)


def _page(template: str, form: OwnCaseForm, holder: Holder, **values: object) -> ResponseReturnValue:
    own = own_case.facts(holder.actor)
    speak_in(own.site.time_zone)
    offer = own_case.latest_proposal(holder.case_id) if isinstance(form, ProposalForm) else None
    page = render_template(template, form=form, reference=own.reference, offer=offer, **values)
    return page, 422 if form.errors else 200
