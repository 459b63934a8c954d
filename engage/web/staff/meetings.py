"""Meetings written down: rounds of talks, and telling a group how its concern goes out."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.services import meetings
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.meeting_forms import ReportBackForm, TalksForm


@bp.route("/cases/<reference>/meet", methods=["GET", "POST"])
def meet_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), TalksForm()
    without = form.without.data
    if not page.triage.open_items:
        del form.without
    return act(
        page,
        form,
        lambda case: meetings.hold_talks(case, form.met(form.said.data), actor=me(), without=without),
        done=gettext("The meeting is recorded. Next: offer again, or wait for the answer."),
        needs_version=False,
    )


@bp.route("/cases/<reference>/report-back", methods=["GET", "POST"])
def report_back_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ReportBackForm()
    return act(
        page,
        form,
        lambda case: meetings.report_back(case, form.met(form.told.data), actor=me()),
        done=gettext("It is recorded that the group was told. The case can close once everything else is done."),
        needs_version=False,
        lead=gettext(
            "Tell everybody of the group, where they are, what was agreed and what was not. No agreement is secret."
        ),
    )
