"""Finding out: the investigation begun with a plan, the plan changed, talks with the person."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.models import Case
from engage.services import conversation, investigation, proposals
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.investigation_forms import InvestigateForm, PlanForm
from engage.web.staff.resolution_forms import ConsultForm


@bp.route("/cases/<reference>/investigate", methods=["GET", "POST"])
def investigate_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), InvestigateForm()
    time_zone = page.case.site.time_zone
    return act(
        page,
        form,
        lambda case: investigation.investigate(case, form.plan(time_zone), actor=me()),
        done=gettext("The investigation has begun. Next: talk with the person, and establish the facts with them."),
        lead=gettext(
            "The person sees that the facts are being looked into. Only staff read the plan; it can be changed later."
        ),
    )


@bp.route("/cases/<reference>/plan", methods=["GET", "POST"])
def plan_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), PlanForm()
    time_zone = page.case.site.time_zone
    if not page.plans:  # it began before there were plans: this one is the first
        del form.why
    elif not form.is_submitted():
        form.fill_from(page.plans[0], clock.utcnow())
    why = form.why.data if page.plans else None
    return act(
        page,
        form,
        lambda case: investigation.plan_anew(case, form.plan(time_zone), why=why, actor=me()),
        done=gettext("The plan is changed. The one before can still be read on the case."),
        lead=gettext("Only staff read the plan. The one before stays to be read."),
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
