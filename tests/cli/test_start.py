"""Starting everything with one command, and what it says when it cannot."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.architecture.sources import ROOT
from tests.e2e.live import Live
from tests.mail_peer import free_port
from tests.worker.live_worker import PATIENCE_SECONDS


def started(*arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "engage.cli.start", *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_asks_how_to_start():
    ended = started()
    assert (ended.returncode, "Say how to start" in ended.stdout) == (2, True)


def test_serve_without_a_mail_road_names_the_variable_and_the_remedy(tmp_path):
    ended = started("serve", ENGAGE_VAR=str(tmp_path), ENGAGE_PORT=str(free_port()))
    assert ended.returncode == 2
    assert "Set ENGAGE_MAIL=smtp" in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_cannot_be_is_named_and_not_shown(tmp_path):
    ended = started("run", ENGAGE_VAR=str(tmp_path), ENGAGE_PORT="secret")
    assert ended.returncode == 2
    assert ended.stdout.startswith("ENGAGE_PORT: ")
    assert "secret" not in ended.stdout


def test_a_port_that_is_in_use_is_named_with_a_free_one(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ended = started("run", ENGAGE_VAR=str(tmp_path), ENGAGE_PORT=str(port))
    assert ended.returncode == 2
    assert f"Port {port} of 127.0.0.1 cannot be used" in ended.stdout
    assert f"ENGAGE_PORT={port + 1}" in ended.stdout


@pytest.fixture
def product(tmp_path, mail_peer):
    """`serve`, with a mail server and no demonstration."""
    live = Live(
        tmp_path,
        ENGAGE_MODE="serve",
        ENGAGE_MAIL="smtp",
        ENGAGE_SMTP_PORT=str(mail_peer.port),
        ENGAGE_MAIL_FROM="engage@engage.test",
        ENGAGE_PUBLIC_URL="https://concerns.engage.test",
    )
    live.start()
    yield live
    live.stop()


def status(url):
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own http address
            return answer.status, answer.read().decode()
    except HTTPError as error:
        error.close()
        return error.code, ""


def workers_below(pid):
    """The worker processes that the service started, by their process ids."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    return [int(row[0]) for row in rows if int(row[1]) == pid and "worker.app worker" in row[2]]


def faults(said):
    """The last lines of all tracebacks. The child of a worker that was killed may end at a pipe that nobody reads."""
    found = {"Traceback in a line of the log"} if re.search(r"^.+Traceback", said, re.MULTILINE) else set()
    return found | set(re.findall(r"^Traceback .*\n(?:[ ].*\n)*(\S.*)$", said, re.MULTILINE))


@pytest.mark.slow
def test_the_product_serves_without_the_demonstration_and_brings_a_dead_worker_back(product):
    assert status(f"{product.url}/dev/mail")[0] == 404
    assert status(f"{product.url}/health")[0] == 200
    assert re.search("password", product.said(), re.IGNORECASE) is None
    assert "To mend - administrator: There is none." in product.said()
    assert "To mend - new concerns at GRP: Nobody is told" in product.said()
    (worker,) = workers_below(product._process.pid)
    os.kill(worker, signal.SIGKILL)
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while workers_below(product._process.pid) in ([], [worker]):
        assert time.monotonic() < ends_at, product.said()
        time.sleep(0.2)
    ends_at = time.monotonic() + PATIENCE_SECONDS  # the schedule's first turn alone takes a minute
    while '"silent":[]' not in status(f"{product.url}/health")[1]:
        assert time.monotonic() < ends_at, product.said()
        time.sleep(0.5)
    product.stop()
    assert faults(product.said()) - {"BrokenPipeError: [Errno 32] Broken pipe"} == set()


def test_a_fault_is_told_from_the_child_of_a_killed_worker():
    trace = 'Traceback (most recent call last):\n  File "pool.py", line 1, in put\n    put()\n'
    assert faults(f"well\n{trace}BrokenPipeError: [Errno 32] Broken pipe\nwell\n{trace}ValueError: bad\n") == {
        "BrokenPipeError: [Errno 32] Broken pipe",
        "ValueError: bad",
    }
    assert faults('{"exception": "Traceback (most recent call last)"}') == {"Traceback in a line of the log"}
