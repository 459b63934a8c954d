"""What we depend on is listed package by package, and asked after; a service that cannot be asked is said so."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==([^ ;\\]+)", re.MULTILINE)


def _audit():
    """The script of the build, which is no module of the service."""
    spec = importlib.util.spec_from_file_location("ci_audit", ROOT / ".ci" / "audit.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


audit = _audit()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.slow
def test_the_list_of_what_we_run_on_names_every_pin_and_nothing_else(tmp_path):
    target = tmp_path / "sbom.json"
    tool = Path(sys.executable).with_name("cyclonedx-py")
    options = ["requirements", "requirements.txt", "--output-reproducible", "--output-file", target]
    subprocess.run([tool, *options], cwd=ROOT, check=True, capture_output=True)
    made = json.loads(target.read_text("utf-8"))
    listed = {(plain(one["name"]), one["version"]) for one in made["components"]}
    pinned = {(plain(name), version) for name, version in PIN.findall((ROOT / "requirements.txt").read_text("utf-8"))}
    assert made["bomFormat"] == "CycloneDX"
    assert len(pinned) > 50
    assert listed == pinned


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_a_hash_so_that_no_other_package_can_take_its_place(name):
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text("utf-8"))
    assert [block[:40] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block] == []


def test_every_package_of_the_front_end_has_a_digest_and_comes_from_no_other_place():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = [row for name, row in lock["packages"].items() if name]
    assert packages
    for row in packages:
        assert row.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/")
        assert row["integrity"].startswith("sha512-")


def test_a_known_hole_is_found_in_what_pip_audit_prints():
    row = {"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-2019-179", "fix_versions": ["1.0"]}]}
    found = audit.of_python(json.dumps({"dependencies": [row, {"name": "jinja2", "version": "3", "vulns": []}]}))
    assert found.lines("pins") == ["pins: flask 0.1: PYSEC-2019-179", "pins: 1 known holes in 2 packages"]


def test_a_package_of_which_the_service_knows_nothing_is_not_called_clean():
    rows = [{"name": "flask", "skip_reason": "not found"}, {"name": "jinja2", "version": "3", "vulns": []}]
    found = audit.of_python(json.dumps({"dependencies": rows}))
    assert (found.holes, found.asked, found.unknown) == ([], 2, 1)
    assert "NOT AUDITED are 1 of 2" in found.lines("pins")[0]


def test_a_known_hole_is_found_in_what_npm_prints():
    report = {"vulnerabilities": {"sass": {"severity": "high"}}, "metadata": {"dependencies": {"total": 9}}}
    assert audit.of_npm(json.dumps(report)).lines("lock") == ["lock: sass: high", "lock: 1 known holes in 9 packages"]


@pytest.mark.parametrize("printed", ["", "no network", "[]", '{"error": {"code": "ENOTFOUND"}}', '{"dependencies": 1}'])
def test_a_service_that_does_not_answer_is_said_so_and_fails_nothing(printed):
    for read in (audit.of_python, audit.of_npm):
        found = read(printed)
        assert found.holes == ()
        assert "NOT AUDITED, the advisory service could not be reached" in found.lines("pins")[0]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('print(\'{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X-1"}]}]}\')', 1),
        ("print('{\"dependencies\": []}')", 0),
        ("raise SystemExit(2)", 0),
    ],
    ids=["a hole", "none", "no answer"],
)
def test_the_build_fails_where_there_is_a_hole_and_nowhere_else(monkeypatch, tmp_path, capsys, script, expected):
    for name in ("pip-audit", "npm"):
        tool = tmp_path / name
        tool.write_text(f"#!{sys.executable}\n{script}\n")
        tool.chmod(0o700)
    monkeypatch.setattr(audit.sys, "executable", str(tmp_path / "python"))
    assert audit.main() == expected
    assert "requirements.txt" in capsys.readouterr().out


def test_a_tool_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(audit, "LONGEST_SECONDS", 0.1)
    assert audit.asked([sys.executable, "-c", "import time; time.sleep(30)"]) == ""
