"""The safe form of the restricted lane: help first, then what we promise, then four facts and one button."""

from dataclasses import replace

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from engage.domain import receipts
from engage.domain.case import Road
from engage.domain.lane import AgeGroup, Involved, Served, Sex
from engage.extensions import csrf
from engage.queries import sites
from engage.queries.sites import SitePage
from engage.services import intake as concerns
from engage.services.contact import ContactRefused, Problem
from engage.services.lane import intake
from engage.services.lane.intake import Taken, Told
from engage.unit_of_work import unit_of_work
from engage.web import limits, locale
from engage.web.filters import speak_in
from engage.web.locale import lazy_gettext as _
from engage.web.public.blueprint import bp, chosen_site
from engage.web.public.raise_forms import WORDS
from engage.web.public.receipt import case_address, leave_uncompressed, picture_of
from engage.web.public.tell_forms import SOMEBODY, TellForm

PROBLEMS = {
    Problem.ROAD_NOT_OPEN: _("You tell us about somebody else, so we send no word. Choose the code."),
    Problem.BAD_EMAIL: _("Write the e-mail address like name@example.com."),
}

# The view looks at the form's token itself: when it is too old, the page comes back with what was typed.


@bp.route("/help/tell", methods=["GET", "POST"])
@bp.route("/s/<code>/help/tell", methods=["GET", "POST"])
@csrf.exempt
def tell_safely(code: str | None = None) -> ResponseReturnValue:
    site = chosen_site(code)
    form = _prepared(TellForm(), site)
    if request.method == "POST":
        return _take(form, site)
    form.token.data = concerns.new_token()
    return _show(form, site)


def _prepared(form: TellForm, site: SitePage | None) -> TellForm:
    if site is not None:
        del form.site
        return form
    known = [SelectChoice(one.code, one.name) for one in sites.to_choose_from()]
    form.site.choices = [SelectChoice("", gettext("I do not know, or another one")), *known]
    return form


def _take(form: TellForm, site: SitePage | None) -> Response:
    is_sound = form.validate()
    if form.csrf_token.errors or form.token.errors:
        if form.token.errors:
            form.token.data = concerns.new_token()
        form.csrf_token.errors = form.token.errors = []
        stale = gettext("This page was open for a long time. Nothing was sent yet. Look at it once more, then send it.")
        return _show(form, site, stale=stale)
    try:
        if before := intake.already_received(form.token.data, form.words.data or ""):
            return _receipt(before, site, for_other=form.who_for.data == SOMEBODY)
    except concerns.AnotherConcern:
        form.token.data = concerns.new_token()
        return _show(
            form, site, stale=gettext("What you sent before is safe with us. What you see here is not sent yet.")
        )
    if is_sound and form.road.data == Road.RELAY and not form.email.data:
        form.email.errors = [gettext("Write the e-mail address, or choose the code.")]
    return _show(form, site) if form.errors else _send(form, site)


def _send(form: TellForm, site: SitePage | None) -> Response:
    chosen = site or (sites.by_code(form.site.data) if form.site.data else None)
    told = _told(form)
    told = replace(told, flagged=limits.is_too_fast(limits.CONCERNS, "raise") or bool(form.website.data))
    try:
        with unit_of_work():
            taken = intake.submit(form.token.data, told, site_id=chosen.id if chosen else None)
    except ContactRefused as refused:
        for name, problem in refused.problems.items():
            form[name].errors = [str(PROBLEMS[problem])]
        return _show(form, site)
    return _receipt(taken, chosen, for_other=told.for_other)


def _told(form: TellForm) -> Told:
    return Told(
        words=form.words.data or "",
        involved=Involved(form.involved.data) if form.involved.data else None,
        age=AgeGroup(form.age.data) if form.age.data else None,
        sex=Sex(form.sex.data) if form.sex.data else None,
        served=Served(form.served.data) if form.served.data else None,
        for_other=form.who_for.data == SOMEBODY,
        locale=locale.language().code,
        email=form.email.data if form.road.data == Road.RELAY else None,
    )


def _show(form: TellForm, site: SitePage | None, *, stale: str = "") -> Response:
    place = site or sites.group_intake()
    lines = place.help_services if place else []
    page = render_template(
        "public/tell_safely.html",
        form=form,
        site=site,
        lines=[line for line in lines if line.get("phone") or line.get("name")],
        stale=stale,
        most=WORDS,
    )
    return make_response(page, 422 if form.errors or stale else 200)


def _receipt(taken: Taken, site: SitePage | None, *, for_other: bool) -> Response:
    """Answer the form with the code: it is stored nowhere, and no address leads back to this page."""
    place = site or sites.group_intake()
    if place is not None:
        speak_in(place.time_zone)
    leave_uncompressed()
    return make_response(
        render_template(
            "public/tell_receipt.html",
            code=receipts.grouped(taken.code) if taken.code else None,
            qr_svg=picture_of(taken.code) if taken.code else None,
            support_by=taken.support_by,
            for_other=for_other,
            site=site,
            case_address=case_address(),
        )
    )
