"""How many statements a page sends to the database, counted inside the application."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.client import Connection
from bench.fill import World
from bench.server import free_port
from bench.visits import pages
from engage.extensions import db


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        pass


def counted(app: Flask, world: World) -> dict[str, int]:
    """Return how many statements each page sends, transaction marks apart, when it is asked for a second time."""
    sent: list[str] = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: sent.append(statement))
    found: dict[str, int] = {}
    with _served(app) as port:
        for name, make in pages(port, world).items():
            for request in make(2):
                sent.clear()
                connection = Connection(port)
                status = connection.send(request).status
                connection.close()
                if status not in (200, 201):
                    raise RuntimeError(f"the {name} answered {status}")
            found[name] = len(sent)
    engine.dispose()
    return found


@contextmanager
def _served(app: Flask) -> Iterator[int]:
    port = free_port()
    server = make_server("127.0.0.1", port, app, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
