"""The commands that write the pages of docs/ which the code itself knows best; a test compares the two."""

from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app

from engage.cli import tables
from engage.cli.group import group
from engage.notify.table import as_markdown
from engage.settings import settings

DOCS = Path(__file__).parents[2] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "lifecycle.md": tables.lifecycle,
    "notifications.md": as_markdown,
    "permissions.md": tables.permissions,
    "routes.md": lambda: tables.routes(current_app.url_map),
    "settings.md": lambda: tables.settings(type(settings())),
}


@group.command("documents")
@click.option("--check", is_flag=True, help="Only say which pages are out of date; the exit code is 1 if one is.")
def write_documents(check: bool) -> None:
    """Write the pages of docs/ that are made from the code."""
    old = out_of_date()
    for name, content in old.items():
        if not check:
            (DOCS / name).write_text(content, "utf-8")
        click.echo(f"docs/{name} {'is out of date' if check else 'written'}")
    if check and old:
        raise click.ClickException("Run: flask engage documents")


@group.command("lifecycle-diagram")
def show_lifecycle() -> None:
    """Print the life of a case: every stage and what leads out of it."""
    click.echo(tables.lifecycle(), nl=False)


def out_of_date() -> dict[str, str]:
    """Return the pages that differ from what the code says, with what they should hold."""
    wanted = {name: make() for name, make in PAGES.items()}
    return {name: content for name, content in wanted.items() if _written(name) != content}


def _written(name: str) -> str | None:
    path = DOCS / name
    return path.read_text("utf-8") if path.is_file() else None
