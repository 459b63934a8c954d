"""`python -m bench.delivery [NOTICES]`: our delivery beside a bare Celery task, and a page beside one that sends mails.

The same mails, the same Redis and the same mail server in the same run, one worker process each, in turn. A rate is
read from when the server took the first mail and the last. TEST_DATABASE_URL and TEST_REDIS_URL name the servers.
"""

import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from celery import Celery
from flask import Flask
from flask_migrate import upgrade
from kombu import pools

from bench import bare_worker, database, processes
from bench.instances import SECRET
from bench.server import ROOT, free_port
from config import Settings
from engage import create_app, vault
from engage.domain.case import Road
from engage.extensions import db
from engage.models import Recipient, StaffUser
from engage.notify import addressing, outbox
from engage.notify.outbox import Owed
from engage.services import sites
from engage.unit_of_work import release, unit_of_work
from tests.notify.letters import a_case_with, forget_notices
from tests.states import a_site, case_of

NOTICES, ROUNDS, BAR = 1_000, 3, 0.6
PAGES, READERS = 50, 3  # pages are asked for so many times, and each tells so many readers
PATIENCE_SECONDS = 120
CASES = 30
Case = tuple[uuid.UUID, uuid.UUID]  # its id and that of its site
Asked = tuple[str, str, dict[str, Any], str]  # what the bare task is asked to send, see bare_worker.send
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@dataclass
class Found:
    """What was measured, by who: rates, CPU seconds and peak memory of each round; and seconds a page waits."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    megabytes: dict[str, list[float]] = field(default_factory=dict)
    pages: dict[str, list[float]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Return the middle over the rounds of our rate beside the bare one in the same round."""
        return statistics.median(
            ours / bare for ours, bare in zip(self.rates["engage"], self.rates["bare"], strict=True)
        )


def main() -> int:
    """Measure, print, and return 1 if the bar is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else NOTICES
    found = Found()
    with ExitStack() as stack:
        url = stack.enter_context(database.scratch())
        var = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(_sink())
        app = stack.enter_context(_service(var, url, port))
        environment = _environment(var, url, port)
        ours = _worker("worker.app", environment)
        own = {"BARE_BROKER": REDIS, "BARE_PORT": str(port)}
        bare = _worker("bench.bare_worker", environment | own, "-Q", "bare")
        workers = {"engage": stack.enter_context(ours), "bare": stack.enter_context(bare)}
        with app.app_context():
            cases = _cases()
            letter = _letter(cases[0])
            for number in range(-1, ROUNDS):
                for who, process in workers.items():
                    before = processes.cpu(process)
                    if who == "engage":
                        _ours(count, cases)
                    else:
                        _bare(count, letter)
                    rate = _rate(port, count)
                    say(f"round {number + 1} of {ROUNDS}: {who} {rate:,.0f} mails a second")
                    if number >= 0:
                        found.rates.setdefault(who, []).append(rate)
                        found.cpu.setdefault(who, []).append((processes.cpu(process) - before) * 1_000 / count)
                        found.megabytes.setdefault(who, []).append(processes.peak(process))
            _pages(port, cases, letter, found)
            db.session.remove()
            db.engine.dispose()
    print("\n".join(written(found, count)))
    return 1 if found.share < BAR else 0


def written(found: Found, count: int) -> Iterator[str]:
    """Return the table as lines of Markdown."""
    yield "## Delivery"
    yield ""
    yield (
        f"The middle of {ROUNDS} rounds of {count:,} mails each, one worker process each, PostgreSQL and Redis on the "
        "same machine."
    )
    yield ""
    yield "| | mails a second | CPU seconds per 1,000 | peak memory |"
    yield "|---|--:|--:|--:|"
    for who, name in (("engage", "engage"), ("bare", "a bare Celery task over a kept connection")):
        rate, cpu = statistics.median(found.rates[who]), statistics.median(found.cpu[who])
        yield f"| {name} | {rate:,.0f} | {cpu:.2f} | {max(found.megabytes[who]):.0f} MB |"
    yield ""
    verdict = "The bar is met." if found.share >= BAR else "**Missed.**"
    yield f"Share of the bare task: {found.share:.2f} (at least {BAR}). {verdict}"
    yield ""
    slow, fast = statistics.median(found.pages["sends itself"]), statistics.median(found.pages["engage"])
    yield (
        f"A page that tells {READERS} readers waits {fast * 1000:.1f} ms for it, and {slow * 1000:.1f} ms where it "
        f"opens a connection for each mail itself: {slow / fast:.1f} times as long, beside a mail server on the same "
        "machine that answers at once."
    )


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.smtp_sink", str(port)], cwd=ROOT)
    try:
        while True:
            try:
                smtplib.SMTP("127.0.0.1", port).quit()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _environment(var: Path, url: str, port: int) -> dict[str, str]:
    return {
        "ENGAGE_MODE": "run",
        "ENGAGE_VAR": str(var),
        "ENGAGE_DATABASE_URL": url,
        "ENGAGE_BROKER_URL": REDIS,
        "ENGAGE_SECRET_KEY": SECRET,
        "ENGAGE_MAIL": "smtp",
        "ENGAGE_SMTP_PORT": str(port),
        "ENGAGE_MAIL_FROM": "engage@engage.test",
        "ENGAGE_OUTBOX_HOURLY_MAX": "0",
        "ENGAGE_OUTBOX_READER_HOURLY_MAX": "0",
        "ENGAGE_QUIET_HOURS": "",  # it is measured at any hour
        "ENGAGE_LOG_LEVEL": "ERROR",
    }


@contextmanager
def _service(var: Path, url: str, port: int) -> Iterator[Flask]:
    settings = Settings(
        MODE="run",
        VAR=var,
        DATABASE_URL=url,
        BROKER_URL=REDIS,
        SECRET_KEY=SECRET,
        MAIL="smtp",
        SMTP_PORT=port,
        MAIL_FROM="engage@engage.test",
        LOG_LEVEL="ERROR",
    )
    app = create_app(settings)
    pools.reset()
    with app.app_context():
        upgrade()
        vault.make_worker_keys(var)
        with unit_of_work():
            sites.ensure_group_intake()
    yield app


@contextmanager
def _worker(module: str, environment: Mapping[str, str], *more: str) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    command = [sys.executable, "-m", "celery", "--quiet", "--app", module, "worker", "--concurrency", "1"]
    command += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat", *more]
    process = subprocess.Popen(command, cwd=ROOT, env={**kept, **environment}, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _cases() -> list[Case]:
    """Return the ids of cases, and of their site, whose people have an address each."""
    site_id = a_site("ONE")
    made = [a_case_with(Road.DIRECT, site_id=site_id, email=f"amina{n}@people.example.org") for n in range(CASES)]
    return [(case_of(reference).id, site_id) for reference in made]


def _letter(case: Case) -> Asked:
    """What the bare task is told: address, message, values and case, as our own worker finds them."""
    outbox_row = _owed([case], 1)[0]
    claimed = addressing.Claimed(
        *(uuid.uuid4(), outbox_row.case_id, outbox_row.template, "en", Recipient.PERSON, None, {}),
        *(db.session.scalar(sa.select(sa.func.now())), 1, db.session.scalar(sa.select(sa.func.now()))),
    )
    where = addressing.destination(claimed)
    assert isinstance(where, addressing.Letter)
    release()
    return where.address, where.template, dict(where.values), str(where.case_id)


def _owed(cases: Sequence[Case], count: int) -> list[Owed]:
    return [
        Owed(uuid.uuid4().hex, "case_news", "en", Recipient.PERSON, case_id=case_id, site_id=site_id)
        for case_id, site_id in (cases[number % len(cases)] for number in range(count))
    ]


def _ours(count: int, cases: Sequence[Case]) -> None:
    forget_notices()
    owed = _owed(cases, count)
    with unit_of_work():
        outbox.enqueue(*owed)
    release()


def _bare(count: int, letter: Asked) -> None:
    app = Celery("producer", broker=REDIS, set_as_current=False)
    with app.producer_pool.acquire() as producer:
        for _ in range(count):
            app.send_task(bare_worker.TASK, args=letter, queue="bare", ignore_result=True, producer=producer)
    app.close()


def _rate(port: int, count: int) -> float:
    """Wait until the server took as many, and return the mails a second between the first and the last."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    taken, first, last = 0, 0.0, 0.0
    with smtplib.SMTP("127.0.0.1", port) as asking:
        while taken < count:
            if time.monotonic() > ends_at:
                raise RuntimeError(f"{taken} of {count} mails came")
            time.sleep(1.0)
            _, said = asking.docmd("STAT")
            some, begun, ended = said.split()
            taken, first, last = taken + int(some), first or float(begun), float(ended) or last
    return (count - 1) / (last - first)


def _pages(port: int, cases: Sequence[Case], letter: Asked, found: Found) -> None:
    """What a page waits for until its readers are told of something that it writes."""
    for number in range(-5, PAGES):
        owed = _owed(cases, READERS)
        release()
        begun = time.perf_counter()
        with unit_of_work():
            db.session.execute(sa.update(StaffUser).values(is_active=StaffUser.is_active))
            outbox.enqueue(*owed)
        ours = time.perf_counter() - begun
        begun = time.perf_counter()
        with unit_of_work():
            db.session.execute(sa.update(StaffUser).values(is_active=StaffUser.is_active))
        for _ in range(READERS):
            post = bare_worker.mail_of(*letter)
            with smtplib.SMTP("127.0.0.1", port) as connection:
                connection.sendmail(post.sender, [post.recipient], post.raw)
        itself = time.perf_counter() - begun
        if number >= 0:
            found.pages.setdefault("engage", []).append(ours)
            found.pages.setdefault("sends itself", []).append(itself)


def say(text: str) -> None:
    """Tell how far it is, beside the table."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
