"""The first page, of the service or of one site, and the list of sites."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.deadlines import Days, Hours, Promise
from engage.queries import sites
from engage.queries.sites import SitePage
from engage.services.sites import in_force
from engage.web.filters import left_to_right
from engage.web.public.blueprint import bp, chosen_site

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Figures:
    """The promises in force, as the first page shows them before anybody knows how serious a concern is."""

    acknowledge_days: int
    propose_days: int


@bp.get("/")
def home() -> ResponseReturnValue:
    return _show(None)


@bp.get("/s/<code>/")
def show_site(code: str) -> ResponseReturnValue:
    return _show(chosen_site(code))


@bp.get("/sites")
def choose_site() -> ResponseReturnValue:
    return render_template("public/choose_site.html", sites=sites.to_choose_from())


def _show(site: SitePage | None) -> ResponseReturnValue:
    place = site or sites.group_intake()
    table = in_force(place.id if place else None).promises
    figures = Figures(
        acknowledge_days=whole_days(table.span(Promise.ACKNOWLEDGE, None)),
        propose_days=whole_days(table.span(Promise.PROPOSE, None)),
    )
    lines = place.help_services if place else []
    phones = [
        left_to_right(line["phone"]) + (f" ({line['hours']})" if line.get("hours") else "")
        for line in lines
        if line["phone"]
    ]
    return render_template(
        "public/home.html",
        site=site,
        promises=figures,
        help={"phone": phones[0] if phones else None},
        ways=ways_in(place) if place else [],
    )


def whole_days(span: object) -> int:
    """Return a promised span in days, a part of one counted as a whole."""
    match span:
        case Days(count):
            return count
        case Hours(count):
            return -(-count // HOURS_A_DAY)
    raise TypeError(f"no span of time: {span!r}")


def ways_in(site: SitePage) -> list[dict[str, str]]:
    """Return the other ways to raise a concern at a site, as far as it has told us."""
    hours = f", {site.phone_hours}" if site.phone_hours else ""
    ways = [
        (gettext("Phone"), left_to_right(site.phone) + hours if site.phone else None),
        (gettext("Office"), site.office),
        (gettext("Letter boxes"), site.letter_boxes),
        (gettext("E-mail"), site.mail_address),
    ]
    return [{"label": label, "text": text} for label, text in ways if text]
