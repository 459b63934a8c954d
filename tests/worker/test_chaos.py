"""A thousand notices while workers, queue, database, mail server and gateway die: all of them are accounted for."""

import tempfile
from pathlib import Path

import pytest

from engage import create_app
from tests.worker import chaos

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def own_folder(settings, app):
    """A folder that PostgreSQL can enter, which runs as another user where we are root; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
    create_app(settings)  # the extensions are one per process: point them back at the suite's own


def test_a_day_on_which_everything_dies_loses_nothing_and_tells_nothing_twice_without_a_reason(own_folder, dice):
    found = chaos.run(own_folder, notices=1_000, seed=dice.randrange(2**32))
    assert found.still_owed == 0
    assert found.unexplained == found.lost == found.unowed == []
    assert found.doubled_without_reason == []
    assert found.rungs > 0
    assert found.doubled_rungs == 0
    assert {"email", "sms", "errand", "case"} <= set(found.roads)
    assert sum(found.states.values()) >= 1_000
