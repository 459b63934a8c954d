"""The command that writes the page about notices."""

import click

from engage.cli.group import group
from engage.notify.table import as_markdown


@group.command("notifications")
def show_notifications() -> None:
    """Print docs/notifications.md: who is told what."""
    click.echo(as_markdown(), nl=False)
