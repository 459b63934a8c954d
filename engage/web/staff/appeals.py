"""Second and third tier: an appeal taken down, the panel, its decision, an outside body, and opening again."""

import uuid
from collections.abc import Mapping

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from engage.domain.guards import Refusal
from engage.domain.outside import independent
from engage.models import Case
from engage.queries import case_parts, outside_parts
from engage.services import appeals
from engage.services.appeals import OUTCOMES
from engage.web import labels
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.appeal_forms import (
    OTHER,
    AppealForm,
    DecideForm,
    ReferForm,
    ReopenForm,
    ReportForm,
    SeatPanelForm,
)
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices

_MOST_NAMES = 10  # ours: enough to choose from, and short enough to read


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
        lead=None if free else _nobody_is_free(page.case),
    )


def _nobody_is_free(case: Case) -> str:
    """What has to change so that a panel can be named, and for whom."""
    why = labels.refusal(Refusal("nobody_free_for_panel"))
    names = [name for _, name in case_parts.names_of(appeals.could_join_panel(case))][:_MOST_NAMES]
    if not names:
        return why
    return f"{why} {gettext('It could be one of: %(names)s.', names=gettext(', ').join(names))}"


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
    bodies = independent(outside_parts.directory(page.case.site_id))
    form.listed.choices = [
        *(SelectChoice(row["name"], _body_in_words(row)) for row in bodies),
        SelectChoice(OTHER, gettext("Another body")),
    ]
    return act(
        page,
        form,
        lambda case: appeals.refer(case, form.body, form.terms, actor=me()),
        done=gettext("The case is with a body outside the company now."),
        lead=gettext(
            "While it looks at the case, nothing of ours falls due. Tell the person how it goes all the same."
        ),
    )


def _body_in_words(row: Mapping[str, str]) -> str:
    """What the list says of a body: its name, what it is for, and what it costs."""
    costs = gettext("costs: %(costs)s", costs=row["costs"]) if row.get("costs") else None
    return " · ".join(filter(None, [row["name"], row.get("what_for"), costs]))


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
