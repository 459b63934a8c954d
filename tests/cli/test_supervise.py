"""Processes that are kept together: one that dies is started again, one that will not live ends all."""

import os
import signal
import sys
import threading
import time

import pytest

from engage.cli import supervise
from engage.cli.supervise import DEATHS, Child, Supervisor

SLEEPING = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time\nfor s in (signal.SIGTERM, signal.SIGQUIT): signal.signal(s, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\ntime.sleep(600)",
]
FAILING = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture(autouse=True)
def handlers():
    """Give the signals back to pytest."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def supervisor(*commands):
    made = Supervisor([Child(f"child {number}", command) for number, command in enumerate(commands)], os.environ)
    made.start()
    return made


def processes(made):
    return [child.process for child in made._children]


def test_ctrl_c_stops_every_process(monkeypatch):
    made = supervisor(SLEEPING, SLEEPING)
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    assert made.keep_running() == 0
    assert [process.poll() is not None for process in processes(made)] == [True, True]


def test_what_dies_is_started_again(capsys):
    made = supervisor(SLEEPING)
    (first,) = processes(made)
    first.kill()
    first.wait()
    assert made.look() is None
    (second,) = processes(made)
    assert second.pid != first.pid
    assert "child 0 ended with code -9 and is started again." in capsys.readouterr().err
    made.stop()


def test_what_will_not_live_stops_the_rest_and_says_so(capsys):
    made = supervisor(SLEEPING, FAILING)
    assert made.keep_running() == 1
    assert f"child 1 ended {DEATHS} times within a minute, last with code 3." in capsys.readouterr().err
    assert processes(made)[0].poll() is not None


def test_what_does_not_listen_is_ended(monkeypatch):
    monkeypatch.setattr(supervise, "POLITE_SECONDS", 0.2)
    made = supervisor(STUBBORN)
    time.sleep(1)
    made.stop()
    assert processes(made)[0].poll() is not None


def test_waiting_for_an_answer_ends_with_the_time(monkeypatch):
    made = supervisor()
    made.wait_until_answered("127.0.0.1", 1, 0.3)
    assert not made.is_stopping
