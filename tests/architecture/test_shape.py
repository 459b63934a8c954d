"""What import-linter cannot see: who may commit, ask the time, read the environment, and how long a file may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import sources
from tests.architecture.sources import at, calls, dotted, service_files, tree

LONGEST_FILE = 300
LONGER = {"config.py"}  # the top level has this one place for settings, and its first lines say so

CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "handler", "dao"}


def ends_with(called: str, names: tuple[str, ...]) -> bool:
    return any(called == name or called.endswith(f".{name}") for name in names)


def where_called(names: tuple[str, ...], *, but: str) -> list[str]:
    return [
        at(path, call)
        for path in service_files()
        if sources.name(path) != but
        for called, call in calls(path)
        if ends_with(called, names)
    ]


def test_only_the_unit_of_work_commits_or_rolls_back():
    found = [
        at(path, call)
        for path in service_files()
        if sources.name(path) != "engage/unit_of_work.py"
        for _, call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("commit", "rollback")
    ]
    assert found == []


def test_only_the_clock_asks_the_time():
    assert where_called(CLOCKS, but="engage/clock.py") == []


def test_only_the_demonstration_moves_the_clock():
    found = [
        at(path, call)
        for path in service_files()
        if not sources.name(path).startswith("engage/services/demo/")
        for called, call in calls(path)
        if called == "clock.at"
    ]
    assert found == []


def test_only_config_reads_the_environment():
    found = [
        at(path, node)
        for path in service_files()
        if sources.name(path) != "config.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and dotted(node) in ("os.environ", "os.environb", "os.getenv", "os.getenvb")
    ]
    assert found == []


def test_imports_stand_at_the_top_except_in_create_app():
    found = [
        at(path, inner)
        for path in service_files()
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        if (sources.name(path), function.name) != ("engage/__init__.py", "create_app")
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_no_import_is_for_the_type_checker_alone():
    found = [
        at(path, node)
        for path in service_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    assert found == []


def test_no_file_is_longer_than_three_hundred_lines():
    lengths = {sources.name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources.all_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE and name not in LONGER} == {}


def test_every_module_is_named_for_what_it_holds():
    assert [sources.name(path) for path in service_files() if path.stem in SHAPELESS] == []


def test_every_module_says_what_is_in_it():
    wordless = [
        sources.name(path)
        for path in service_files()
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    ]
    assert wordless == []


def test_whatever_is_silenced_or_skipped_says_why():
    marks = ("noqa", "type: ignore", "pragma: no cover", "mark.skip", "xfail")
    found = []
    for path in sources.all_files():
        if path.parent == sources.ROOT / "tests" / "architecture":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            silenced = any(mark in line for mark in marks)
            if silenced and " - " not in line and "reason=" not in line:
                found.append(f"{sources.name(path)}:{number}")
    assert found == []


@pytest.mark.slow
def test_the_layers_hold():
    command = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run([command, "--no-cache"], cwd=sources.ROOT, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_whoever_asks_the_database_who_holds_a_role_asks_whether_it_counts():
    """A role that rests (its training ran out) opens nothing: docs/decisions/0037."""
    asking = [path for path in service_files() if "StaffMembership.role" in path.read_text(encoding="utf-8")]
    assert asking
    forgetful = [sources.name(path) for path in asking if "StaffMembership.counts" not in path.read_text("utf-8")]
    assert forgetful == []
