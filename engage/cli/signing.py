"""What has to stand in the DNS, so that others believe our mails."""

import click

from engage.cli.group import group
from engage.notify.envelope import signature
from engage.notify.transports.dkim_signing import NoKey, record_of


@group.command("dkim-record")
def show_dkim_record() -> None:
    """Print the line of the DNS with the public half of the key that signs our mails."""
    by = signature()
    if by is None:
        raise click.ClickException("Set ENGAGE_DKIM_DOMAIN, ENGAGE_DKIM_SELECTOR and ENGAGE_DKIM_KEY first.")
    try:
        click.echo(record_of(by))
    except NoKey as error:
        raise click.ClickException(str(error)) from error
