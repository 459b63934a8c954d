"""The receipt: the code, answered directly to the form because it is stored nowhere, and what happens next."""

import re
from dataclasses import dataclass
from datetime import datetime

import segno
from flask import Response, make_response, render_template, request, url_for
from markupsafe import Markup

from engage.domain import receipts
from engage.domain.case import Identity, Road
from engage.domain.deadlines import Promise
from engage.queries.receipt import NextDays, next_days
from engage.services.intake import Received
from engage.settings import settings
from engage.web import filters
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
_QUIET = 4  # modules left white on each side, as the standard of QR codes (ISO/IEC 18004) asks
_DARK = re.compile(rb"\x01+")

# What each promise says on the receipt: of a grievance, and of everything that takes the short road.
NEXT = {
    Promise.ACKNOWLEDGE: _("a person reads it and tells you that we have it."),
    Promise.START_INVESTIGATION: _("we start to find out what happened."),
    Promise.PROPOSE: _("we offer you a way to put it right. You say if it is enough."),
}
ANSWERED = _("we answer you.")


@dataclass(frozen=True, slots=True)
class Line:
    """A dated step as the page says it."""

    by: str
    text: str


def show_receipt(received: Received) -> Response:
    """Return the page with the code; without a code, because it was used or its day is over, the way to use it."""
    if received.code is None:
        return make_response(render_template("public/already_sent.html", reference=received.reference))
    days = received.days or next_days(received.case_id)
    filters.speak_in(days.time_zone)
    leave_uncompressed()
    return make_response(
        render_template(
            "public/receipt.html",
            code=receipts.grouped(received.code),
            reference=received.reference,
            steps=[Line(_by(step.due_at), str(_words(step.promise, days))) for step in days.steps],
            come_back=_come_back(days),
            news_by=filters.day(days.news_by) if days.news_by else None,
            can_get_another=days.road in (Road.DIRECT, Road.RELAY),
            help_at=url_for("public.help", code=days.site_code) if days.is_sensitive else None,
            qr_svg=picture_of(received.code),
            case_address=case_address(),
            proof=received.proof,
        )
    )


def picture_of(code: str) -> Markup:
    """Return a QR picture of the code's text alone, so that a scan opens no page and asks no server."""
    # To try all eight masks for the prettiest one would take longer than the rest of the page.
    rows = segno.make_qr(receipts.grouped(code), error="m", mask=2).matrix
    side = len(rows) + 2 * _QUIET
    dark = "".join(
        f"M{found.start() + _QUIET} {at}.5h{found.end() - found.start()}"
        for at, row in enumerate(rows, start=_QUIET)
        for found in _DARK.finditer(row)
    )
    # Made of numbers; nothing of it comes from a person. Segno's own drawing takes three times as long.
    return Markup(f'<svg viewBox="0 0 {side} {side}" class="segno"><path stroke="#000" d="{dark}"/></svg>')  # noqa: S704 - see above


def case_address() -> str:
    """Return where a code is used, as people type it."""
    return settings().public_url.split("://", 1)[1] + "/case"


def leave_uncompressed() -> None:
    """Answer this request as it is: the length of a compressed page would tell of the code in it."""
    request.environ.pop("HTTP_ACCEPT_ENCODING", None)


def _by(due_at: datetime) -> str:
    return gettext("By %(day)s,", day=filters.day(due_at))


def _words(promise: Promise, days: NextDays) -> object:
    return ANSWERED if promise is Promise.PROPOSE and days.kind.takes_short_road else NEXT[promise]


def _come_back(days: NextDays) -> dict[str, str] | None:
    """The day by which there is news on the page, for those whom we cannot reach."""
    if days.road is not Road.NONE or not days.steps:
        return None
    return {
        "reason": str(
            _("You stay without a name, so we cannot reach you.")
            if days.identity is Identity.ANONYMOUS
            else _("You asked us not to reach you.")
        ),
        "on": filters.day(days.steps[0].due_at),
    }
