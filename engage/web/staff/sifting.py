"""Looking through what seems to have been sent by a program: many at a time, or one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from engage import clock
from engage.domain.policy import GRANTS, NotAllowed, Permission
from engage.models import Case
from engage.queries import flagged
from engage.services import sifting
from engage.unit_of_work import unit_of_work
from engage.web.staff import form_fields as fields
from engage.web.staff.acting import act, limits, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import StaffForm, choices

NOISE = "noise"


class SiftForm(StaffForm):
    verdict = fields.choose(
        _l("What do you find?"),
        choices(
            [
                ("real", _l("A concern. It goes on like any other")),
                (NOISE, _l("Noise. The sender gets an answer, and it is counted")),
            ]
        ),
        needed=_l("Say what you find"),
    )
    words = fields.words(
        _l("What the sender is told, if it is noise"),
        hint=_l("They can write back with their code. Then somebody looks again."),
    )

    @property
    def noise(self) -> str | None:
        """The words for the sender of noise, None where it is none."""
        return str(self.words.data or "") if self.verdict.data == NOISE else None


class SiftManyForm(SiftForm):
    cases = fields.several(_l("Which of them?"), needed=_l("Tick at least one"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the form is whole; words are needed for noise alone."""
        is_whole = bool(super().validate(extra_validators))
        if self.noise is None or self.noise.strip():
            return is_whole
        self.words.errors = [gettext("Write what the sender is told")]
        return False


def _usual_answer() -> str:
    return gettext(
        "We got many messages that looked alike, or as if a program had sent them. We found no concern in this one. "
        "If you meant one, write to us here in your own words. Then we look again."
    )


@bp.route("/flagged", methods=["GET", "POST"])
def list_flagged() -> ResponseReturnValue:
    if not me().holds(*GRANTS[Permission.SIFT]):
        raise NotAllowed("list_flagged")
    form, found = SiftManyForm(), flagged.to_sift(me(), clock.utcnow())
    # What somebody else has looked through meanwhile may still be ticked on this page.
    offered = {row["reference"] for row in found.rows} | set(request.form.getlist("cases"))
    form.cases.choices = choices([(one, one) for one in sorted(offered)])
    if form.validate_on_submit():
        return _sift(form)
    if not form.is_submitted():
        form.words.data, form.version.data = _usual_answer(), 0  # no case stands behind it: only its token counts
    elif not found.rows:  # nothing is left of which anything could be said
        return redirect(url_for("staff.list_flagged"), 303)
    shown = {"form": form, "found": found, "limits": limits()}
    return render_template("staff/list_flagged.html", **shown), 422 if form.errors else 200


def _sift(form: SiftManyForm) -> ResponseReturnValue:
    with unit_of_work():
        count = sifting.take_all(form.cases.data, form.noise, actor=me())
    if form.noise is None:
        done = ngettext("%(num)d goes on as a concern.", "%(num)d go on as concerns.", count)
    else:
        done = ngettext("%(num)d is noise. Its sender is told.", "%(num)d are noise. Their senders are told.", count)
    flash(done, "success")
    return redirect(url_for("staff.list_flagged"), 303)


@bp.route("/cases/<reference>/sift", methods=["GET", "POST"])
def sift_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), SiftForm()
    if not form.is_submitted():
        form.words.data = _usual_answer()

    def sift(case: Case) -> None:
        if form.noise is None:
            sifting.take_as_real(case, actor=me())
        else:
            sifting.take_as_noise(case, form.noise, actor=me())

    return act(page, form, sift, done=gettext("It is written down."))
