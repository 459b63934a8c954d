"""Headers of every answer, and what the browser may do with our pages."""

from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, g, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.settings import settings

# Nothing on any page comes from elsewhere, and no code or style is written into a page.
CSP = "; ".join(
    [
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)


# What no page of ours asks a browser for is refused to whatever might run in one all the same; a recording is made by
# the phone's own recorder, and by the page where it offers that.
PERMISSIONS = "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()"
_YEAR_SECONDS = 31_536_000
_MISDIRECTED = 421  # Source: RFC 9110, 15.5.20
_KEPT = "csrf_token"  # under which Flask-WTF keeps it, in the session and ready for the page


class BoundedRequest(Request):
    """A request whose body without files is no larger than a form can be: it is read into memory as a whole."""

    @property
    def max_content_length(self) -> int | None:
        if self.mimetype == "multipart/form-data":
            return super().max_content_length
        return settings().FORM_MAX_BYTES

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value


def refuse_nul() -> None:
    """Answer that nothing is here for an address with the one sign that PostgreSQL takes in no text."""
    if "\0" in request.path:
        abort(404)


def refuse_other_hosts() -> ResponseReturnValue | None:
    """Refuse a request for a host that is not ours, so that no page, link or cache can be made with a foreign name.

    Machines that ask how we are do so by whatever name they have. The demonstration is opened from anywhere.
    """
    if settings().MODE == "run" or request.blueprint == "health":
        return None
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:  # a bracket that is left open, and the like
        host = None
    if host in settings().hosts:
        return None
    page = render_template(
        "error.html",
        code=None,
        heading=gettext("This address is not ours"),
        happened=gettext("You came by an address that we do not know. Nothing was sent."),
        todo=[gettext("Open %(address)s instead.", address=settings().public_url)],
        back=None,
    )
    return page, _MISDIRECTED


def harden(response: Response) -> Response:
    """Set the headers that keep pages private: nothing is stored, nothing is told to other sites."""
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["Server"] = "engage"  # else the web server names itself
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = PERMISSIONS
    is_asset = request.endpoint == "static" and response.status_code < 400
    if not is_asset:
        response.headers["Cache-Control"] = "no-store"
    if settings().is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}; includeSubDomains"
    return response


def renew_form_token() -> None:
    """Let no form that was opened before work any more, where a browser begins to hold more than it did.

    Whoever planted a cookie in it before knows the token of those. The page that is being made gets a fresh one.
    """
    session.pop(_KEPT, None)
    g.pop(_KEPT, None)


def init_app(app: Flask) -> None:
    """Harden every answer of the application, and bound what it reads."""
    app.request_class = BoundedRequest
    app.before_request(refuse_other_hosts)
    app.before_request(refuse_nul)
    app.after_request(harden)
