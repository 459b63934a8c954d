"""Our mails are signed, as two checks agree that know nothing of each other, and a byte that was changed shows."""

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from engage.domain.case import Road
from engage.models import Recipient
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.envelope import posted
from engage.notify.transports.dkim_signing import NoKey, Signature, key_of, record_of, signed
from engage.services import delivery
from tests.notify.dkim_verifier import covered, is_genuine
from tests.notify.letters import SAMPLE, a_case_with, a_notice, forget_notices, row_of
from tests.notify.test_transports import SmtpTransport, a_mail, a_server

RSA = generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = Ed25519PrivateKey.generate()
ADDRESS = "amina@people.example.org"


def kept(folder: Path, key, *, protection=None) -> Path:
    path = folder / "dkim.pem"
    protection = protection or NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
    path.chmod(0o600)
    return path


@pytest.fixture(params=[RSA, ED25519], ids=["rsa", "ed25519"])
def by(request, tmp_path) -> Signature:
    return Signature("engage.test", "mail1", kept(tmp_path, request.param))


def records(by: Signature) -> dict[str, str]:
    """What a resolver answers: the strings of the record, put together."""
    line = record_of(by)
    return {line.partition(". IN TXT ")[0]: "".join(re.findall(r'"([^"]*)"', line))}


def is_genuine_to_the_library(raw: bytes, by: Signature) -> bool:
    found = records(by)
    return dkim.verify(raw, dnsfunc=lambda name, timeout=5: found[name.decode().rstrip(".")].encode())


def a_post(app, change_settings, by, address=ADDRESS, template="case_news", **values):
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    message = Claimed(uuid.UUID(int=7), uuid.UUID(int=8), template, "en", Recipient.PERSON, None, {}, now, 1, now)
    with app.app_context():
        change_settings(
            MAIL_INBOX="answers@engage.test",
            DKIM_DOMAIN=by.domain,
            DKIM_SELECTOR=by.selector,
            DKIM_KEY=by.key,
        )
        return posted(message, Letter(address, template, "en", SAMPLE | values, uuid.UUID(int=8)))


@pytest.mark.parametrize("address", [ADDRESS, "ämina@people.example.org"])
def test_a_mail_is_signed_as_two_checks_agree(app, change_settings, by, address):
    raw = a_post(app, change_settings, by, address, template="case_acknowledged", office="ÆØÅ " * 60).raw
    assert is_genuine(raw, records(by))
    assert is_genuine_to_the_library(raw, by)


def test_what_a_reader_sees_and_acts_on_is_signed_and_no_second_one_can_be_added(app, change_settings, by):
    raw = a_post(app, change_settings, by).raw
    names = covered(raw)
    for name in ("from", "to", "subject"):
        assert names.count(name) == 2
    for name in ("date", "message-id", "references", "reply-to", "list-unsubscribe", "list-unsubscribe-post"):
        assert names.count(name) == 1
    end = raw.index(b"\r\n\r\n")
    for header in (b"Subject: You won", b"From: someone@elsewhere.example.org", b"To: all@elsewhere.example.org"):
        forged = raw[:end] + b"\r\n" + header + raw[end:]
        assert not is_genuine(forged, records(by))
        assert not is_genuine_to_the_library(forged, by)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_letter_that_was_changed_on_the_way_shows(by, data):
    raw = signed(a_mail(words="Read it with your code.\n\nThank you.").raw, by)
    assert is_genuine(raw, records(by))
    start = raw.index(b"From:")
    letters = [place for place in range(start, len(raw)) if raw[place : place + 1].isalnum()]
    place = data.draw(st.sampled_from(letters))
    # Another letter, not the same one in the other case: names of headers say the same in both.
    changed = raw[:place] + (b"y" if raw[place : place + 1] in b"xX" else b"x") + raw[place + 1 :]
    is_of_header = changed.partition(b"\r\n\r\n")[0] != raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")]
    assert set(covered(raw)) >= {name.decode() for name in names if name != b"dkim-signature" and name[:1] != b" "}
    assert not is_genuine(changed, records(by)), is_of_header


def test_servers_that_fold_lines_anew_break_nothing(app, change_settings, by):
    raw = a_post(app, change_settings, by).raw
    folded = raw.replace(b"Auto-Submitted: auto", b"Auto-Submitted:\r\n   auto").replace(b"\r\n\r\n", b"  \r\n\r\n", 1)
    assert is_genuine(folded, records(by))


def test_a_mail_arrives_with_the_bytes_that_were_signed(app, change_settings, mail_peer, by):
    post = a_post(app, change_settings, by, office=".\n..\n.begins with a dot")
    transport = SmtpTransport(a_server(mail_peer))
    transport.send(post)
    transport.close()
    (arrived,) = mail_peer.wait_for(1)
    assert arrived.raw == post.raw
    assert arrived.sender == post.sender
    assert is_genuine(arrived.raw, records(by))


def test_a_key_that_cannot_be_used_keeps_mails_back_and_costs_none_an_attempt(
    session, clock, sent_tasks, change_settings, mail_peer, tmp_path
):
    reference = a_case_with(Road.DIRECT)
    forget_notices()
    change_settings(DKIM_DOMAIN="engage.test", DKIM_SELECTOR="mail1", DKIM_KEY=tmp_path / "nowhere.pem")
    key = a_notice(reference)
    assert delivery.drain() == 0
    assert (row_of(key).attempts, row_of(key).last_error) == (0, "down NoKey")


def test_without_a_key_mails_are_not_signed(app, change_settings, by):
    raw = a_post(app, change_settings, by).raw
    with app.app_context():
        change_settings(DKIM_KEY=None)
        now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        message = Claimed(uuid.UUID(int=7), None, "case_news", "en", Recipient.PERSON, None, {}, now, 1, now)
        plain = posted(message, Letter(ADDRESS, "case_news", "en", SAMPLE)).raw
    assert raw.startswith(b"DKIM-Signature:")
    assert b"DKIM-Signature" not in plain


def test_a_key_that_others_can_read_is_not_used(tmp_path):
    path = kept(tmp_path, ED25519)
    path.chmod(0o640)
    with pytest.raises(NoKey, match="mode 600"):
        key_of(path)


def test_a_key_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NoKey, match="cannot be read"):
        key_of(tmp_path / "none.pem")


def test_what_is_no_key_is_said(tmp_path):
    path = tmp_path / "dkim.pem"
    path.write_text("no key")
    path.chmod(0o600)
    with pytest.raises(NoKey, match="no private key"):
        key_of(path)


def test_a_key_behind_a_password_is_said(tmp_path):
    with pytest.raises(NoKey, match="password"):
        key_of(kept(tmp_path, RSA, protection=BestAvailableEncryption(b"secret")))


def test_a_key_of_another_kind_is_said(tmp_path):
    with pytest.raises(NoKey, match="neither"):
        key_of(kept(tmp_path, generate_ec(SECP256R1())))


def test_a_key_that_was_replaced_is_read_again(tmp_path):
    first = key_of(kept(tmp_path, ED25519)).public
    assert key_of(kept(tmp_path, RSA)).public != first


def test_no_string_of_the_record_is_too_long_for_the_dns(tmp_path):
    line = record_of(
        Signature("engage.test", "m", kept(tmp_path, generate_private_key(public_exponent=65537, key_size=2048)))
    )
    pieces = re.findall(r'"([^"]*)"', line)
    assert len(pieces) > 1
    assert all(len(piece) <= 255 for piece in pieces)
