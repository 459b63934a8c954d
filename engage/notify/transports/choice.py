"""Which transport the settings ask for."""

from engage.notify.transports import Transport, kept
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
    return SmtpTransport(_server())


def take_transport() -> Transport:
    """Return the transport in force, with the connection that an earlier run of this process left; see `kept`."""
    if settings().MAIL == "files":
        return open_transport()
    return kept.take(_server())


def give_back(transport: Transport) -> None:
    """Leave a transport to the next run. Never fails."""
    if isinstance(transport, SmtpTransport) and transport.is_connected:
        kept.keep(transport)
    else:
        transport.close()


def _server() -> Server:
    chosen = settings()
    return Server(
        host=chosen.SMTP_HOST,
        port=chosen.SMTP_PORT,
        security=chosen.SMTP_SECURITY,
        user=chosen.SMTP_USER,
        password=chosen.SMTP_PASSWORD.get_secret_value() if chosen.SMTP_PASSWORD else None,
        seconds=min(chosen.SMTP_TIMEOUT_SECONDS, chosen.OUTBOX_LEASE_SECONDS / _PART_OF_LEASE),
    )
