"""The project's own Python files and templates, read once and parsed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"

# Alembic writes these and freezes them; they speak its dialect.
MIGRATIONS = ROOT / "engage" / "migrations"


@cache
def service_files() -> tuple[Path, ...]:
    """Return every Python file that runs in production, migrations apart."""
    found = [ROOT / "config.py", ROOT / "wsgi.py"]
    for package in ("engage", "worker"):
        found += (path for path in (ROOT / package).rglob("*.py") if MIGRATIONS not in path.parents)
    return tuple(sorted(found))


@cache
def all_files() -> tuple[Path, ...]:
    """Return every Python file of the repository that people write, tests included, migrations apart."""
    found = list(service_files())
    for folder in ("tests", "bench", ".ci"):
        found += (ROOT / folder).rglob("*.py")
    return tuple(sorted(found))


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """Return the path as people write it, from the top of the repository."""
    return path.relative_to(ROOT).as_posix()


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a chain of attributes, and the last parts of it where the chain starts with a call."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of a file with the dotted name that is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def at(path: Path, node: ast.expr | ast.stmt) -> str:
    """Return `file:line`, for a failing test to point at."""
    return f"{name(path)}:{node.lineno}"
