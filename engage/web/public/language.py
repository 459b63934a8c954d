"""The language of the pages, and leaving them in a hurry."""

from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engage.web.locale import offered
from engage.web.public.blueprint import bp
from engage.web.public.raise_steps import forget


@bp.route("/language", methods=["GET", "POST"])
def set_language() -> ResponseReturnValue:
    """Keep the language in the session's cookie; nothing is stored on our side, so a link may do it."""
    chosen = request.values.get("language")
    if chosen in {item.code for item in offered()}:
        session["language"] = chosen
    return redirect(own_path(request.values.get("back", "")), 303)


@bp.get("/leave")
def leave() -> ResponseReturnValue:
    """Let go of everything this browser holds of us, and show a page that says nothing."""
    session.clear()
    response = forget(make_response(render_template("public/leave.html")))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def own_path(target: str) -> str:
    """Return a path of this service to go back to; the first page for whatever would lead elsewhere."""
    try:
        parts = urlsplit(target.replace("\\", "/"))
    except ValueError:  # a bracket that is left open, and the like
        return url_for("public.home")
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return parts.path if is_ours else url_for("public.home")
