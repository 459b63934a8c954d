"""The blueprint of the public pages, and the site that an address names."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from engage.queries import sites
from engage.queries.sites import SitePage

bp = Blueprint("public", __name__)


class UnknownSite(NotFound):
    """The address names a site that we do not have, or that takes no concerns any more."""


def chosen_site(code: str | None) -> SitePage | None:
    """Return the site that the address names; None where it names none.

    Raises:
        UnknownSite: answered with a page that leads to the list of sites.
    """
    if code is None:
        return None
    site = sites.by_code(code)
    if site is None or site.is_group_intake:
        raise UnknownSite
    return site


@bp.errorhandler(UnknownSite)
def explain_unknown_site(_error: UnknownSite) -> ResponseReturnValue:
    return render_template(
        "error.html",
        code=404,
        heading=gettext("We do not know this mine"),
        happened=gettext("The address names a mine that is not in our list, or no longer."),
        todo=[
            gettext("Choose the mine from the list."),
            gettext("Or raise your concern without choosing one. We find out where it belongs."),
        ],
        back={"label": gettext("Choose the mine near you"), "href": url_for("public.choose_site")},
    ), 404
