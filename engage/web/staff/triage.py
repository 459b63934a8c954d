"""Triage: confirm, assess, assign, send to a site, change the kind, restrict, screen out by two people."""

import uuid

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.case import Kind
from engage.domain.policy import Role
from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.domain.triage import Complexity, Danger
from engage.models import Case
from engage.queries import case_parts
from engage.queries.case_page import CasePage
from engage.services import converting, triage
from engage.services.answers import PORTAL, SignOff
from engage.services.assessing import Assessment
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.resolution_forms import RecordConversionForm
from engage.web.staff.triage_forms import (
    REFUSAL_CHOICES,
    AcknowledgeForm,
    ApproveScreenOutForm,
    AskToConvertForm,
    AssessForm,
    AssignForm,
    ConvertForm,
    RestrictForm,
    RouteForm,
    ScreenOutForm,
)


@bp.route("/cases/<reference>/acknowledge", methods=["GET", "POST"])
def acknowledge_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AcknowledgeForm()
    return act(
        page,
        form,
        lambda case: triage.acknowledge(case, actor=me(), how=form.how.data),
        done=gettext("Receipt is confirmed. Next: assess how serious it is."),
        lead=gettext("The person is told what happens next and when, how to appeal, and where else they can turn."),
    )


@bp.route("/cases/<reference>/assess", methods=["GET", "POST"])
def assess_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AssessForm()
    severity = offered.rules(page).severity
    form.category.choices = [offered.nothing(), *offered.categories(page)]
    form.facts.choices = choices([(fact.code, gettext(fact.label)) for fact in severity.facts])
    form.actual.choices = form.potential.choices = offered.levels(page)
    form.danger.choices = offered.labelled("danger", Danger)
    form.complexity.choices = offered.labelled("complexity", Complexity)
    form.retaliation_likelihood.choices = offered.labelled("likelihood", Likelihood)
    form.retaliation_severity.choices = offered.labelled("harm", Harm)
    form.support.choices = offered.terms(page, "support_needs")
    if not form.is_submitted():
        form.title.data = page.read(page.case.statement.title)
        form.community.data = page.case.statement.community
        form.category.data = page.case.category
    return act(
        page,
        form,
        lambda case: triage.assess(case, _assessment(form), actor=me()),
        done=gettext("It is assessed, and every date was set by its level. Next: give it to somebody."),
        template="staff/assess_case.html",
        severity=severity,
    )


def _assessment(form: AssessForm) -> Assessment:
    category, _, subcategory = form.category.data.partition(".")
    return Assessment(
        category=category,
        subcategory=subcategory or None,
        actual=Level(int(form.actual.data)),
        potential=Level(int(form.potential.data)),
        facts=frozenset(form.facts.data or ()),
        danger=Danger(form.danger.data),
        complexity=Complexity(form.complexity.data),
        likelihood=Likelihood(form.retaliation_likelihood.data),
        harm=Harm(form.retaliation_severity.data),
        measures=form.measures.data,
        support=frozenset(form.support.data or ()),
        title=form.title.data,
        community=form.community.data,
        immediate_action=form.immediate_action.data,
        immediate_possible=not form.nothing_possible.data,
    )


@bp.route("/cases/<reference>/assign", methods=["GET", "POST"])
def assign_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AssignForm()
    form.assignee.choices = offered.people(
        page.case, Role.OFFICER, Role.COORDINATOR, Role.APPROVER, Role.FOCAL, Role.LIAISON
    )
    form.assignee.choices += offered.kept_out(page.case, form.assignee.data)
    if not form.is_submitted() and page.case.assignee_id:
        form.assignee.data = str(page.case.assignee_id)
    return act(
        page,
        form,
        lambda case: triage.assign(case, uuid.UUID(form.assignee.data), actor=me()),
        done=gettext("The case has somebody now, and they are told."),
    )


@bp.route("/cases/<reference>/route", methods=["GET", "POST"])
def route_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RouteForm()
    form.site.choices = choices([(str(site_id), name) for site_id, name in case_parts.open_sites()])
    return act(
        page,
        form,
        lambda case: triage.route(case, uuid.UUID(form.site.data), actor=me()),
        done=gettext("The case is at its site now. Its dates still count from the day we received it."),
    )


@bp.route("/cases/<reference>/convert", methods=["GET", "POST"])
def convert_case(reference: str) -> ResponseReturnValue:
    page = opened(reference)
    if page.case.kind is Kind.GRIEVANCE:
        return _ask_to_convert(page)
    form = ConvertForm()
    form.kind.choices = offered.labelled("kind", [kind.value for kind in Kind if kind is not page.case.kind])
    return act(
        page,
        form,
        lambda case: triage.convert(case, Kind(form.kind.data), actor=me()),
        done=gettext("The kind is changed. What we promise for it counts from the day we received it."),
    )


def _ask_to_convert(page: CasePage) -> ResponseReturnValue:
    form = AskToConvertForm()
    form.kind.choices = offered.labelled("kind", [kind.value for kind in Kind if kind is not Kind.GRIEVANCE])
    return act(
        page,
        form,
        lambda case: converting.ask(case, Kind(form.kind.data), form.explanation.data, actor=me()),
        done=gettext("The person is asked. It stays a grievance until they say yes."),
        lead=gettext("A grievance becomes something else only when the person agrees. They are asked on their page."),
    )


@bp.route("/cases/<reference>/record-conversion", methods=["GET", "POST"])
def record_conversion_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RecordConversionForm()
    form.sign_off.choices = [one for one in offered.terms(page, "signoff_modes") if one.value != PORTAL]

    def answer(case: Case) -> None:
        said = SignOff(form.sign_off.data, bool(form.read_back.data), form.said.data)
        converting.answer(case, agreed=form.agreed.data == "yes", actor=me(), sign_off=said)

    return act(page, form, answer, done=gettext("What the person said is recorded."))


@bp.route("/cases/<reference>/restrict", methods=["GET", "POST"])
def restrict_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RestrictForm()
    return act(
        page,
        form,
        lambda case: triage.restrict(case, form.reason.data, actor=me()),
        done=gettext("The case is with the focal point now. Nobody else can see it any more."),
        needs_version=False,
        lead=gettext(
            "From this moment only the focal point sees this case. It leaves every list, search and notice, and you "
            "can no longer open it. There is no way back on this page."
        ),
    )


@bp.route("/cases/<reference>/screen-out", methods=["GET", "POST"])
def screen_out_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ScreenOutForm()
    form.reason.choices = offered.terms(page, "screening_out_reasons")

    def ask(case: Case) -> None:
        triage.ask_screen_out(case, form.reason.data, form.explanation.data, form.referral.data, actor=me())

    return act(
        page,
        form,
        ask,
        done=gettext("You asked for it. A second person has to decide before anything is closed."),
        lead=gettext(
            "A concern is never turned away for lack of proof, or because it seems small. A second person decides; "
            "the person gets your words and can appeal."
        ),
    )


@bp.route("/cases/<reference>/approve-screen-out", methods=["GET", "POST"])
def approve_screen_out_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ApproveScreenOutForm()
    if page.case.kind.takes_short_road:
        form.decision.choices = choices(REFUSAL_CHOICES)
    return act(
        page,
        form,
        lambda case: triage.decide_screen_out(case, approve=form.decision.data == "yes", actor=me()),
        done=gettext("Your decision is recorded."),
        template="staff/approve_screen_out_case.html",
    )
