"""`python -m tests.architecture.standards` writes docs/standards.md from docs/standards.toml; a test compares them."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "standards.md"
HEAD = """# Standards

Which clause asks for what, what we have for it, and the test that holds it. Made from `docs/standards.toml`; the words
are ours. A clause without a test is said to be open.

| no. | source | asks for | feature | held by |
|---|---|---|---|---|
"""


def clauses() -> dict[str, dict[str, Any]]:
    """Return the clauses by number, each with source, asks, feature and tests."""
    return tomllib.loads((ROOT / "docs" / "standards.toml").read_text("utf-8"))


def page() -> str:
    """Return what docs/standards.md should hold."""
    rows = []
    for number, row in clauses().items():
        held = "<br>".join(f"`{name}`" for name in row["tests"]) or "**not built yet, or not proven**"
        rows.append(f"| {number} | {row['source']} | {row['asks']} | {row['feature']} | {held} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
