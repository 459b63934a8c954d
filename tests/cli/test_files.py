"""The scanner from the command line."""

import pytest

from engage.domain.files import Scan
from tests import states
from tests.scanner_peer import HARMFUL
from tests.services import sealed


@pytest.fixture
def run(app, session, sent_tasks):
    def run(*words):
        session.rollback()
        answer = app.test_cli_runner().invoke(args=["engage", "scan-files", *words])
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        return answer.exit_code, answer.output

    return run


@pytest.mark.clamav
def test_what_waits_is_looked_at_and_what_was_locked_once_more(run, scanner):
    scanner.stop()
    file_id = sealed.a_file(states.a_case(states.a_site()), HARMFUL)
    code, said = run()
    assert (code, "does not answer" in said) == (1, True)
    scanner.start()
    assert run() == (0, "looked at: 1 files, waiting: 0\n")
    assert run() == (0, "looked at: 0 files, waiting: 0\n")
    assert run("--again") == (0, "looked at: 1 files, waiting: 0\n")
    assert sealed.file(file_id).scan is Scan.HARMFUL


def test_where_none_is_set_it_says_so(run):
    code, said = run()
    assert (code, "or that is not set" in said) == (1, True)
