"""Writing a proposal."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.guards import quoted
from engage.domain.policy import Role
from engage.models import Case, Proposal
from engage.queries.case_page import CasePage
from engage.services import findings, proposals, wording
from engage.services.findings import Offer
from engage.web import money
from engage.web.filters import local
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.proposal_forms import ProposeForm

_OWNERS = (Role.OFFICER, Role.COORDINATOR, Role.APPROVER, Role.FOCAL, Role.LIAISON)


@bp.route("/cases/<reference>/propose", methods=["GET", "POST"])
def propose_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ProposeForm()
    _offer_lists(page, form)
    before = page.proposal
    if not form.is_submitted() and before is not None and (before.returned_at or before.answer):
        _fill_from(before, form)
    offer = _offer(page, form) if form.validate_on_submit() else None

    def propose(case: Case) -> None:
        if offer is not None:
            proposals.propose(case, offer, actor=me())

    words = wording.found(*offer.told) if offer else wording.Found()
    approval = bool(proposals.roles_to_approve(page.case))
    if words.phrases:
        done = gettext("These words need another look first: %(words)s.", words=quoted(words.phrases))
    else:
        done = gettext("The proposal waits for approval.") if approval else gettext("The proposal is with the person.")
    return act(
        page,
        form,
        propose,
        done=done,
        template="staff/propose_case.html",
        approval=approval,
    )


def _offer_lists(page: CasePage, form: ProposeForm) -> None:
    form.finding.choices = offered.terms(page, "findings")
    form.involvement.choices = offered.terms(page, "involvement")
    causes = [offered.nothing(), *offered.terms(page, "root_causes")]
    form.root_cause.choices = form.second_cause.choices = form.third_cause.choices = causes
    form.close_type.choices = offered.terms(page, "close_types", findings.closes_by_answer(page.case))
    kinds = [offered.nothing(), *offered.terms(page, "remedies")]
    owners = [offered.nothing(), *offered.people(page.case, *_OWNERS)]
    currency = findings.currency_of(page.case.site.country)
    for line in form.lines:
        line.form.type_code.choices, line.form.owner.choices = kinds, owners
        if not form.is_submitted():
            line.form.currency.data = currency


def _fill_from(before: Proposal, form: ProposeForm) -> None:
    """What was sent back, or has to be changed, is not typed again."""
    for name in (
        "shared_findings",
        "internal_findings",
        "finding",
        "why_not_investigated",
        "involvement",
        "close_type",
    ):
        form[name].data = getattr(before, name)
    for field, cause in zip((form.root_cause, form.second_cause, form.third_cause), before.causes, strict=False):
        field.data = cause
    for line, remedy in zip(form.lines, before.remedies, strict=False):
        line.form.type_code.data, line.form.words.data = remedy.type_code, remedy.words
        line.form.owner.data = str(remedy.owner_id) if remedy.owner_id else ""
        line.form.due_on.data = local(remedy.due_at).date() if remedy.due_at > clock.utcnow() else None
        if remedy.money is not None:
            line.form.amount.data, line.form.currency.data = money.written_amount(remedy.money), remedy.money.currency


def _offer(page: CasePage, form: ProposeForm) -> Offer:
    time_zone = page.case.site.time_zone
    return Offer(
        shared_findings=form.shared_findings.data,
        internal_findings=form.internal_findings.data,
        finding=form.finding.data,
        why_not_investigated=form.why_not_investigated.data if form.finding.data == findings.NOT_INVESTIGATED else None,
        involvement=form.involvement.data,
        close_type=form.close_type.data,
        root_cause=form.root_cause.data,
        further_causes=form.further_causes,
        lines=[line.form.line(time_zone) for line in form.lines if not line.form.is_empty],
    )
