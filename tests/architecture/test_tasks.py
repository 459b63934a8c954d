"""Every task that is sent or scheduled exists in the worker."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, at, calls, service_files, tree

ASK = """
import json
from worker.app import flask_app
from engage.extensions import celery
celery.loader.import_default_modules()
celery.finalize()
print(json.dumps([list(celery.tasks), [entry["task"] for entry in celery.conf.beat_schedule.values()]]))
"""


@pytest.fixture(scope="module")
def registered_and_scheduled(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """What the worker knows, asked in a process of its own, since the worker makes an application of its own."""
    environment = os.environ | {"ENGAGE_VAR": str(tmp_path_factory.mktemp("worker")), "ENGAGE_MODE": "run"}
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    registered, scheduled = json.loads(asked.stdout.splitlines()[-1])
    return set(registered), set(scheduled)


def constants(path: Path) -> dict[str, str]:
    """Return the module's own names for strings."""
    return {
        target.id: node.value.value
        for node in tree(path).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def sent() -> dict[str, str]:
    """Return the task that each call of send_task sends, by where the call is."""
    found = {}
    for path in service_files():
        for called, call in calls(path):
            if called.rpartition(".")[2] == "send_task":
                named = call.args[0]
                known = constants(path).get(named.id, "") if isinstance(named, ast.Name) else ast.literal_eval(named)
                found[at(path, call)] = known
    return found


@pytest.mark.slow
def test_every_task_that_is_sent_is_registered(registered_and_scheduled):
    registered, _ = registered_and_scheduled
    assert sent()
    assert {where: name for where, name in sent().items() if name not in registered} == {}


@pytest.mark.slow
def test_every_task_that_is_scheduled_is_registered(registered_and_scheduled):
    registered, scheduled = registered_and_scheduled
    assert scheduled
    assert scheduled - registered == set()


@pytest.mark.slow
def test_every_task_of_ours_is_named_engage_verb_noun(registered_and_scheduled):
    registered, _ = registered_and_scheduled
    ours = {name for name in registered if not name.startswith("celery.")}
    assert ours
    assert {name for name in ours if not name.startswith("engage.") or "_" not in name} == set()
