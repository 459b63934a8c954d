"""Headers of every answer, and what the browser may do with our pages."""

from flask import Flask, Request, Response, abort, g, request

from engage.settings import settings

# Nothing on any page comes from elsewhere, and no code or style is written into a page.
CSP = "; ".join(
    [
        "default-src 'none'",
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


def harden(response: Response) -> Response:
    """Set the headers that keep pages private: nothing is stored, nothing is told to other sites."""
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self), interest-cohort=()"
    if request.endpoint != "static" and not g.get("may_be_stored"):
        response.headers["Cache-Control"] = "no-store"
    if settings().is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def init_app(app: Flask) -> None:
    """Harden every answer of the application, and bound what it reads."""
    app.request_class = BoundedRequest
    app.before_request(refuse_nul)
    app.after_request(harden)
