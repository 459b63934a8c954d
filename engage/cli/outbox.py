"""Commands about notices: what is owed, what died, trying again, delivering now."""

import uuid

import click

from engage.cli.group import group
from engage.queries import notices
from engage.services import alarms, delivery
from engage.unit_of_work import unit_of_work


@group.group("outbox")
def outbox_group() -> None:
    """Look at the notices that are owed."""


@outbox_group.command("list")
@click.option("--dead", is_flag=True, help="Those that were given up, instead of those that wait.")
def list_notices(dead: bool) -> None:
    """List notices by id: no address and no content is shown."""
    rows = notices.dead() if dead else notices.waiting()
    for row in rows:
        due = row.dead_at if dead else row.not_before
        click.echo(f"{row.id}  to {row.recipient:<6} {due:%Y-%m-%d %H:%M} tried {row.attempts}  {row.last_error or ''}")
    click.echo(f"{len(rows)} {'dead' if dead else 'waiting'}")


@outbox_group.command("retry")
@click.argument("notice", type=click.UUID)
def retry(notice: uuid.UUID) -> None:
    """Let a dead notice be tried again."""
    with unit_of_work():
        is_owed = delivery.try_again(notice, actor=None)
    if not is_owed:
        raise click.ClickException("There is no dead notice with this id, or its values are gone.")
    click.echo("It is tried again now.")


@group.command("sweep")
def sweep() -> None:
    """Deliver what is due, here and now."""
    click.echo(f"{delivery.drain()} sent")


@group.command("watch-delivery")
def watch_delivery() -> None:
    """Look at what keeps notices from people, and tell operators; for cron, where worker and schedule may be gone."""
    click.echo(f"{alarms.watch()} told")
