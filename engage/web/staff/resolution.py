"""Finding out and proposing: investigation, talks, proposals and their approval."""

import uuid

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.guards import RIGHTS
from engage.domain.policy import Role
from engage.models import Case
from engage.queries.case_page import CasePage
from engage.services import conversation, proposals
from engage.services.proposals import Line, Offer
from engage.web.filters import local
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.resolution_forms import (
    ApproveProposalForm,
    ConsultForm,
    InvestigateForm,
    ProposeForm,
    end_of,
)


@bp.route("/cases/<reference>/investigate", methods=["GET", "POST"])
def investigate_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), InvestigateForm()
    return act(
        page,
        form,
        lambda case: proposals.investigate(case, actor=me()),
        done=gettext("The investigation has begun. Next: talk with the person, and establish the facts with them."),
        lead=gettext("The person sees that the facts are being looked into."),
    )


@bp.route("/cases/<reference>/consult", methods=["GET", "POST"])
def consult_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ConsultForm()
    form.channel.choices = [offered.nothing(), *offered.terms(page, "channels", offered.WAYS_TO_REACH)]

    def note_down(case: Case) -> None:
        reached = form.outcome.data == "held"
        conversation.log_attempt(case, form.channel.data, reached=reached, actor=me())
        proposals.consult(case, form.account.data, held=reached, without=without, actor=me())

    without = form.without.data
    if not page.triage.open_items:
        del form.without
    return act(page, form, note_down, done=gettext("It is written down."), needs_version=False)


@bp.route("/cases/<reference>/propose", methods=["GET", "POST"])
def propose_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ProposeForm()
    _offer_lists(page, form)
    offer = _offer(page, form) if form.validate_on_submit() else None

    def propose(case: Case) -> None:
        if offer is not None:
            proposals.propose(case, offer, actor=me())

    approval = bool(proposals.roles_to_approve(page.case))
    return act(
        page,
        form,
        propose,
        done=gettext("The proposal waits for approval.") if approval else gettext("The proposal is with the person."),
        template="staff/propose_case.html",
        approval=approval,
    )


def _offer_lists(page: CasePage, form: ProposeForm) -> None:
    form.finding.choices = offered.terms(page, "findings")
    form.root_cause.choices = [offered.nothing(), *offered.terms(page, "root_causes")]
    form.close_type.choices = offered.terms(page, "close_types", proposals.closes_by_answer(page.case))
    kinds = [offered.nothing(), *offered.terms(page, "remedies")]
    owners = [
        offered.nothing(),
        *offered.people(page.case, Role.OFFICER, Role.COORDINATOR, Role.APPROVER, Role.FOCAL, Role.LIAISON),
    ]
    for line in form.lines:
        line.form.type_code.choices = kinds
        line.form.owner.choices = owners
    before = page.proposal
    if not form.is_submitted() and before is not None and (before.returned_at or before.answer):
        # What was sent back, or has to be changed, is not typed again.
        form.shared_findings.data = before.shared_findings
        form.internal_findings.data = before.internal_findings
        form.finding.data, form.root_cause.data = before.finding, before.root_cause
        form.close_type.data = before.close_type
        for line, remedy in zip(form.lines, before.remedies, strict=False):
            line.form.type_code.data, line.form.words.data = remedy.type_code, remedy.words
            line.form.owner.data = str(remedy.owner_id) if remedy.owner_id else ""
            line.form.due_on.data = local(remedy.due_at).date() if remedy.due_at > clock.utcnow() else None


def _offer(page: CasePage, form: ProposeForm) -> Offer:
    time_zone = page.case.site.time_zone
    return Offer(
        shared_findings=form.shared_findings.data,
        internal_findings=form.internal_findings.data,
        finding=form.finding.data,
        close_type=form.close_type.data,
        root_cause=form.root_cause.data,
        lines=[
            Line(
                line.form.type_code.data,
                line.form.words.data,
                end_of(line.form.due_on.data, time_zone),
                uuid.UUID(line.form.owner.data) if line.form.owner.data else None,
            )
            for line in form.lines
            if not line.form.is_empty
        ],
    )


@bp.route("/cases/<reference>/approve-proposal", methods=["GET", "POST"])
def approve_proposal_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ApproveProposalForm()
    form.checks.choices = offered.labelled("right", RIGHTS)

    def decide(case: Case) -> None:
        if form.decision.data == "approve":
            proposals.approve_proposal(case, form.checks.data or (), actor=me())
        else:
            proposals.return_proposal(case, form.reason.data, actor=me())

    return act(
        page,
        form,
        decide,
        done=gettext("Your decision on the proposal is recorded."),
        template="staff/approve_proposal_case.html",
    )
