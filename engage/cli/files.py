"""Commands about the files that people sent."""

import click

from engage.cli.group import group
from engage.services import scanning
from engage.services.scanning import ScannerAway


@group.command("scan-files")
@click.option("--again", is_flag=True, help="Also look once more at what was locked as harmful, or could not be read.")
def scan_files(again: bool) -> None:
    """Look at files that wait for the malware scanner, here and now. The schedule does so each minute."""
    try:
        scanning.ping()
        count = scanning.sweep() + (scanning.look_again() if again else 0)
    except ScannerAway as error:
        raise click.ClickException("ClamAV's daemon does not answer at ENGAGE_CLAMD, or that is not set.") from error
    click.echo(f"looked at: {count} files, waiting: {scanning.count_waiting()}")
