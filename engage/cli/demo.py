"""The command that fills an empty service with demonstration data."""

from collections.abc import Sequence

import click

from engage.cli.group import group
from engage.services import demo
from engage.services.demo import SignIn
from engage.unit_of_work import unit_of_work

WHERE_CODES_ARE = "Whoever is asked for a code after the password finds it at /dev/codes, as if on their phone."


@group.command("seed-demo")
def seed_demo() -> None:
    """Add three invented sites, sixty cases and one account per role; nothing where a site exists already."""
    try:
        with unit_of_work():
            sign_ins = demo.seed()
    except demo.NotInTheProduct as error:
        raise click.ClickException(str(error)) from error
    if not sign_ins:
        click.echo("There are sites already: nothing was added.")
        return
    click.echo("Demonstration accounts. The passwords are shown this once and kept nowhere:\n")
    click.echo("\n".join(lines_of(sign_ins)))
    click.echo(f"\n{WHERE_CODES_ARE}")


def lines_of(sign_ins: Sequence[SignIn]) -> list[str]:
    """Return the accounts as lines of a table for a terminal."""
    rows = [("Role", "Where", "E-mail address", "Password"), *((s.role, s.site, s.email, s.password) for s in sign_ins)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
