"""Headers of every answer, and what the browser may do with our pages."""

from flask import Flask, Response, g, request

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
    if request.scheme == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def init_app(app: Flask) -> None:
    """Harden every answer of the application."""
    app.after_request(harden)
