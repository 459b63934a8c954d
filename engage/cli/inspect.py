"""Commands that look and change nothing: the configuration, the pages and their gates."""

from collections.abc import Iterable

import click
from flask import current_app
from werkzeug.routing import Rule

from engage.cli.group import group
from engage.services import checks

# The gate of each side of the pages, as its blueprint closes it; which endpoints are open, the tests list.
_GATES = {
    "static": "open",
    "public": "open, or by the code of a case",
    "account": "signed in; signing in and choosing a password are open",
    "notifications": "signed in; each reads their own",
    "staff": "signed in, with a role that sees cases; then policy, case by case",
    "lane": "signed in, focal point; for everybody else it does not exist",
    "admin": "signed in lately from here, administrator",
    "hooks": "open; what comes is signed by the gateway of text messages",
    "health": "open; metrics by token",
    "dev": "open, in the demonstration alone",
}


@group.command("check-config")
def check_config() -> None:
    """Look at database, queue, mail, files, and every rung. Exit code 1 if something is wrong; a warning is not."""
    problems = 0
    for finding in checks.look():
        problems += finding.problem is not None and not finding.is_warning
        mark = "ok  " if finding.problem is None else "look" if finding.is_warning else "BAD "
        click.echo(f"{mark} {finding.what}")
        if finding.problem:
            click.echo(f"     {finding.problem}")
    if problems:
        raise click.ClickException(f"{problems} to mend")


@group.command("routes")
def list_routes() -> None:
    """List every page with its methods and the gate before it."""
    for line in lines_of(current_app.url_map.iter_rules()):
        click.echo(line)


def lines_of(rules: Iterable[Rule]) -> list[str]:
    """Return one line per address: endpoint, methods, address, gate."""
    found = []
    for rule in sorted(rules, key=lambda rule: (rule.endpoint, rule.rule)):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        gate = _GATES[rule.endpoint.partition(".")[0]]
        found.append(f"{rule.endpoint:<34} {methods:<9} {rule.rule:<48} {gate}")
    return found
