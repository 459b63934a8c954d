"""Deciding on a proposal before the person gets it."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.guards import RIGHTS
from engage.models import Case
from engage.services import proposals, wording
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.resolution_forms import ApproveProposalForm


@bp.route("/cases/<reference>/approve-proposal", methods=["GET", "POST"])
def approve_proposal_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ApproveProposalForm()
    form.checks.choices = offered.labelled("right", RIGHTS)
    phrases = wording.found_in_proposal(page.draft).phrases if page.draft else ()
    why_no_waiver = form.why_no_waiver.data
    if not phrases:
        del form.why_no_waiver

    def decide(case: Case) -> None:
        if form.decision.data == "approve":
            proposals.approve_proposal(case, form.checks.data or (), actor=me(), why_no_waiver=why_no_waiver)
        else:
            proposals.return_proposal(case, form.reason.data, actor=me())

    return act(
        page,
        form,
        decide,
        done=gettext("Your decision on the proposal is recorded."),
        template="staff/approve_proposal_case.html",
        phrases=phrases,
    )
