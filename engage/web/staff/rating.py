"""What is judged again after triage: how serious a case is, by two people when lower; what the person risks; items."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue

from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.services import arrangements, ratings, risks
from engage.services.assessing import Rerating
from engage.web.locale import gettext
from engage.web.staff import offered, triage_story
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.rating_forms import (
    ApproveRatingForm,
    AskForSupportForm,
    FinishItemForm,
    RateForm,
    RetaliationForm,
)


@bp.route("/cases/<reference>/rate", methods=["GET", "POST"])
def rate_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RateForm()
    severity = offered.rules(page).severity
    form.facts.choices = choices([(fact.code, gettext(fact.label)) for fact in severity.facts])
    form.actual.choices = form.potential.choices = offered.levels(page)
    if not form.is_submitted():
        form.actual.data, form.potential.data = str(page.case.level_actual), str(page.case.level_potential)
        form.facts.data = list(page.case.fact_codes)
    return act(
        page,
        form,
        lambda case: ratings.rate_again(case, _rerating(form), actor=me()),
        done=gettext("It is recorded. A lower level only counts once a second person agrees."),
        template="staff/rate_case.html",
        severity=severity,
    )


def _rerating(form: RateForm) -> Rerating:
    return Rerating(
        phase=form.phase.data,
        actual=Level(int(form.actual.data)),
        potential=Level(int(form.potential.data)),
        facts=frozenset(form.facts.data or ()),
        why=form.why.data,
        immediate_action=form.immediate_action.data,
        immediate_possible=not form.nothing_possible.data,
    )


@bp.route("/cases/<reference>/approve-rating", methods=["GET", "POST"])
def approve_rating_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ApproveRatingForm()
    return act(
        page,
        form,
        lambda case: ratings.decide_downgrade(case, approve=form.decision.data == "yes", actor=me()),
        done=gettext("Your decision is recorded."),
        template="staff/approve_rating_case.html",
        asked=page.triage.rating_asked,
        facts={fact.code: gettext(fact.label) for fact in offered.rules(page).severity.facts},
    )


@bp.route("/cases/<reference>/assess-retaliation", methods=["GET", "POST"])
def assess_retaliation_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RetaliationForm()
    form.retaliation_likelihood.choices = offered.labelled("likelihood", Likelihood)
    form.retaliation_severity.choices = offered.labelled("harm", Harm)

    return act(
        page,
        form,
        lambda case: risks.look(
            case,
            Likelihood(form.retaliation_likelihood.data),
            Harm(form.retaliation_severity.data),
            form.measures.data,
            actor=me(),
        ),
        done=gettext("What the person risks was looked at."),
        lead=gettext(
            "Ask the person, if you can reach them safely. At medium or more it is asked again at every stage."
        ),
    )


@bp.route("/cases/<reference>/ask-for-support", methods=["GET", "POST"])
def ask_for_support_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AskForSupportForm()
    form.need.choices = offered.terms(page, "support_needs")
    return act(
        page,
        form,
        lambda case: arrangements.ask_for(case, form.need.data, actor=me()),
        done=gettext("It is on the list. It has to be arranged before a meeting."),
        needs_version=False,
    )


@bp.route("/cases/<reference>/items/<uuid:item_id>", methods=["GET", "POST"])
def finish_item_case(reference: str, item_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), FinishItemForm()
    row = next((row for row in page.triage.items if row.id == item_id), None)
    if row is None:
        abort(404)
    return act(
        page,
        form,
        lambda case: arrangements.finish(case, item_id, form.account.data, actor=me()),
        done=gettext("It is off the list."),
        needs_version=False,
        lead=triage_story.item(row.code),
    )
