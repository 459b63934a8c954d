"""Commands about notices: what is owed, what died, trying again, delivering now."""

import uuid

import click

from engage import clock
from engage.cli.group import group
from engage.queries import notice_page, notices
from engage.services import alarms, delivery
from engage.unit_of_work import unit_of_work

_INSTANTS = (
    "created_at",
    "not_before",
    "claimed_at",
    "sent_at",
    "arrived_at",
    "bounced_at",
    "dead_at",
    "replaced_at",
)  # in UTC


@group.group("outbox")
def outbox_group() -> None:
    """Look at the notices that are owed."""


@outbox_group.command("list")
@click.option("--dead", "which", flag_value="dead", help="Those that were given up, instead of those that wait.")
@click.option("--bounced", "which", flag_value="bounced", help="Those that left and came back.")
def list_notices(which: str | None) -> None:
    """List notices by id, with their state: no address and no content is shown."""
    rows = {"dead": notices.dead, "bounced": notices.came_back}.get(which or "", notices.waiting)()
    now = clock.utcnow()
    for row in rows:
        at = row.dead_at or row.bounced_at or row.not_before
        state = f"{row.state(now):<8}"
        click.echo(
            f"{row.id}  {state} to {row.recipient:<6} {at:%Y-%m-%d %H:%M} tried {row.attempts}  {row.last_error or ''}"
        )
    click.echo(f"{len(rows)} {which or 'waiting'}")


@outbox_group.command("show")
@click.argument("notice", type=click.UUID)
def show(notice: uuid.UUID) -> None:
    """Show where one notice stands and each try: ids and codes alone."""
    found = notice_page.notice(notice)
    if found is None:
        raise click.ClickException("There is no notice with this id.")
    state = found.state(clock.utcnow())
    click.echo(f"{found.id}  to {found.recipient}  {state}  urgency {found.urgency}  road {found.road or '-'}")
    for name in _INSTANTS:
        if (at := getattr(found, name)) is not None:
            click.echo(f"  {name:<12} {at:%Y-%m-%d %H:%M:%S}")
    if found.replaced_by_id is not None:
        click.echo(f"  replaced_by  {found.replaced_by_id}")
    tries = notice_page.attempts(notice)
    for row in tries:
        click.echo(f"  {row.at:%Y-%m-%d %H:%M:%S}  {row.road:<11} {row.outcome:<8} {row.reason or ''}".rstrip())
    click.echo(f"{len(tries)} tries")


@outbox_group.command("retry")
@click.argument("notice", type=click.UUID)
def retry(notice: uuid.UUID) -> None:
    """Let a notice that is dead or came back be tried again."""
    with unit_of_work():
        is_owed = delivery.try_again(notice, actor=None)
    if not is_owed:
        raise click.ClickException("No notice of this id is dead or came back, or its values are gone.")
    click.echo("It is tried again now.")


@group.command("sweep")
def sweep() -> None:
    """Deliver what is due, here and now."""
    click.echo(f"{delivery.drain()} sent")


@group.command("watch-delivery")
def watch_delivery() -> None:
    """Look at what keeps notices from people, and tell operators; for cron, where worker and schedule may be gone."""
    click.echo(f"{alarms.watch()} told")
