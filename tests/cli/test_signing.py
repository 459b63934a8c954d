"""What the operator puts into the DNS."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@pytest.fixture
def run(app):
    return lambda: app.test_cli_runner().invoke(args=["engage", "dkim-record"])


def test_the_record_is_printed_ready_for_the_zone(run, change_settings, tmp_path):
    path = tmp_path / "dkim.pem"
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    change_settings(DKIM_DOMAIN="engage.test", DKIM_SELECTOR="mail1", DKIM_KEY=path)
    answer = run()
    assert answer.exit_code == 0
    assert answer.output.startswith('mail1._domainkey.engage.test. IN TXT ( "v=DKIM1; k=ed25519; p=')
    assert "PRIVATE" not in answer.output


def test_without_a_key_the_settings_are_named(run, change_settings, tmp_path):
    answer = run()
    assert answer.exit_code == 1
    assert "ENGAGE_DKIM_DOMAIN" in answer.output
    change_settings(DKIM_DOMAIN="engage.test", DKIM_SELECTOR="mail1", DKIM_KEY=tmp_path / "none.pem")
    answer = run()
    assert answer.exit_code == 1
    assert "cannot be read" in answer.output
