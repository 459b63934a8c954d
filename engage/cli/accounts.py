"""Commands for administrators: the first one, and the one who lost the phone."""

import click

from engage.cli.group import group
from engage.queries import accounts as known
from engage.services import accounts, second_factor
from engage.services.accounts import EmailTaken
from engage.services.new_passwords import WeakPassword
from engage.services.passwords import LONGEST, SHORTEST
from engage.unit_of_work import unit_of_work

_WHY = {
    "too_short": f"Use {SHORTEST} characters or more.",
    "too_long": f"Use {LONGEST} characters or fewer.",
    "too_simple": "Use more different characters.",
    "too_common": "Many people use this one. Use three or four words that do not belong together.",
    "is_the_name": "Do not use the address, the service or a site in the password.",
}


@group.command("create-admin")
@click.argument("email")
@click.option("--ask", is_flag=True, help="Ask for a password instead of making one.")
def create_admin(email: str, ask: bool) -> None:
    """Make an administrator of all sites. The password is shown this once, and has to be changed."""
    if "@" not in email:
        raise click.BadParameter("This is no e-mail address.", param_hint="EMAIL")
    given = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else None
    try:
        with unit_of_work():
            made = accounts.create_admin(email, given)
    except EmailTaken as error:
        raise click.ClickException("There is an account with this address.") from error
    except WeakPassword as error:
        raise click.ClickException(_WHY[error.code]) from error
    if made:
        click.echo(f"Password, shown this once: {made}")
    click.echo("Sign in at /account/sign-in, with a phone at hand: an app for codes is set up there.")


@group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take away the second factor of somebody who lost it, where no other administrator can."""
    user_id = known.id_of(email)
    if user_id is None:
        raise click.ClickException("There is no account with this address.")
    with unit_of_work():
        was_there = second_factor.reset(user_id, actor=None)
    click.echo("It is taken away. They set up a new one when they sign in." if was_there else "There was none.")
