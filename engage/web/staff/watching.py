"""Watching a case that somebody else works on, and stopping to."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms import HiddenField

from engage.models import Case
from engage.services import watching
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import StaffForm


class WatchForm(StaffForm):
    """A button alone. It says what it does, so that a second click does not undo the first."""

    stops = HiddenField()


@bp.route("/cases/<reference>/watch", methods=["GET", "POST"])
def watch_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), WatchForm()
    if not form.is_submitted():
        form.stops.data = "yes" if watching.watches(page.case, me()) else ""
    stops = bool(form.stops.data)

    def turn(case: Case) -> None:
        (watching.stop if stops else watching.watch)(case, actor=me())

    return act(
        page,
        form,
        turn,
        done=gettext("You watch this case no longer.") if stops else gettext("You watch this case now."),
        needs_version=False,
        lead=gettext("You watch this case: you are told when something happens to it.")
        if stops
        else gettext("You are told when something happens to it, as long as you may see it."),
        button=gettext("Stop watching") if stops else gettext("Watch this case"),
    )
