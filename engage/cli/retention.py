"""The command that says what is due to be erased, and carries out what was approved."""

import click

from engage.cli.group import group
from engage.services import retention_runs
from engage.settings import settings


@group.command("retention")
@click.option("--dry-run", is_flag=True, help="Say how much is due by which rule, and do nothing.")
def apply_retention(dry_run: bool) -> None:
    """Erase what an approved run of the schedule has. Running it twice does nothing twice.

    Restricted cases are not counted here; they go along.
    """
    if dry_run:
        counts = retention_runs.preview()
        for rule, count in sorted(counts.items()):
            click.echo(f"{rule:<24} {count}")
        click.echo(f"{sum(counts.values())} due; nothing was done")
        return
    click.echo(f"{retention_runs.tend(settings().RETENTION_AUTO_DAYS)} erased")
