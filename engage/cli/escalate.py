"""The command that climbs the ladder by hand, or only says what it would do."""

from datetime import UTC, datetime

import click

from engage import clock
from engage.cli.group import group
from engage.services import escalation
from engage.services.escalation import Step
from engage.settings import settings


@group.command("escalate")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--now",
    "moment",
    metavar="ISO",
    help="Look at the deadlines as of this instant (UTC unless it names its zone). A later one than the present only "
    "with --dry-run, or in the demonstration.",
)
def escalate(dry_run: bool, moment: str | None) -> None:
    """Remind of what falls due, and tell those above what is late. Running it twice does nothing twice."""
    now = _instant(moment) if moment else clock.utcnow()
    if dry_run:
        steps = escalation.preview(now)
        for step in steps:
            click.echo(_line(step))
        click.echo(f"{len(steps)} due; nothing was done")
        return
    if now > clock.utcnow() and settings().MODE != "run":
        raise click.UsageError(
            "That instant has not come yet, and a breach stays on the record for ever. Add --dry-run to look ahead."
        )
    click.echo(f"{escalation.climb(now)} told")


def _instant(moment: str) -> datetime:
    try:
        instant = datetime.fromisoformat(moment)
    except ValueError as error:
        raise click.BadParameter(
            "Write it like 2026-03-02T09:00 or 2026-03-02T09:00+01:00.", param_hint="--now"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _line(step: Step) -> str:
    reference = step.reference or "(restricted)"
    return f"{reference:<16} {step.promise:<20} {step.rung:<14} {step.at:%Y-%m-%d %H:%M}  {_whom(step)}"


def _whom(step: Step) -> str:
    if step.superseded:
        return "recorded, not sent"
    if step.seat is None:
        return "NOBODY"
    return f"{step.seat.role}, all sites" if step.seat.all_sites else step.seat.role
