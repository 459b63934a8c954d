"""The commands of erasing: what is due, what was approved, and what a restored backup must lose once more."""

from typing import IO

import click

from engage.cli.group import group
from engage.services import erasing_again, retention_runs
from engage.services.erasing_again import NoList
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


@group.command("erased")
@click.argument("file", type=click.File("w", encoding="utf-8"))
def write_erased(file: IO[str]) -> None:
    """Write the list of what was erased to FILE. Keep it apart from backups: a restored one is brought up to it."""
    click.echo(f"{erasing_again.write(file)} erased so far")


@group.command("erase-again")
@click.argument("file", type=click.File("r", encoding="utf-8"))
def erase_again(file: IO[str]) -> None:
    """Erase once more what the list in FILE has, after an older backup was restored."""
    try:
        count = erasing_again.erase_again(file)
    except NoList as error:
        raise click.ClickException(f"{error}. Nothing was erased.") from error
    click.echo(f"{count} erased again")
