"""Doing the same thing at the same moment in several threads, each with an application context of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from engage.extensions import db

Result = TypeVar("Result")


def at_once(app: Flask, count: int, work: Callable[[], Result]) -> list[Result]:
    """Return what each of the threads got; all of them begin together."""
    gate = threading.Barrier(count)

    def one(_number: int) -> Result:
        with app.app_context():
            try:
                gate.wait(30)
                return work()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
