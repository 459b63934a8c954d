"""Commands by which mail comes in: fetched from a mailbox, handed over by a mail server, or piped."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable

import click
from flask import Flask, current_app

from engage.cli.group import group
from engage.domain.received_mail import MailRoad
from engage.extensions import db
from engage.services.inbound import lmtp, mailbox, receiving
from engage.settings import settings


@group.command("fetch-mail")
@click.option("--once", is_flag=True, help="Fetch what is there and end.")
def fetch_mail(once: bool) -> None:
    """Fetch mail from the IMAP mailbox, and wait for more until it is stopped."""
    if settings().IMAP_HOST is None:
        raise click.ClickException("ENGAGE_IMAP_HOST is not set: there is no mailbox to fetch from.")
    if once:
        click.echo(f"{mailbox.fetch_once()} fetched")
        return
    mailbox.watch(threading.Event())


@group.command("lmtp")
def serve_lmtp() -> None:
    """Take mail from the mail server of this machine by LMTP, until it is stopped."""
    address = settings().LMTP_LISTEN
    if address is None:
        raise click.ClickException("ENGAGE_LMTP_LISTEN is not set: nowhere to listen.")
    asyncio.run(_listen(address, within(current_app._get_current_object())))  # type: ignore[attr-defined]  # - a proxy


@group.command("receive-mail")
@click.argument("recipients", nargs=-1)
def receive_mail(recipients: tuple[str, ...]) -> None:
    """Take one mail from standard input, for the recipients named.

    Exit codes are those of sysexits.h, as mail servers understand them: 0 kept, 65 too big, 75 not now.
    """
    try:
        receiving.receive(sys.stdin.buffer.read(), MailRoad.PIPE, recipients)
    except receiving.TooBig:
        click.echo(f"5.3.4 The message is larger than {settings().MAIL_MAX_BYTES} bytes", err=True)
        sys.exit(os.EX_DATAERR)
    except Exception as error:  # whatever it is, it is no fault of the mail: its server keeps it
        click.echo(f"4.3.0 Not now: {type(error).__name__}", err=True)
        sys.exit(os.EX_TEMPFAIL)


def within(app: Flask) -> lmtp.Within:
    """Return what runs a call in a context of its own, from whatever thread, and leaves no session behind."""

    def run(call: Callable[[], str]) -> str:
        with app.app_context():
            try:
                return call()
            finally:
                db.session.remove()

    return run


async def _listen(address: str, run: lmtp.Within) -> None:
    server = await lmtp.serve(address, run)
    click.echo(f"LMTP is at {address}")
    async with server:
        await server.serve_forever()
