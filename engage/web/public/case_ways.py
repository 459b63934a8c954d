"""How and when the person is written to: first way, texts, quiet hours, language, a slip on the notice board."""

from dataclasses import replace
from datetime import time
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect
from wtforms import BooleanField, RadioField, SelectField

from engage.domain.reaching import Way
from engage.notify import gateways
from engage.queries import own_case
from engage.queries.own_case import Holder
from engage.services import cases, reaching, sent_forms
from engage.services.reaching import PreferenceRefused, Preferences, Problem
from engage.unit_of_work import unit_of_work
from engage.web.locale import offered
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import one_of
from engage.web.public.case_session import OwnCaseForm, prepared, token_of, with_case

PROBLEMS = {
    Problem.BOTH_ENDS: _l("Choose both hours, or none."),
    Problem.UNKNOWN_ZONE: _l("Choose a place from the list."),
}
OF_TEXTS = ("may_text", "shares_phone")  # what is asked where texts leave
# What means nothing to who left us no way to reach them.
OF_WRITING = ("first_way", "may_text", "shares_phone", "quiet_from", "quiet_until", "time_zone")
HOURS = [f"{hour:02}:00" for hour in range(24)]


class WaysForm(OwnCaseForm):
    first_way = RadioField(
        _l("How do we reach you first?"),
        description=_l("If it does not work, we try the next way that you left us."),
        widget=GovRadioInput(),
        choices=one_of(
            ("", _l("Whichever way works")),
            (Way.EMAIL.value, _l("By e-mail")),
            (Way.SMS.value, _l("By text message")),
            (Way.CALL.value, _l("Call me, or come to me")),
            (Way.LETTER.value, _l("By letter")),
        ),
        default="",
    )
    may_text = BooleanField(_l("You may send text messages to my phone"), widget=GovCheckboxInput())
    shares_phone = BooleanField(
        _l("Other people read my phone"),
        widget=GovCheckboxInput(),
    )
    quiet_from = SelectField(_l("Write nothing from"), widget=GovSelect(), default="")
    quiet_until = SelectField(_l("Until"), widget=GovSelect(), default="")
    time_zone = SelectField(
        _l("Which clock do you use?"),
        description=_l("Choose a place only if you live far from the mine."),
        widget=GovSelect(),
        default="",
    )
    language = SelectField(_l("In which language do we write to you?"), widget=GovSelect())
    on_board = BooleanField(
        _l("When there is news, a slip with the name of my concern, like BOR-26-7K3QX, may hang on the notice board"),
        widget=GovCheckboxInput(),
    )


@bp.route("/case/ways", methods=["GET", "POST"])
@with_case
def choose_ways(holder: Holder) -> ResponseReturnValue:
    case, form = own_case.facts(holder.actor), prepared(WaysForm(), holder)
    now = reaching.of(case.id)
    _offer(form, case.locale)
    if not form.is_submitted():
        _fill(form, now, case.locale)
    can_write = reaching.can_write(case)
    for name in _not_asked(can_write=can_write, texts_leave=gateways.is_there()):
        del form[name]
    if form.validate_on_submit():
        try:
            _choose(form, holder)
        except PreferenceRefused as refused:
            for name, problem in refused.problems.items():
                form[name].errors = [str(PROBLEMS[problem])]
        else:
            flash(_changed(can_write=can_write), "success")
            return redirect(url_for("public.show_case"), 303)
    shown = {"form": form, "texts_leave": gateways.is_there(), "can_write": can_write}
    return render_template("public/choose_ways.html", **shown), 422 if form.errors else 200


def _not_asked(*, can_write: bool, texts_leave: bool) -> tuple[str, ...]:
    if not can_write:
        return OF_WRITING
    return () if texts_leave else OF_TEXTS


def _changed(*, can_write: bool) -> str:
    if can_write:
        return gettext("Changed. We write to you so from now on.")
    return gettext("Changed. Come back here with your code: we cannot write to you.")


def _offer(form: WaysForm, locale: str) -> None:
    """The choices that come from elsewhere. Texts are offered where they can leave."""
    if not gateways.is_there():
        form.first_way.choices = [one for one in form.first_way.choices if one.value != Way.SMS]
    form.quiet_from.choices = form.quiet_until.choices = [("", gettext("No hour")), *((hour, hour) for hour in HOURS)]
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))
    form.time_zone.choices = [
        ("", gettext("The clock at the mine")),
        *((zone, zone.replace("_", " ")) for zone in zones),
    ]
    languages = [(item.code, item.name) for item in offered()]
    form.language.choices = languages if locale in dict(languages) else [(locale, locale), *languages]


def _fill(form: WaysForm, now: Preferences, locale: str) -> None:
    asked = {choice.value for choice in form.first_way.choices}
    form.first_way.data = now.first_way.value if now.first_way and now.first_way.value in asked else ""
    form.may_text.data, form.shares_phone.data, form.on_board.data = now.may_text, now.shares_phone, now.on_board
    form.quiet_from.data = now.quiet_from.strftime("%H:%M") if now.quiet_from else ""
    form.quiet_until.data = now.quiet_until.strftime("%H:%M") if now.quiet_until else ""
    form.time_zone.data, form.language.data = now.time_zone or "", locale


def _choose(form: WaysForm, holder: Holder) -> None:
    with unit_of_work():
        case = cases.lock_of_person(holder.case_id)
        if sent_forms.is_first(case.id, token_of(form)):
            chosen = _chosen(form, reaching.of(case.id))
            reaching.choose(case, chosen, actor=holder.actor, locale=form.language.data)


def _chosen(form: WaysForm, now: Preferences) -> Preferences:
    """What the form says; what it did not ask stays."""
    if "first_way" not in form:
        return replace(now, on_board=form.on_board.data)
    first_way = Way(form.first_way.data) if form.first_way.data else None
    if "may_text" in form:
        now = replace(now, may_text=form.may_text.data, shares_phone=form.shares_phone.data)
    elif now.first_way is Way.SMS:  # a choice that was not among them
        first_way = first_way or Way.SMS
    return replace(
        now,
        first_way=first_way,
        on_board=form.on_board.data,
        quiet_from=_hour(form.quiet_from.data),
        quiet_until=_hour(form.quiet_until.data),
        time_zone=form.time_zone.data or None,
    )


def _hour(text: str) -> time | None:
    return time.fromisoformat(text) if text else None
