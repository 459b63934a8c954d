"""A notice as it is handed over: who it is from and for on its envelope, and the very bytes, signed."""

from email.utils import parseaddr

from engage import vault
from engage.domain.mail_addresses import bounce_address
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.headers import address_for_mail, inbox
from engage.notify.rendering import render
from engage.notify.transports import Post, TransportDown
from engage.notify.transports.dkim_signing import NoKey, Signature, signed
from engage.settings import settings


def posted(message: Claimed, letter: Letter) -> Post:
    """Return the notice ready to hand over. Nobody changes a byte of it afterwards.

    Raises:
        NoAddress: the reader's address cannot be one.
        TransportDown: the key that signs our mails cannot be used, which is no fault of this notice.
    """
    raw, by = render(message, letter).as_bytes(), signature()
    if by is not None:
        try:
            raw = signed(raw, by)
        except NoKey as error:
            raise TransportDown(type(error).__name__) from error
    return Post(str(message.id), _sender(message), address_for_mail(letter.address), raw)


def signature() -> Signature | None:
    """Return who signs our mails, or None where they are not signed."""
    chosen = settings()
    if not (chosen.DKIM_DOMAIN and chosen.DKIM_SELECTOR and chosen.DKIM_KEY):
        return None
    return Signature(chosen.DKIM_DOMAIN, chosen.DKIM_SELECTOR, chosen.DKIM_KEY)


def _sender(message: Claimed) -> str:
    """Where a mail server reports that the notice did not arrive."""
    if settings().MAIL_INBOX is None:
        return address_for_mail(parseaddr(settings().MAIL_FROM)[1])
    return bounce_address(inbox(), message.id, vault.key_for(vault.MAIL_ADDRESS))
