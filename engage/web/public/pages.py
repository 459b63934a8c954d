"""Pages to read: how it works, where to find help, and what we promise about these pages themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage.domain.catalogue import Catalogue
from engage.domain.deadlines import Days, Hours, Promise
from engage.domain.promises import Entry
from engage.domain.severity import Level
from engage.queries import sites
from engage.services.sites import in_force
from engage.web.public.blueprint import bp, chosen_site
from engage.web.public.home import ways_in

# The promises of the table, in the order in which a person meets them.
TABLE = (
    Promise.ACKNOWLEDGE,
    Promise.ASSESS,
    Promise.INTERIM_MEASURE,
    Promise.CONSULT,
    Promise.START_INVESTIGATION,
    Promise.PROPOSE,
    Promise.ANSWER,
    Promise.IMPLEMENT,
    Promise.DECIDE_APPEAL,
    Promise.CHECK_AFTERWARDS,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise, with the time it has at each level."""

    label: str
    times: Sequence[str]


@bp.get("/how-it-works")
@bp.get("/s/<code>/how-it-works")
def how_it_works(code: str | None = None) -> ResponseReturnValue:
    site = chosen_site(code)
    place = site or sites.group_intake()
    rules = in_force(place.id if place else None)
    return render_template(
        "public/how_it_works.html",
        site=site,
        levels=[(criteria.level.value, gettext(criteria.label)) for criteria in rules.severity.criteria],
        rows=promised(rules),
        note=gettext(rules.promises.note),
        before=rules.promises.before_assessment.value,
        appeal_days=rules.promises.appeal_window.count,
        together_days=rules.promises.answer_together.count,
        avenues=place.outside_avenues if place else [],
        ways=ways_in(place) if place else [],
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
    return render_template("public/privacy.html")


def promised(rules: Catalogue) -> list[Row]:
    """Return the table of promises as people read it, from the rules the workers use."""
    return [
        Row(
            label=gettext(rules.promises.labels[promise]),
            times=[in_words(rules.promises.entry(promise, level)) for level in Level],
        )
        for promise in TABLE
    ]


def in_words(entry: Entry) -> str:
    """Return the time of one promise at one level."""
    if entry.needs_plan:
        return gettext("by a date agreed with you")
    if not entry.spans:
        return "–"
    spans = [_span(span) for span in entry.spans]
    words = gettext(", ").join(spans)
    return gettext("%(time)s, while the harm goes on", time=words) if entry.only_ongoing_harm else words


def _span(span: Hours | Days) -> str:
    if isinstance(span, Hours):
        return ngettext("%(num)d hour", "%(num)d hours", span.count)
    return ngettext("%(num)d day", "%(num)d days", span.count)
