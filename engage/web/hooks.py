"""What a gateway of text messages tells us: reports, and texts that people send. Every call is signed by it.

Where there is no gateway there are no such pages.
"""

import logging

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from limits import parse

from engage import clock
from engage.domain.gateway_signatures import Called, is_genuine
from engage.domain.gateways import Recipe, arrival, at, reason_of
from engage.domain.sections import BadCatalogue
from engage.extensions import csrf
from engage.notify import gateways
from engage.notify.gateways import BadGateway
from engage.services import texts
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import limits

log = logging.getLogger(__name__)
bp = Blueprint("hooks", __name__, url_prefix="/hooks")
csrf.exempt(bp)  # no browser calls these, and no session counts for anything here

MOST_BYTES = 64 * 1024  # Ours: the longest text, and what gateways put around it.
# Ours: whoever cannot sign is no gateway; one that is set up wrongly is heard again within the hour.
UNSIGNED = parse("60 per hour")
_TAKEN = ("", 204, {"Content-Type": "text/plain"})


@bp.post("/sms/status")
def report_text() -> ResponseReturnValue:
    """Take a report of what became of a text, also of one that we do not know of yet."""
    recipe, values = _told()
    provider_id = at(recipe.reporting.id, values)
    if not provider_id:
        abort(400)
    with unit_of_work():
        texts.report(provider_id, arrival(recipe.reporting, values), reason_of(recipe.reporting, values))
    return _TAKEN


@bp.post("/sms/inbound")
def receive_text() -> ResponseReturnValue:
    """Take a text that somebody sent us; a worker reads it."""
    recipe, values = _told()
    found = [at(path, values) for path in (recipe.receiving.id, recipe.receiving.sender, recipe.receiving.text)]
    if not all(found[:2]):
        abort(400)
    with unit_of_work():
        texts.receive(*found)
    return _TAKEN


def _told() -> tuple[Recipe, object]:
    """The recipe in force and what the gateway says; nobody else gets further."""
    recipe, secret = _recipe(), gateways.webhook_secret()
    if recipe is None or len(secret) < gateways.SHORTEST_SECRET:
        abort(404)
    if request.content_length is None or request.content_length > MOST_BYTES:
        abort(413)
    body = request.get_data()
    query = request.query_string.decode("latin-1")
    called = Called(
        url=f"{settings().public_url}{request.path}{'?' if query else ''}{query}",
        headers={name.lower(): value for name, value in request.headers},
        arguments=request.args.to_dict(),
        form=[] if request.is_json else list(request.form.items(multi=True)),
        body=body,
    )
    if not is_genuine(recipe.signing, secret, called, clock.utcnow()):
        log.warning("what came for %s was not signed by the gateway", request.endpoint)
        abort(429 if limits.is_too_fast(UNSIGNED, "hooks") else 403)
    return recipe, request.get_json(silent=True) if request.is_json else request.form.to_dict()


def _recipe() -> Recipe | None:
    try:
        return gateways.recipe()
    except (BadGateway, BadCatalogue) as error:
        log.error("the gateway of text messages is not set up: %s", error)
        return None
