"""What goes wrong, in words that help. One dictionary, one template."""

import logging

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound
from werkzeug.exceptions import HTTPException

from engage.domain.guards import Refused
from engage.domain.lane import IllegalStep
from engage.domain.lifecycle import IllegalTransition
from engage.domain.policy import NotAllowed
from engage.settings import settings
from engage.unit_of_work import release

log = logging.getLogger(__name__)

# Exceptions of the rules and the status that stands for them. A case the actor may not know of is a NoResultFound.
STATUS: dict[type[Exception], int] = {
    NotAllowed: 403,
    NoResultFound: 404,
    IllegalTransition: 409,
    IllegalStep: 409,
    Refused: 409,
    CSRFError: 400,
}


def show(status: int) -> ResponseReturnValue:
    """Return the page for a status. It needs no database: it is shown when the database is gone, too."""
    release()
    limits = {"megabytes": settings().FILE_MAX_BYTES // (1024 * 1024), "files": settings().FILES_MAX}
    return render_template(
        "error.html", code=status, path=request.path, heading=gettext("Something went wrong"), limits=limits
    ), status


def _ours(error: Exception) -> ResponseReturnValue:
    if isinstance(error, NotAllowed):  # by id: what somebody tried is on record nowhere else
        actor = g.get("actor")
        log.warning("refused at %s to %s", request.endpoint, actor.id if actor else "nobody signed in")
    return show(next(code for kind, code in STATUS.items() if isinstance(error, kind)))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    return show(error.code)


def _unexpected(error: Exception) -> ResponseReturnValue:
    # The class and where it came from, never the text: it may quote what somebody wrote.
    nameless = RuntimeError(type(error).__name__)
    log.error("unexpected error at %s", request.endpoint, exc_info=(RuntimeError, nameless, error.__traceback__))
    return show(500)


def init_app(app: Flask) -> None:
    """Register the pages for every error."""
    for kind in STATUS:
        app.register_error_handler(kind, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
