"""Pages to read: how it works, where to find help, and what we promise about these pages themselves."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.queries import sites
from engage.services import retention_schedule
from engage.services.sites import in_force
from engage.web import rule_history
from engage.web.filters import speak_in
from engage.web.promised import promised, short_road
from engage.web.public.blueprint import bp, chosen_site
from engage.web.public.home import ways_in


@bp.get("/how-it-works")
@bp.get("/s/<code>/how-it-works")
def how_it_works(code: str | None = None) -> ResponseReturnValue:
    site = chosen_site(code)
    place = site or sites.group_intake()
    rules = in_force(place.id if place else None)
    if place:
        speak_in(place.time_zone)
    return render_template(
        "public/how_it_works.html",
        site=site,
        levels=[(criteria.level.value, gettext(criteria.label)) for criteria in rules.severity.criteria],
        rows=promised(rules),
        short=short_road(rules),
        note=gettext(rules.promises.note),
        before=rules.promises.before_assessment.value,
        appeal_days=rules.promises.appeal_window.count,
        together_days=rules.promises.answer_together.count,
        news_days=max(days.count for days in rules.promises.news_every.values()),
        avenues=place.outside_avenues if place else [],
        ways=ways_in(place) if place else [],
        log=rule_history.change_log(place.id, clock.utcnow()) if place else [],
    )


@bp.get("/help")
@bp.get("/s/<code>/help")
def help(code: str | None = None) -> ResponseReturnValue:
    site = chosen_site(code)
    place = site or sites.group_intake()
    lines = place.help_services if place else []
    return render_template(
        "public/help.html",
        site=site,
        violence=[line for line in lines if line.get("for") != "children"],
        children=[line for line in lines if line.get("for") == "children"],
        sites=[] if site else sites.to_choose_from(),
    )


@bp.get("/outside-avenues")
@bp.get("/s/<code>/outside-avenues")
def outside_avenues(code: str | None = None) -> ResponseReturnValue:
    site = chosen_site(code)
    place = site or sites.group_intake()
    return render_template(
        "public/outside_avenues.html",
        site=site,
        avenues=place.outside_avenues if place else [],
        sites=[] if site else sites.to_choose_from(),
    )


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    place = sites.group_intake()
    return render_template("public/accessibility.html", ways=ways_in(place) if place else [])


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html", rules=retention_schedule.schedule().rules)
