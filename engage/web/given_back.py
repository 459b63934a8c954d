"""What staff typed into a form that cannot be taken because its session has ended: given back, so that it is not lost.

A browser that goes back asks for the page anew and meets the sign-in page, so the words stand on the page that says so.
"""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError


def watch(bp: Blueprint) -> None:
    """Give back what was typed on the pages of a blueprint where the form is older than the session."""
    bp.register_error_handler(CSRFError, lambda _: _page(400))


def to_sign_in_again() -> ResponseReturnValue | None:
    """Return the page with what was typed, or None where nothing was and the sign-in page can simply follow."""
    return _page(401) if request.method == "POST" and _typed() else None


def _page(status: int) -> ResponseReturnValue:
    shown = render_template(
        "error.html",
        code=status,
        heading=gettext("This was not sent"),
        happened=gettext("You were signed out since you opened the page, or signed in anew in another window."),
        todo=[gettext("Copy your words, open the page again, and send them again.")],
        typed=_typed() or None,
        back={"label": gettext("Open the page again"), "href": _where()},
    )
    return shown, status


def _typed() -> str:
    """What was written: the values with a space in them. What is chosen from a list, and what is hidden, has none.

    Passwords and codes are not given back, and the pages of one's own account take nothing else.
    """
    if request.blueprint == "account":
        return ""
    pairs = request.form.items(multi=True)
    return "\n\n".join(said for name, value in pairs if name != "proof" and " " in (said := value.strip()))


def _where() -> str:
    """The page of the form, where it has an address of its own that a link can lead to."""
    methods = request.url_rule.methods if request.url_rule else None
    return request.path if methods and "GET" in methods else current_app.url_for("staff.day")
