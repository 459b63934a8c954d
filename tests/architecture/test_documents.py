"""The pages of docs/ that are made from the code say what the code says, and every link in docs/ leads somewhere."""

import re

import pytest

from engage.cli import documents
from tests.architecture.sources import ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
WRITTEN_BY_HAND = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
)


def test_the_pages_made_from_the_code_are_up_to_date(app):
    with app.app_context():
        assert sorted(documents.out_of_date()) == [], "Run: flask engage documents"


def test_the_check_says_what_is_out_of_date(app, monkeypatch, tmp_path):
    monkeypatch.setattr(documents, "DOCS", tmp_path)
    result = app.test_cli_runner().invoke(args=["engage", "documents", "--check"])
    assert result.exit_code == 1
    assert "docs/lifecycle.md is out of date" in result.output
    assert list(tmp_path.iterdir()) == []
    assert app.test_cli_runner().invoke(args=["engage", "documents"]).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == set(documents.PAGES)
    assert app.test_cli_runner().invoke(args=["engage", "documents", "--check"]).output == ""


def test_the_diagram_names_every_stage_and_action(app):
    printed = app.test_cli_runner().invoke(args=["engage", "lifecycle-diagram"]).output
    assert "stateDiagram" in printed
    assert "| proposed | accept | implementing or closed | the person |" in printed


@pytest.mark.parametrize("page", WRITTEN_BY_HAND)
def test_every_link_of_a_document_leads_to_a_file(page):
    path = ROOT / page
    assert [to for to in LINK.findall(path.read_text("utf-8")) if not (path.parent / to).exists()] == []


@pytest.mark.parametrize("page", WRITTEN_BY_HAND)
def test_every_file_that_a_document_names_exists(page):
    named = re.findall(
        r"`((?:engage|tests|docs|worker|templates|frontend|bench)/[\w./-]+)`", (ROOT / page).read_text("utf-8")
    )
    made = {
        "engage/fonts",
        "engage/passwords",
        "engage/static/dist",
        "bench/results.md",
    }  # by make build and make bench
    assert [name for name in named if not (ROOT / name).exists() and name.rstrip("/") not in made] == []


def test_no_two_decisions_share_a_number():
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)
    assert len({name[:4] for name in names}) == len(names)
