"""The files of pinned packages: what one package asks of another is pinned as it is asked for."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([a-z0-9,_-]+)\])?==", re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_package_that_is_asked_for_with_an_extra_is_pinned_with_it(name):
    """Else pip looks for the newest with the extra, finds no hash for it, and a fresh machine cannot install."""
    pins = {
        canonicalize_name(package): set(filter(None, extras.split(",")))
        for package, extras in PINNED.findall((ROOT / name).read_text("utf-8"))
    }
    missing = []
    for package, chosen in pins.items():
        try:
            asked = metadata.requires(package) or []
        except metadata.PackageNotFoundError:  # for another system or Python
            continue
        for line in asked:
            wanted = Requirement(line)
            counts = wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *chosen))
            if counts and wanted.extras - pins.get(canonicalize_name(wanted.name), wanted.extras):
                missing.append(f"{package} asks for {line}")
    assert missing == []
