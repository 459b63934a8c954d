"""What settings of mail would let people down, and how the operator is told."""

from pathlib import Path

import pytest
from pydantic import ValidationError

import config
from config import Settings, UnsafeSetting
from engage.domain import mail_addresses
from engage.incoming.mail import LARGEST

SOUND = {"MODE": "serve", "MAIL": "smtp", "MAIL_FROM": "concerns@example.org", "PUBLIC_URL": "https://example.org"}


def unsafe(**values) -> str:
    with pytest.raises(UnsafeSetting) as caught:
        Settings(**(SOUND | values)).checked_for_serving()
    return str(caught.value)


def test_sound_settings_pass(tmp_path):
    dkim = {"DKIM_DOMAIN": "example.org", "DKIM_SELECTOR": "m", "DKIM_KEY": tmp_path / "elsewhere.pem"}
    road = {"ALARM_URL": "http://localhost:9/alarm", "MAIL_INBOX": "answers@example.org"}
    assert Settings(**SOUND, **dkim, **road).checked_for_serving().MAIL_INBOX == "answers@example.org"


@pytest.mark.parametrize(
    ("name", "value"),
    [("OUTBOX_BATCH", 0), ("OUTBOX_LEASE_SECONDS", 301), ("SWEEP_SECONDS", 0), ("SMTP_PORT", 70_000)],
)
def test_a_number_with_which_nothing_would_ever_leave_is_named_at_the_start(monkeypatch, name, value):
    monkeypatch.setenv(f"ENGAGE_{name}", str(value))
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_the_room_before_the_sign_is_what_the_code_leaves():
    assert mail_addresses.INBOX_LOCAL_PART_MAX == config.INBOX_LOCAL_PART_MAX


def test_no_mail_is_taken_in_of_which_only_the_head_would_be_read():
    assert Settings(**SOUND).MAIL_MAX_BYTES <= config.MAIL_LARGEST == LARGEST
    with pytest.raises(ValidationError, match="MAIL_MAX_BYTES"):
        Settings(**SOUND, MAIL_MAX_BYTES=config.MAIL_LARGEST + 1)


@pytest.mark.parametrize("inbox", ["", "answers", "@example.org", "answers@", "a b@example.org", "é@example.org"])
def test_an_inbox_that_is_no_address_is_named(inbox):
    assert "ENGAGE_MAIL_INBOX is no address" in unsafe(MAIL_INBOX=inbox)


@pytest.mark.parametrize("own", ["", "concerns", "engage <concerns>", "é@example.org"])
def test_a_sender_that_is_no_address_is_named(own):
    assert "ENGAGE_MAIL_FROM is no address" in unsafe(MAIL_FROM=own)


def test_an_inbox_that_leaves_no_room_is_named():
    assert "ENGAGE_MAIL_INBOX has more than 22 letters" in unsafe(MAIL_INBOX=f"{'a' * 23}@example.org")


def test_a_signature_needs_all_its_parts():
    assert "DKIM needs all of" in unsafe(DKIM_DOMAIN="example.org")


@pytest.mark.parametrize("domain", ["example.net", "ample.org", "concerns.example.org"])
def test_a_signature_of_another_domain_counts_for_nothing(domain, tmp_path):
    said = unsafe(DKIM_DOMAIN=domain, DKIM_SELECTOR="m", DKIM_KEY=tmp_path / "dkim.pem")
    assert "is not the domain of ENGAGE_MAIL_FROM" in said


def test_a_domain_above_ours_may_sign(tmp_path):
    values = SOUND | {"MAIL_FROM": "engage <concerns@mail.example.org>"}
    assert Settings(**values, DKIM_DOMAIN="Example.org", DKIM_SELECTOR="m", DKIM_KEY=tmp_path).DKIM_SELECTOR == "m"


def test_a_key_that_others_can_read_is_named(tmp_path):
    path: Path = tmp_path / "dkim.pem"
    path.write_text("key")
    path.chmod(0o644)
    assert "can read ENGAGE_DKIM_KEY" in unsafe(DKIM_DOMAIN="example.org", DKIM_SELECTOR="m", DKIM_KEY=path)


@pytest.mark.parametrize("address", ["http://example.org/alarm", "ftp://localhost/", "example.org"])
def test_an_alarm_that_others_could_read_on_the_way_is_named(address):
    assert "ENGAGE_ALARM_URL is not https" in unsafe(ALARM_URL=address)


def test_whoever_tries_the_demonstration_sees_each_mail_at_once_at_any_hour(monkeypatch):
    for name in ("ENGAGE_QUIET_HOURS", "ENGAGE_NEWS_GATHER_MINUTES", "ENGAGE_NEWS_AGAIN_DAYS"):
        monkeypatch.delenv(name, raising=False)
    shown = config.environment_for("run")
    assert (shown["ENGAGE_QUIET_HOURS"], shown["ENGAGE_NEWS_GATHER_MINUTES"]) == ("", "0")
    assert "ENGAGE_QUIET_HOURS" not in config.environment_for("serve")
    monkeypatch.setenv("ENGAGE_QUIET_HOURS", "22:00-06:00")
    assert config.environment_for("run")["ENGAGE_QUIET_HOURS"] == "22:00-06:00"
