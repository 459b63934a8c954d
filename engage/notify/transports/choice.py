"""Which transport the settings ask for."""

from engage.notify.transports import Transport
from engage.notify.transports.files import FileTransport
from engage.notify.transports.smtp import Server, SmtpTransport
from engage.settings import settings

# Connecting, the envelope and the content may each take this part of the lease; half of it must be left at the start.
_PART_OF_LEASE = 8


def open_transport() -> Transport:
    """Return the transport in force. Nothing is connected before the first mail."""
    chosen = settings()
    if chosen.MAIL == "files":
        return FileTransport(chosen.VAR / "mail")
    return SmtpTransport(
        Server(
            host=chosen.SMTP_HOST,
            port=chosen.SMTP_PORT,
            security=chosen.SMTP_SECURITY,
            user=chosen.SMTP_USER,
            password=chosen.SMTP_PASSWORD.get_secret_value() if chosen.SMTP_PASSWORD else None,
            seconds=min(chosen.SMTP_TIMEOUT_SECONDS, chosen.OUTBOX_LEASE_SECONDS / _PART_OF_LEASE),
        )
    )
