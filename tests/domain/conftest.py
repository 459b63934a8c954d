"""The shipped data, as files and as values."""

import tomllib
from pathlib import Path

import pytest

from engage.domain.catalogue import FILES, read_catalogue

DATA = Path(__file__).parents[2] / "engage" / "data"


@pytest.fixture
def raw():
    """The parsed files, fresh for each test, so that one can be spoilt."""
    return {name: tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")) for name in FILES}


@pytest.fixture(scope="session")
def catalogue():
    return read_catalogue({name: tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")) for name in FILES})
