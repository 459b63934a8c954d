"""What the check of the configuration says to an operator: what is wrong, and what to do about it."""

import pytest
from sqlalchemy import text

from engage import vault
from engage.domain.files import Scan
from engage.models import Site
from engage.services import checks, key_rotation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.oidc_provider import METADATA
from tests.services import sealed


@pytest.fixture
def problems(session, settings, sent_tasks):
    """Look at everything and return what is wrong, by what was looked at; None for what is well."""
    vault.make_worker_keys(settings.VAR)
    return lambda: {found.what: found.problem for found in checks.look()}


def test_a_database_that_was_not_upgraded_is_named_with_the_command_and_no_people_are_looked_for(session, problems):
    session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    found = problems()
    session.rollback()
    assert found["database"].startswith("It is at migration 0001 of ")
    assert found["database"].endswith("Run: flask db upgrade")
    assert "administrator" not in found


def test_a_service_without_a_site_is_told_who_adds_the_first(problems):
    assert problems()["sites"] == "There is none yet. An administrator adds the first."


def test_a_site_without_staff_is_named_with_its_empty_seats(problems):
    states.a_site("ALO")
    found = problems()
    assert "coordinator" in found["ladder of ALO"]
    assert found["new concerns at ALO"] == "Nobody is told of a new or of a restricted concern."
    assert found["appeals at ALO"] == checks.NO_PANEL
    assert "sites" not in found


def test_r47_a_site_of_which_nobody_said_who_does_security_is_warned_of_and_works_all_the_same(problems, session):
    site_id = states.a_site("ALO")
    [found] = [one for one in checks.look() if one.what == "security of ALO"]
    assert found.is_warning
    assert "An administrator says it" in found.problem
    states.a_site("BOR", security=[{"kind": "department", "name": "Security"}])
    assert "security of BOR" not in problems()
    with unit_of_work():
        session.get_one(Site, site_id).is_open = False
    assert "security of ALO" not in problems()


def test_without_the_key_of_the_worker_no_address_could_be_sealed(problems, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    assert problems()["keys"].startswith("The worker's key is missing")


def test_a_folder_for_mails_that_cannot_be_written_is_named(problems, change_settings, tmp_path):
    (tmp_path / "mail").write_text("in the way")
    change_settings(VAR=tmp_path)
    assert problems()["mail"] == "FileExistsError"


@pytest.fixture
def own_keys(session, change_settings, tmp_path):
    """Keys of this test's alone, on the machine of web and worker."""
    change_settings(VAR=tmp_path)
    vault.make_worker_keys(tmp_path)
    return tmp_path


def test_keys_that_other_accounts_can_read_are_named(problems, own_keys):
    sealed.a_named_case(states.a_site())
    found = problems()
    assert (found["keys"], found["key ring"]) == (None, None)
    for name in ("worker.key", "key-ring.json"):
        (own_keys / name).chmod(0o644)
    found = problems()
    assert found["keys"] == "Other accounts of this machine can read worker.key. Give it the mode 600."
    assert found["key ring"] == "Other accounts of this machine can read the key ring. Give it the mode 600."


def test_halves_of_the_worker_s_keys_that_do_not_fit_are_named(problems, own_keys):
    before = (own_keys / "worker.pub").read_bytes()
    vault.turn_worker_keys()
    assert problems()["keys"] is None
    (own_keys / "worker.pub").write_bytes(before)
    assert problems()["keys"].startswith("worker.pub does not belong to worker.key")
    (own_keys / "worker.key").unlink()
    assert problems()["keys"] is None  # it is where the worker is


def test_a_ring_that_is_missing_damaged_or_lacks_a_version_is_named(problems, own_keys):
    assert problems()["key ring"] is None  # nothing needs one
    sealed.a_named_case(states.a_site())
    ring = own_keys / "key-ring.json"
    ring.unlink()
    assert "is missing" in problems()["key ring"]
    ring.write_text("{")
    assert "is damaged" in problems()["key ring"]
    ring.unlink()
    key_rotation.rotate()
    assert problems()["key ring"].startswith("Cases need versions that the key ring lacks: 1.")


def test_rows_that_no_key_ring_protects_are_worth_a_look(problems, own_keys):
    reference = sealed.a_named_case(states.a_site())
    assert "sealed rows" not in problems()
    sealed.as_before(reference)
    [found] = [one for one in checks.look() if one.what == "sealed rows"]
    assert found.is_warning
    assert "flask engage keys rewrap" in found.problem


def test_without_a_scanner_an_operator_is_warned_and_files_that_wait_for_one_are_a_fault(problems, change_settings):
    reference = states.a_case(states.a_site("ALO"))
    assert "ENGAGE_CLAMD is not set" in problems()["malware scanner"]
    change_settings(CLAMD="127.0.0.1:9", CLAMD_SECONDS=1)
    file_id = sealed.a_file(reference, b"words of a paper")
    found = problems()
    assert "does not answer at ENGAGE_CLAMD" in found["malware scanner"]
    assert found["files to scan"] == "1 wait, and nobody can open them meanwhile."
    change_settings(CLAMD=None)
    [waits] = [one for one in checks.look() if one.what == "files to scan"]
    assert (waits.problem, waits.is_warning) == (
        "1 wait for a scanner, and none is set. Set ENGAGE_CLAMD again.",
        False,
    )
    with unit_of_work():
        sealed.file(file_id).scan = Scan.CLEAN
    assert "files to scan" not in problems()


@pytest.mark.clamav
def test_a_scanner_that_answers_is_well(problems, scanner):
    found = problems()
    assert found["malware scanner"] is None
    assert "files to scan" not in found


def test_files_that_lie_plain_are_named_with_the_command(problems):
    sealed.lay_plain(sealed.a_file(states.a_case(states.a_site("ALO")), b"words of a paper"))
    assert problems()["sealed files"].endswith("Run: flask engage keys seal-files")


def test_single_sign_on_is_looked_at_where_there_is_some(problems, provider, change_settings, tmp_path):
    assert problems()["single sign-on"] is None
    path = tmp_path / "roles.toml"
    path.write_text('[[mapping]]\nvalue = "x"\nroles = ["officer@ROS", "auditor@all"]\n', "utf-8")
    change_settings(OIDC_ROLES=path)
    assert problems()["single sign-on"] == "ENGAGE_OIDC_ROLES names sites that are not there: ROS."
    path.write_text("[mapping]", "utf-8")
    assert problems()["single sign-on"] == "the file has no [[mapping]]"
    change_settings(OIDC_ROLES=None)
    provider.broken = {METADATA}
    assert problems()["single sign-on"].startswith("The provider does not answer")
    change_settings(OIDC_ISSUER=None)
    assert problems()["single sign-on"] is None


def test_a_key_that_signs_mails_and_cannot_be_used_is_named_where_the_worker_is(problems, change_settings, tmp_path):
    change_settings(DKIM_DOMAIN="engage.test", DKIM_SELECTOR="mail1", DKIM_KEY=tmp_path / "dkim.pem")
    assert problems()["mail"].startswith("The file of ENGAGE_DKIM_KEY cannot be read")
    change_settings(WORKER_KEYS=tmp_path)
    assert problems()["mail"] is None  # pages sign nothing
    (tmp_path / "dkim.pem").write_text("no key")
    (tmp_path / "dkim.pem").chmod(0o600)
    assert problems()["mail"].startswith("ENGAGE_DKIM_KEY holds no private key")
