"""Bodies outside: that one has the same matter, and handing a matter over until it is taken."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue

from engage.domain.outside import PROCEEDINGS, Basis, ReferralKind
from engage.models import Case
from engage.services import proceedings, referrals
from engage.web.locale import gettext
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.outside_forms import EndProceedingForm, HandOverForm, RecordProceedingForm, SettleReferralForm


@bp.route("/cases/<reference>/record-proceeding", methods=["GET", "POST"])
def record_proceeding_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RecordProceedingForm()
    form.kind.choices = offered.labelled("proceeding", PROCEEDINGS)
    return act(
        page,
        form,
        lambda case: proceedings.record_proceeding(case, form.seen, actor=me()),
        done=gettext("It is recorded, and the person sees it. The case goes on as before."),
        needs_version=False,
        lead=gettext("This closes nothing and stops no clock. What we owe the person, we still owe."),
    )


@bp.route("/cases/<reference>/proceedings/<uuid:proceeding_id>/end", methods=["GET", "POST"])
def end_proceeding_case(reference: str, proceeding_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), EndProceedingForm()
    row = next((one for one in page.outside.proceedings if one.id == proceeding_id), None)
    if row is None:
        abort(404)
    return act(
        page,
        form,
        lambda case: proceedings.end_proceeding(case, proceeding_id, form.outcome.data, actor=me()),
        done=gettext("It is recorded, and the person sees it. The case goes on as before."),
        needs_version=False,
        lead=page.read(row.body),
    )


@bp.route("/cases/<reference>/hand-over", methods=["GET", "POST"])
def hand_over_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), HandOverForm()
    form.kind.choices = offered.labelled("referral_kind", list(ReferralKind))
    form.basis.choices = offered.labelled("basis", list(Basis))

    def hand_over(case: Case) -> None:
        reminder = gettext("Ask %(place)s if they take what was handed over.", place=form.to_whom.data)
        referrals.hand_over(case, form.matter, actor=me(), reminder=reminder)

    return act(
        page,
        form,
        hand_over,
        done=gettext("It is recorded under your name, and the person is told. Now bring it there yourself."),
        lead=gettext(
            "You decide this, not the service: nothing is sent anywhere. The case stays here and goes on. What a "
            "worker says of the land, the water or the village stays here in any case."
        ),
    )


@bp.route("/cases/<reference>/referrals/<uuid:referral_id>/settle", methods=["GET", "POST"])
def settle_referral_case(reference: str, referral_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), SettleReferralForm()
    row = next((one for one in page.outside.referrals if one.id == referral_id), None)
    if row is None:
        abort(404)

    def settle(case: Case) -> None:
        referrals.settle(case, referral_id, accepted=form.taken.data == "yes", words=form.how.data, actor=me())

    return act(
        page,
        form,
        settle,
        done=gettext("It is recorded, and the person is told."),
        needs_version=False,
        lead=page.read(row.to_whom),
    )
