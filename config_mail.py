"""Settings of mail in both directions, of the outbox, and of the alarm where nothing leaves. A part of `config`."""

from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

INBOX_LOCAL_PART_MAX = 22  # as engage.domain.mail_addresses has it, which fills up the 64 octets that RFC 5321 allows


class UnsafeSetting(ValueError):
    """A setting is missing or unsafe for the way engage is started; the text names it and the remedy."""


class MailSettings(BaseSettings):
    """What an operator may set about notices and how they leave."""

    MAIL: Literal["files", "smtp"] = Field("files", description="Road of e-mail: files in VAR/mail, or SMTP.")
    MAIL_FROM: str = Field("engage@localhost.localdomain", description="Sender address of every mail.")
    MAIL_INBOX: str | None = Field(
        None,
        description="Address that engage reads, plus-addressing must work; with it answers and delivery reports come "
        "back; without it mails ask not to be answered.",
    )
    DKIM_DOMAIN: str | None = Field(
        None, description="Domain that signs our mails with DKIM; without it they are not signed."
    )
    DKIM_SELECTOR: str | None = Field(None, description="Name under which the key of DKIM stands in the DNS.")
    DKIM_KEY: Path | None = Field(
        None, description="PEM file of the private key of DKIM, RSA or Ed25519, that only the worker's user may read."
    )
    SMTP_HOST: str = Field("127.0.0.1", description="SMTP server.")
    SMTP_PORT: int = Field(25, description="SMTP port.")
    SMTP_USER: str | None = Field(None, description="SMTP sign-in name; without it no sign-in.")
    SMTP_PASSWORD: SecretStr | None = Field(None, description="SMTP password.")
    SMTP_SECURITY: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the SMTP connection is protected."
    )
    SMTP_TIMEOUT_SECONDS: int = Field(30, description="Longest wait for the SMTP server; stays below the lease.")
    OUTBOX_LEASE_SECONDS: float = Field(300, description="How long a claimed notice belongs to one worker.")
    OUTBOX_BACKOFF_SECONDS: float = Field(60, description="First wait before a notice is tried again; it doubles.")
    OUTBOX_BACKOFF_MAX_SECONDS: float = Field(6 * 3600, description="Longest wait before a notice is tried again.")
    OUTBOX_BATCH: int = Field(20, description="Notices claimed at a time.")
    OUTBOX_MAX_ATTEMPTS: int = Field(8, description="Failures of its own after which a notice may be given up.")
    OUTBOX_DEAD_AFTER_HOURS: float = Field(72, description="Age before which no notice is given up for failures.")
    ALARM_URL: SecretStr | None = Field(
        None,
        description="Address that gets a POST with a few codes when notices cannot be delivered, and when they can "
        "again; https, of a road that is not our mail server.",
    )
    ALARM_COMMAND: str | None = Field(
        None,
        description="Program with its arguments that is run at the same moments; it reads the same JSON from its "
        "standard input. No shell reads the line.",
    )
    ALARM_AGAIN_HOURS: float = Field(4, gt=0, description="After how long an alarm that lasts is given again.")
    ALARM_OWED_MINUTES: float = Field(60, gt=0, description="Age of a notice that is owed at which it is an alarm.")
    ALARM_DOWN_MINUTES: float = Field(
        15, gt=0, description="How long nothing may leave by a road before it is an alarm."
    )
    ALARM_DEAD: int = Field(10, ge=0, description="Notices of one day that were given up, above which it is an alarm.")

    def check_mail(self) -> None:
        """Let settings pass that reach real people.

        Raises:
            UnsafeSetting: naming the variable and the remedy.
        """
        if self.MAIL != "smtp":
            raise UnsafeSetting(
                "ENGAGE_MAIL=files writes mails to a folder, so nobody would hear from us. "
                "Set ENGAGE_MAIL=smtp with ENGAGE_SMTP_HOST, ENGAGE_SMTP_PORT and ENGAGE_MAIL_FROM."
            )
        if self.MAIL_FROM.endswith("localdomain"):
            raise UnsafeSetting("ENGAGE_MAIL_FROM has no real address. Set it to an address that people can answer.")
        if not _is_address(parseaddr(self.MAIL_FROM)[1]):
            raise UnsafeSetting("ENGAGE_MAIL_FROM is no address. Set it to one like concerns@example.org.")
        if self.MAIL_INBOX is not None:
            if not _is_address(self.MAIL_INBOX):
                raise UnsafeSetting("ENGAGE_MAIL_INBOX is no address. Set it to one like answers@example.org.")
            if len(self.MAIL_INBOX.rpartition("@")[0]) > INBOX_LOCAL_PART_MAX:
                raise UnsafeSetting(
                    f"ENGAGE_MAIL_INBOX has more than {INBOX_LOCAL_PART_MAX} letters before the @, so no code fits "
                    "behind them. Choose a shorter one."
                )
        self._check_dkim()
        if self.ALARM_URL is not None and not _is_safe_to_call(self.ALARM_URL.get_secret_value()):
            raise UnsafeSetting("ENGAGE_ALARM_URL is not https, so anybody on the way could read it. Use https.")

    def _check_dkim(self) -> None:
        if not (self.DKIM_DOMAIN or self.DKIM_SELECTOR or self.DKIM_KEY):
            return
        if not (self.DKIM_DOMAIN and self.DKIM_SELECTOR and self.DKIM_KEY):
            raise UnsafeSetting("DKIM needs all of ENGAGE_DKIM_DOMAIN, ENGAGE_DKIM_SELECTOR and ENGAGE_DKIM_KEY.")
        own = parseaddr(self.MAIL_FROM)[1].rpartition("@")[2].lower()
        if own != self.DKIM_DOMAIN.lower() and not own.endswith(f".{self.DKIM_DOMAIN.lower()}"):
            raise UnsafeSetting(
                "ENGAGE_DKIM_DOMAIN is not the domain of ENGAGE_MAIL_FROM or above it, so the signature would count "
                "for nothing (DMARC). Set both to one domain."
            )
        if self.DKIM_KEY.exists() and self.DKIM_KEY.stat().st_mode & 0o077:
            raise UnsafeSetting("Other accounts of this machine can read ENGAGE_DKIM_KEY. Give it the mode 600.")


def _is_address(text: str) -> bool:
    """Whether a mail can be from or to it everywhere: letters outside ASCII may stand in its domain alone."""
    local, _, domain = text.rpartition("@")
    return bool(local and domain and local.isascii() and not any(char.isspace() for char in text))


def _is_safe_to_call(address: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))
