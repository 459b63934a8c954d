"""Commands for the record: make a checkpoint, go through every chain, and write out what an outsider can check."""

from typing import IO

import click

from engage.cli.group import group
from engage.services import checkpoints, record_copy, verifying
from engage.services.verifying_heads import NoCheckpoint, Saved

WRONG = {
    "unreadable": "This is no checkpoint of engage, or the file of leaves is none.",
    "wrong_signature": "The checkpoint was changed: its signature does not fit.",
    "wrong_leaves": "The leaves belong to another checkpoint, or were changed.",
}


@group.command("verify")
@click.option("--checkpoint", type=click.File(), help="A checkpoint that was saved elsewhere.")
@click.option("--leaves", type=click.File(), help="The leaves that were saved with it.")
def verify(checkpoint: IO[str] | None, leaves: IO[str] | None) -> None:
    """Go through the whole record. Exit code 1 if it does not hold."""
    if leaves and not checkpoint:
        raise click.UsageError("Leaves are read with the checkpoint they were saved with: add --checkpoint.")
    try:
        saved = Saved.read(checkpoint.read(), leaves.read() if leaves else None) if checkpoint else None
    except NoCheckpoint as error:
        raise click.ClickException(WRONG[str(error)]) from error
    found = verifying.verify(saved)
    click.echo(
        f"{found.cases} cases, {found.reports} reports, {found.events} events, {found.accesses} accesses, "
        f"{found.changes} changes of people and settings, {found.checkpoints} checkpoints; {len(found.broken)} broken"
    )
    for place in found.broken:
        click.echo(place)
    if found.younger:
        click.echo(f"{found.younger} events are younger than the last checkpoint: of these, receipts alone are proof.")
    if found.ahead:
        click.echo(f"Checkpoint {found.ahead} is of a moment that is yet to come: a clock ran ahead. See incidents.md.")
    if found.broken:
        raise click.exceptions.Exit(1)


@group.command("checkpoint")
def make_checkpoint() -> None:
    """Make the checkpoint of this day now, unless there is one."""
    click.echo("made" if checkpoints.make() else "there is one of this day")


@group.command("record")
@click.argument("file", type=click.File("w", atomic=True))
def copy_record(file: IO[str]) -> None:
    """Write the record to a FILE that an outsider checks with deploy/verify_record.py: no words, names or addresses."""
    click.echo(f"{record_copy.write(file)} lines")


@group.command("leaves")
@click.argument("number", type=int)
@click.argument("file", type=click.File("w", atomic=True))
def copy_leaves(number: int, file: IO[str]) -> None:
    """Write the leaves of checkpoint NUMBER to a FILE, to be kept with it."""
    click.echo(f"{record_copy.write_leaves(number, file)} leaves")
