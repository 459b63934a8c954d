"""Sites: listed, added, changed, and the rules in force at each, to read."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.administration import may_look_after, require_sites
from engage.queries import administration
from engage.services import site_settings, sites
from engage.services.site_settings import AddressTaken, CodeTaken
from engage.unit_of_work import unit_of_work
from engage.web import rule_history
from engage.web.admin import rules_view
from engage.web.admin.blueprint import bp, me
from engage.web.admin.site_forms import NewSiteForm, details_of, opened, spared
from engage.web.filters import speak_in


@bp.route("/sites")
def list_sites() -> ResponseReturnValue:
    return render_template(
        "admin/list_sites.html", sites=administration.sites(me()), can_add=may_look_after(me(), None)
    )


@bp.route("/sites/add", methods=["GET", "POST"])
def add_site() -> ResponseReturnValue:
    require_sites(me(), [None])
    form = NewSiteForm(is_open=True, locale="en")
    if form.validate_on_submit():
        try:
            with unit_of_work():
                site_settings.add_site(form.code.data, details_of(form), actor=me())
        except CodeTaken:
            form.code.errors = [gettext("There is a site with this code.")]
        except AddressTaken:
            form.mail_address.errors = [_taken()]
        else:
            flash(gettext("%(name)s can take concerns now.", name=form.name.data), "success")
            return redirect(url_for("admin.list_sites"), 303)
    spared(form)
    return render_template("admin/edit_site.html", form=form, site=None), 422 if form.errors else 200


@bp.route("/sites/<code>", methods=["GET", "POST"])
def edit_site(code: str) -> ResponseReturnValue:
    site = administration.site(code, me())
    form = opened(site)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                site_settings.change_site(code.upper(), details_of(form), actor=me())
        except AddressTaken:
            form.mail_address.errors = [_taken()]
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("admin.edit_site", code=code), 303)
    return render_template("admin/edit_site.html", form=form, site=site), 422 if form.errors else 200


def _taken() -> str:
    return gettext("Mail to this address belongs to another site, or to the mailbox of all.")


@bp.route("/sites/<code>/rules")
def show_rules(code: str) -> ResponseReturnValue:
    site = administration.site(code, me())
    speak_in(site.time_zone)
    rules = sites.in_force(site.id)
    log = rule_history.change_log(site.id, clock.utcnow())
    return render_template("admin/show_rules.html", site=site, log=log, **rules_view.shown(rules))
