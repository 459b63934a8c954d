"""Everything on one machine: `python -m engage.cli.start run` (the demonstration) or `serve` (the product)."""

import fcntl
import logging
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, cast

from click import echo
from flask import Flask
from flask_migrate import upgrade
from pydantic import ValidationError
from werkzeug.utils import import_string

from engage import data_keys, lane_keys, vault
from engage.cli.demo import WHERE_CODES_ARE, lines_of
from engage.cli.supervise import Child, Supervisor
from engage.notify import outbox
from engage.services import checks, demo, passwords, sites
from engage.services.demo import SignIn
from engage.settings import settings, starting_in
from engage.unit_of_work import unit_of_work

MODES = ("run", "serve")
ANSWER_SECONDS = 60.0  # ours: a slow machine's first start


class CannotStart(RuntimeError):
    """Why engage cannot be started, and what to do about it."""


def main(arguments: Sequence[str]) -> int:
    """Prepare, start web, worker and schedule, and return the exit code when all have ended."""
    if len(arguments) != 1 or arguments[0] not in MODES:
        echo("Say how to start: python -m engage.cli.start run (the demonstration) or serve (the product).")
        return 2
    mode = cast(Literal["run", "serve"], arguments[0])
    try:
        chosen, environment = starting_in(mode)
        check_port(chosen.HOST, chosen.PORT)
        # By name, as Celery finds the worker: whoever starts everything stands above the layers.
        app: Flask = import_string("engage:create_app")(chosen)
        with app.app_context():
            show(prepare(app))
            warn()
    except ValidationError as error:
        for fault in error.errors():
            echo(f"ENGAGE_{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}.")
        return 2
    except (CannotStart, ValueError) as error:
        echo(str(error))
        return 2
    supervisor = Supervisor(children(app), environment)
    supervisor.start()
    try:
        greet(app, supervisor)
    except BaseException:
        supervisor.stop()
        raise
    return supervisor.keep_running()


def check_port(host: str, port: int) -> None:
    """Let the start go on if the port is free.

    Raises:
        CannotStart: somebody else listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} of {host} cannot be used ({error.strerror}). Stop what runs there, "
                f"or choose another port: ENGAGE_PORT={port + 1}."
            ) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder of everything that is written, so that two starts at once prepare one after the other."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(app: Flask) -> list[SignIn]:
    """Make what the processes need before any of them starts; return the sign-ins of a fresh demonstration.

    Safe to run twice, and at the same time: secret, worker's keys, schema, key ring, group intake. Nudges left in the
    folder queue are swept away: the database is the truth, and one fresh nudge stands for all of them.

    Raises:
        CannotStart: the front end, the fonts or the list of common passwords are not built.
    """
    if not (Path(app.static_folder or "") / "dist" / "manifest.json").exists():
        raise CannotStart("The pages have no style yet. Run: make build")
    if not settings().fonts.is_dir():
        raise CannotStart("The fonts of files to print are missing. Run: make build")
    if not passwords.COMMON.is_file():
        raise CannotStart("The list of common passwords is missing. Run: make build")
    var = settings().VAR
    with locked(var):
        settings().root_secret  # noqa: B018 - made on first use
        vault.make_worker_keys(var, settings().worker_keys)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        upgrade()
        data_keys.make_ring()
        lane_keys.make_ring()
        with unit_of_work():
            sites.ensure_group_intake()
        for stale in (var / "queue" / "waiting").glob("*"):
            with suppress(FileNotFoundError):
                stale.unlink()
        outbox.nudge()
        return demonstration()


def demonstration() -> list[SignIn]:
    """Fill an empty database with the demonstration, in `run` alone; return its accounts, whose passwords lie nowhere.

    Safe to run twice: where a site exists nothing is added.
    """
    if settings().MODE != "run":
        return []
    with unit_of_work():
        return demo.seed()


def children(app: Flask) -> list[Child]:
    """Return the processes: pages, worker, schedule, and the doors for mail that are wanted."""
    chosen = app.extensions["engage"]
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "--app", "worker.app"]
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", chosen.HOST, "--port", str(chosen.PORT)]
    # No access log: the public side keeps no addresses.
    web += ["--workers", str(chosen.WEB_PROCESSES), "--blocking-threads", str(chosen.WEB_THREADS), "--no-access-log"]
    web += ["--no-ws", "--workers-kill-timeout", "5", "--log-level", "warning", "wsgi:app"]
    worker = [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]
    doors = [("mailbox", "fetch-mail", chosen.IMAP_HOST), ("lmtp", "lmtp", chosen.LMTP_LISTEN)]
    flask = [python, "-m", "flask", "--app", "wsgi", "engage"]
    mail = [Child(name, [*flask, command]) for name, command, wanted in doors if wanted]
    return [Child("web", web), Child("worker", worker), Child("schedule", beat), *mail]


def show(sign_ins: Sequence[SignIn]) -> None:
    """Show the accounts of a fresh demonstration, before anything starts: a start that fails must not lose them."""
    if sign_ins:
        echo("The demonstration has an account for each role. Their passwords are shown this once:\n")
        echo("\n".join(lines_of(sign_ins)) + f"\n\n{WHERE_CODES_ARE}\n")


def warn() -> None:
    """Say what `check-config` finds wrong, before anybody relies on the service.

    It keeps nothing from starting: a mail server may come up later, and roles are given by who has signed in.
    """
    for finding in checks.look():
        if finding.problem is not None:
            echo(f"{'Worth a look' if finding.is_warning else 'To mend'} - {finding.what}: {finding.problem}")


def greet(app: Flask, supervisor: Supervisor) -> None:
    """Say where engage is once it answers."""
    chosen = app.extensions["engage"]
    supervisor.wait_until_answered(chosen.HOST, chosen.PORT, ANSWER_SECONDS)
    if supervisor.is_stopping:
        return
    echo(f"engage is at {chosen.public_url}/ - Ctrl-C stops it.")
    if chosen.MODE == "run":
        echo(f"Staff sign in at {chosen.public_url}/account/sign-in. Mails are at {chosen.public_url}/dev/mail")
        echo(f"Codes of phones are at {chosen.public_url}/dev/codes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
