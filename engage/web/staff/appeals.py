"""Second and third tier: an appeal taken down, the panel, its decision, an outside body, and opening again."""

import uuid

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.models import Case
from engage.queries import case_parts
from engage.services import appeals
from engage.services.appeals import OUTCOMES
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.appeal_forms import AppealForm, DecideForm, ReferForm, ReopenForm, ReportForm, SeatPanelForm
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices


@bp.route("/cases/<reference>/appeal", methods=["GET", "POST"])
def appeal_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AppealForm()
    return act(
        page,
        form,
        lambda case: appeals.appeal(case, form.words.data, actor=me(), late_reason=form.late_reason.data),
        done=gettext("The appeal is recorded. Next: name a panel of people who never touched the case."),
        lead=gettext("Only for a person who asked for it in words. They can also appeal on their case page."),
    )


@bp.route("/cases/<reference>/seat-panel", methods=["GET", "POST"])
def seat_panel_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), SeatPanelForm()
    free = case_parts.names_of(appeals.free_for_panel(page.case))
    form.members.choices = choices([(str(user), name) for user, name in free])
    picked = form.members.data or []
    for user in picked:
        form.members.choices += offered.kept_out(page.case, user)
    if not form.members.choices:
        picked = []
        del form.members  # nothing to choose from: a complaint would lead to a field that is not there
    return act(
        page,
        form,
        lambda case: appeals.seat_panel(case, [uuid.UUID(user) for user in picked], actor=me()),
        done=gettext("The panel is named, and its members are told."),
        lead=None
        if free
        else gettext("Nobody who could sit has stayed away from this case. Ask for another panel member."),
    )


@bp.route("/cases/<reference>/decide", methods=["GET", "POST"])
def decide_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), DecideForm()
    form.outcome.choices = offered.labelled("outcome", OUTCOMES)

    def decide(case: Case) -> None:
        to_proposal = form.then.data == "proposal"
        appeals.decide(case, form.outcome.data, form.reasons.data, actor=me(), to_proposal=to_proposal)

    return act(
        page,
        form,
        decide,
        done=gettext("The decision is with the person. They can still turn to a body outside the company."),
        template="staff/decide_case.html",
    )


@bp.route("/cases/<reference>/refer", methods=["GET", "POST"])
def refer_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ReferForm()

    def refer(case: Case) -> None:
        appeals.refer(case, form.body.data, form.terms.data, is_binding=form.is_binding.data, actor=me())

    return act(page, form, refer, done=gettext("The case is with a body outside the company now."))


@bp.route("/cases/<reference>/report", methods=["GET", "POST"])
def report_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ReportForm()
    form.outcome.choices = offered.labelled("review_outcome", OUTCOMES)

    def report(case: Case) -> None:
        to_proposal = form.then.data == "proposal"
        appeals.report(case, form.outcome.data, form.report.data, actor=me(), to_proposal=to_proposal)

    return act(page, form, report, done=gettext("The report is recorded, and the person is told."))


@bp.route("/cases/<reference>/reopen", methods=["GET", "POST"])
def reopen_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ReopenForm()
    return act(
        page,
        form,
        lambda case: appeals.reopen(case, form.reason.data, actor=me()),
        done=gettext("The case is open again. A new proposal is owed."),
    )
