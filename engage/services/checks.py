"""What an operator wants to know before people rely on the service: does every part answer, is somebody everywhere."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text

from engage import key_ring, vault
from engage.domain.escalation import Seat
from engage.domain.policy import Role
from engage.extensions import celery, db
from engage.key_ring import Ring
from engage.models import Site
from engage.notify import gateways
from engage.notify.envelope import signature
from engage.notify.transports import TransportDown
from engage.notify.transports.choice import open_transport
from engage.notify.transports.dkim_signing import key_of
from engage.queries import staffing
from engage.services import (
    file_rotation,
    foreign_identities,
    key_rotation,
    lane_key_rotation,
    scanning,
    single_sign_on,
    sites,
)
from engage.services.scanning import ScannerAway
from engage.settings import settings

_BROKER_SECONDS = 3
MOST_BACKUP_DAYS = 90  # Source: domain 5.9, backups expire ninety days after a purge at the latest.
NO_PANEL = (
    "Nobody could sit on a panel. Give the role panel to somebody who works no cases there, or to one of all sites."
)
_MIGRATIONS = Path(__file__).parent.parent / "migrations" / "versions"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `problem` says what is wrong and what to do, None when it is well.

    A warning is worth a look and keeps nothing from working.
    """

    what: str
    problem: str | None = None
    is_warning: bool = False


def look() -> Iterator[Finding]:
    """Look at every part of the configuration in force; each finding comes as soon as it is made.

    Nothing is changed and nothing is sent. Texts name no secret and no address.
    """
    checks: tuple[tuple[str, Callable[[], None]], ...] = (
        ("settings", _settings),
        ("database", _database),
        ("queue", _queue),
        ("mail", _mail),
        ("text messages", _texts),
        ("files", _files),
        ("keys", _keys),
        ("key ring", _key_ring),
        ("key ring of the lane", _lane_ring),
        ("single sign-on", _single_sign_on),
    )
    is_sound = True
    for what, check in checks:
        problem = _problem_of(check)
        is_sound = is_sound and not (what == "database" and problem)
        yield Finding(what, problem)
    yield from _backups()
    yield from _mail_doors()
    if is_sound:
        yield from _sealed_before()
        yield from _scanning()
        yield from _people()


def _problem_of(check: Callable[[], None]) -> str | None:
    try:
        check()
    except Exception as error:
        return str(error) if isinstance(error, NotWell | TransportDown | ValueError) else type(error).__name__
    return None


class NotWell(RuntimeError):
    """Something is wrong; the text says what, and the remedy."""


def _settings() -> None:
    if settings().MODE == "serve":
        settings().checked_for_serving()


def _database() -> None:
    at = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    newest = max(path.stem[:4] for path in _MIGRATIONS.glob("*.py"))
    if at != newest:
        raise NotWell(f"It is at migration {at} of {newest}. Run: flask db upgrade")


def _queue() -> None:
    with celery.connection_for_write(connect_timeout=_BROKER_SECONDS) as connection:
        connection.ensure_connection(max_retries=1, timeout=_BROKER_SECONDS)


def _mail() -> None:
    transport = open_transport()
    try:
        transport.check()
    finally:
        transport.close()
    by = signature()
    if by is not None and (vault.has_worker_key() or by.key.exists()):  # pages sign nothing, so they may lack the key
        key_of(by.key)


def _texts() -> None:
    if not gateways.is_there():
        return
    gateway = gateways.open_gateway()
    try:
        gateway.check()
    finally:
        gateway.close()


def _files() -> None:
    folder = settings().VAR / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    probe = folder / f".check-{secrets.token_hex(8)}"
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(descriptor)
    probe.unlink()


def _keys() -> None:
    if not (settings().VAR / "worker.pub").exists():
        raise NotWell("The worker's key is missing, so no address could be sealed. Start the service once: it is made.")
    private = settings().worker_keys / vault.WORKER_KEY
    if private.exists() and private.stat().st_mode & 0o077:
        raise NotWell("Other accounts of this machine can read worker.key. Give it the mode 600.")
    if private.exists() and not vault.worker_keys_fit():
        raise NotWell(
            "worker.pub does not belong to worker.key. Bring the newest here: flask engage keys rotate-worker"
        )


def _key_ring() -> None:
    held = key_rotation.held()
    if key_ring.is_there() and key_ring.is_open_to_others():
        raise NotWell("Other accounts of this machine can read the key ring. Give it the mode 600.")
    if lost := [str(one.number) for one in held if one.made_at is None]:
        raise NotWell(
            f"Cases need versions that the key ring lacks: {', '.join(lost)}. Put them back from where keys are kept."
        )


def _backups() -> Iterator[Finding]:
    kept = settings().BACKUPS_KEPT_DAYS
    if kept is not None and kept > MOST_BACKUP_DAYS:
        said = f"They are kept for {kept} days, so what was erased lies in them for longer than the {MOST_BACKUP_DAYS} "
        yield Finding("backups", said + "that people are told.", is_warning=True)


def _mail_doors() -> Iterator[Finding]:
    """Answers need both: an address that our mails name, and a door by which they come in."""
    inbox, has_door = settings().MAIL_INBOX, bool(settings().IMAP_HOST or settings().LMTP_LISTEN)
    if inbox is not None and not has_door:
        said = (
            "ENGAGE_MAIL_INBOX is set, and neither ENGAGE_IMAP_HOST nor ENGAGE_LMTP_LISTEN: answers to our mails come "
        )
        yield Finding("mail that comes in", said + "in only if your mail server pipes them to us.", is_warning=True)
    elif inbox is None and has_door:
        said = "ENGAGE_IMAP_HOST or ENGAGE_LMTP_LISTEN is set, and ENGAGE_MAIL_INBOX is not: our mails name no address "
        yield Finding(
            "mail that comes in", said + "for answers. Set it to the address of that mailbox.", is_warning=True
        )


def _scanner() -> None:
    try:
        scanning.ping()
    except ScannerAway as error:
        raise NotWell("ClamAV's daemon does not answer at ENGAGE_CLAMD, so new files wait. Start it.") from error


def _scanning() -> Iterator[Finding]:
    count = scanning.count_waiting()
    if settings().CLAMD is None:
        said = "ENGAGE_CLAMD is not set: nobody looks for programs that do harm in files that people send."
        yield Finding("malware scanner", said, is_warning=True)
        if count:
            yield Finding("files to scan", f"{count} wait for a scanner, and none is set. Set ENGAGE_CLAMD again.")
        return
    yield Finding("malware scanner", _problem_of(_scanner))
    if count:
        yield Finding("files to scan", f"{count} wait, and nobody can open them meanwhile.", is_warning=True)


def _lane_ring() -> None:
    held = lane_key_rotation.held()
    if key_ring.is_there(Ring.LANE) and key_ring.is_open_to_others(Ring.LANE):
        raise NotWell("Other accounts of this machine can read the key ring of the lane. Give it the mode 600.")
    if lost := [str(one.number) for one in held if one.made_at is None]:
        raise NotWell(
            f"Reports need versions that the lane's key ring lacks: {', '.join(lost)}. Put them back from where keys "
            "are kept."
        )


def _single_sign_on() -> None:
    if not single_sign_on.is_on():
        return
    codes = set(db.session.scalars(select(Site.code)))
    rows = foreign_identities.mapping()
    if unknown := sorted({one.site_code for one in rows if one.site_code} - codes):
        raise NotWell(f"ENGAGE_OIDC_ROLES names sites that are not there: {', '.join(unknown)}.")
    try:
        single_sign_on.begin()
    except single_sign_on.ProviderDown as error:
        raise NotWell("The provider does not answer, or calls itself otherwise than ENGAGE_OIDC_ISSUER.") from error


def _sealed_before() -> Iterator[Finding]:
    if count := key_rotation.count_before():
        said = f"{count} rows are sealed with the root secret, which no key ring ends. Run: flask engage keys rewrap"
        yield Finding("sealed rows", said, is_warning=True)
    if count := file_rotation.count_plain():
        said = f"{count} files lie plain, from before files were sealed. Run: flask engage keys seal-files"
        yield Finding("sealed files", said, is_warning=True)


_NOBODY_SAID = (
    "Nobody said which departments and contractors do security there, so they are not kept out of cases about them. "
    "An administrator says it on the page of the site."
)


_NO_OWN_FOCAL = (
    "It has no focal point of its own: those of all sites hear of violence there. Somebody near helps sooner. Give up "
    "to three people the role focal."
)


def _people() -> Iterator[Finding]:
    who = staffing.held()
    yield Finding("administrator", None if who.has_admin else "There is none. Run: flask engage create-admin EMAIL")
    open_sites = staffing.open_sites()
    if not open_sites:
        yield Finding("sites", "There is none yet. An administrator adds the first.")
    unguarded, without_focal = staffing.without_security(), staffing.without_own_focal_points()
    for site_id, code in open_sites:
        vacant = who.vacant(sites.in_force(site_id).ladder.seats, site_id)
        names = ", ".join(f"{seat.role}{' of all sites' if seat.all_sites else ''}" for seat in vacant)
        yield Finding(f"ladder of {code}", f"Nobody is: {names}. Give somebody the role." if names else None)
        hears = None if who.hears_of_new(site_id) else "Nobody is told of a new or of a restricted concern."
        yield Finding(f"new concerns at {code}", hears)
        hears_appeals = who.sits(Seat(Role.PANEL), site_id)
        yield Finding(f"appeals at {code}", None if hears_appeals else NO_PANEL)
        if site_id in without_focal:
            yield Finding(f"focal points of {code}", _NO_OWN_FOCAL, is_warning=True)
        if site_id in unguarded:
            yield Finding(f"security of {code}", _NOBODY_SAID, is_warning=True)
