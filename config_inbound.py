"""Settings of mail that comes in. A part of `config`."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class InboundSettings(BaseSettings):
    """What an operator may set about mail that comes in."""

    MAIL_MAX_BYTES: int = Field(40 * 1024 * 1024, description="Largest mail that is taken in.")
    MAIL_CASES_PER_HOUR: int = Field(
        5,
        ge=1,
        description="Concerns that one sender can raise by mail in an hour; a human looks at more of them first.",
    )
    MAIL_RAW_DAYS: int = Field(
        30, ge=1, description="Days for which a mail is kept as it came, sealed, after it was dealt with."
    )
    MAIL_PEN_DAYS: int = Field(
        90, ge=1, description="Days after which a mail in the holding pen that nobody placed is forgotten."
    )
    IMAP_HOST: str | None = Field(None, description="IMAP server that MAIL_INBOX is fetched from; without it none is.")
    IMAP_PORT: int = Field(993, description="IMAP port.")
    IMAP_SECURITY: Literal["none", "starttls", "tls"] = Field(
        "tls", description="How the IMAP connection is protected."
    )
    IMAP_USER: str | None = Field(None, description="IMAP sign-in name.")
    IMAP_PASSWORD: SecretStr | None = Field(None, description="IMAP password.")
    IMAP_FOLDER: str = Field("INBOX", description="IMAP folder that is fetched.")
    IMAP_DONE_FOLDER: str | None = Field(
        None, description="IMAP folder that fetched mails are moved to; without it they stay, marked as read."
    )
    IMAP_POLL_SECONDS: float = Field(
        60, gt=0, description="How often mail is fetched where the server does not say by itself that some came."
    )
    IMAP_TIMEOUT_SECONDS: float = Field(30, gt=0, description="Longest wait for the IMAP server.")
    LMTP_LISTEN: str | None = Field(
        None,
        pattern=r"^(/.+|[^/:]+:[0-9]+)$",
        description="Where `flask engage lmtp` listens for a mail server on this machine: the path of a socket, or "
        "host:port; without it nowhere.",
    )
