"""Every clause of OWASP ASVS 5.0 at levels 1 and 2 is answered once: held by tests that exist, open, or not ours."""

import ast
import tomllib
from functools import cache

import pytest

from tests.architecture.asvs import PAGE, ROOT, clauses, levels, page, state

NUMBERS = [n for keys in tomllib.loads((ROOT / "docs" / "security.toml").read_text("utf-8")) for n in keys.split()]


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_clause_of_the_first_two_levels_is_answered_exactly_once():
    assert len(levels()) == 253  # 70 of level 1, 183 of level 2
    assert sorted(NUMBERS) == sorted(levels())


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_said_of_a_clause_is_there(number):
    row = clauses()[number]
    assert set(row) <= {"asks", "where", "tests", "why", "open"}
    assert row["asks"].endswith(".")
    assert not ("why" in row and "open" in row)
    assert state(row) != "held" or (row.get("tests") and row.get("where"))
    assert [path for path in row.get("where", ()) if not (ROOT / path).exists()] == []
    for name in row.get("tests", ()):
        path, _, function = name.partition("::")
        assert function in functions(path), name


def test_the_page_says_what_the_data_say():
    assert PAGE.read_text("utf-8") == page(), "Run: python -m tests.architecture.asvs"
