"""Commands about the keys of the vault: what they serve, turning them, destroying old ones. No key is ever shown."""

import click

from engage import vault
from engage.cli.group import group
from engage.key_ring import NoRing
from engage.services import file_rotation, key_rotation, lane_key_rotation
from engage.services.file_types import FileRefused
from engage.services.key_rotation import Rewrapped, StillNeeded

LANE = click.option("--lane", is_flag=True, help="The ring of the restricted lane, not that of cases.")


@group.group("keys")
def keys_group() -> None:
    """Look after the keys under which people's names and addresses are sealed."""


@keys_group.command("list")
@LANE
def list_keys(lane: bool) -> None:
    """List the versions of the key ring, and how many cases and files, or keys of the lane, each still serves."""
    try:
        held = lane_key_rotation.held() if lane else key_rotation.held()
    except NoRing as error:
        raise click.ClickException(str(error)) from error
    for one in held:
        made = f"made {one.made_at:%Y-%m-%d %H:%M}" if one.made_at else "is not in the ring"
        serves = f"{one.cases} keys" if lane else f"{one.cases} cases, {one.files} files"
        click.echo(f"version {one.number}  {made}  {serves}{'  newest' if one.is_newest else ''}")
    if lane:
        return
    if before := key_rotation.count_before():
        click.echo(f"{before} rows sealed with the root secret. Run: flask engage keys rewrap")
    if plain := file_rotation.count_plain():
        click.echo(f"{plain} files that lie plain. Run: flask engage keys seal-files")


@keys_group.command("rotate")
@LANE
def rotate(lane: bool) -> None:
    """Add a version to the key ring; it wraps from now on, and older ones still open."""
    try:
        number = lane_key_rotation.rotate() if lane else key_rotation.rotate()
    except NoRing as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Version {number} wraps from now on. Bring the file to every machine that has its own, then run:")
    click.echo(f"flask engage keys rewrap{' --lane' if lane else ''}")


@keys_group.command("rewrap")
@LANE
@click.option("--dry-run", is_flag=True, help="Only say what would be brought over.")
def rewrap(lane: bool, dry_run: bool) -> None:
    """Bring everything to the newest keys. May be stopped and run again, while the service runs."""
    try:
        done = lane_key_rotation.rewrap(is_dry=dry_run) if lane else key_rotation.rewrap(is_dry=dry_run)
    except NoRing as error:
        raise click.ClickException(str(error)) from error
    if lane:
        click.echo(f"{'would be' if dry_run else 'were'} wrapped with the newest version: {done.wrapped} keys")
    else:
        _say(done, dry_run)
    if done.unreadable:
        raise click.ClickException(f"{done.unreadable} open with no key that is here and stay as they are")


def _say(done: Rewrapped, dry_run: bool) -> None:
    click.echo(
        f"{'would be' if dry_run else 'were'} wrapped with the newest version: {done.wrapped} cases, {done.files} files"
    )
    click.echo(f"{'would be' if dry_run else 'were'} sealed under keys of their own: {done.sealed_anew} cases")
    if done.relays is None:
        click.echo("relay addresses: run this also where the worker's private key is, beside the newest worker.pub")
    else:
        click.echo(f"{'would be' if dry_run else 'were'} sealed to the worker's newest key: {done.relays} addresses")
    if done.mails:
        click.echo(f"{'would be' if dry_run else 'were'} sealed to the worker's newest key: {done.mails} mails")


@keys_group.command("seal-files")
@click.option("--dry-run", is_flag=True, help="Only say how many would be sealed.")
def seal_files(dry_run: bool) -> None:
    """Seal files that lie plain, as before files were sealed. May be stopped and run again, while the service runs."""
    try:
        done = file_rotation.seal_plain(is_dry=dry_run)
    except FileRefused as error:
        why = error.__cause__ if isinstance(error.__cause__, NoRing) else "The disk is full."
        raise click.ClickException(f"{why} What was sealed stays so; run this again.") from error
    click.echo(f"{'would be' if dry_run else 'were'} sealed: {done.done} files")
    if done.unreadable:
        raise click.ClickException(f"{done.unreadable} are not in the store; flask engage verify names them")


@keys_group.command("destroy")
@LANE
@click.argument("version", type=int)
@click.option("--dry-run", is_flag=True, help="Only say whether it could be destroyed.")
def destroy(lane: bool, version: int, dry_run: bool) -> None:
    """Take an old version out of the key ring. What it wraps in any backup opens no more."""
    try:
        (lane_key_rotation if lane else key_rotation).destroy(version, is_dry=dry_run)
    except (NoRing, StillNeeded) as error:
        raise click.ClickException(str(error)) from error
    if dry_run:
        click.echo(f"Version {version} could be destroyed: no {'report' if lane else 'case'} needs it.")
    else:
        click.echo(f"Version {version} is gone from the ring. Destroy it in every copy of the file, too.")


@keys_group.command("rotate-worker")
def rotate_worker() -> None:
    """Make a new key pair for the worker, where its private key is; the worker opens with the old one, too."""
    try:
        number = vault.turn_worker_keys()
    except FileNotFoundError as error:
        raise click.ClickException("The worker's private key is not here. Run this where it is.") from error
    click.echo(f"The worker has a new key and keeps {number} older. Bring worker.pub to every machine that has its own")
    click.echo("copy, then run here: flask engage keys rewrap")
