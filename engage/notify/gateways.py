"""Which gateway of text messages the settings ask for, and whether it is all there."""

import tomllib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from engage.domain.gateway_file import read_gateway
from engage.domain.gateways import USER, Authentication, Recipe
from engage.domain.sections import BadCatalogue
from engage.notify.transports.gateway import Account, GatewayTransport
from engage.settings import settings

SHIPPED = Path(__file__).parent.parent / "data" / "gateways"
STATUS_PATH, INBOUND_PATH = "/hooks/sms/status", "/hooks/sms/inbound"
SHORTEST_SECRET = 16  # Ours: characters; what is guessed at over the network has to be longer than a password.
_PART_OF_LEASE = 12  # Connecting, asking, answering may each take this part of the lease; half of it is left.


class BadGateway(ValueError):
    """The gateway cannot be used as it is set up; the text names the setting and the remedy."""


def recipe() -> Recipe | None:
    """Return the recipe of the gateway in force; None where there is none.

    Raises:
        BadGateway: there is no such recipe.
        BadCatalogue: it cannot be used.
    """
    chosen = settings().SMS_GATEWAY
    return _read(chosen) if chosen else None


def is_there() -> bool:
    """Whether text messages can leave at all."""
    return bool(settings().SMS_GATEWAY)


@lru_cache(maxsize=4)
def _read(chosen: str) -> Recipe:
    path = SHIPPED / f"{chosen}.toml" if chosen.replace("-", "").isalnum() else Path(chosen)
    try:
        return read_gateway(tomllib.loads(path.read_text("utf-8")), path.name)
    except OSError as error:
        shipped = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        raise BadGateway(
            f"ENGAGE_SMS_GATEWAY={chosen} is no recipe that is here. Set one of {shipped}, or the path of a file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCatalogue(path.name, "the file", "is not TOML", "Correct it; the shipped recipes show how.") from error


def checked() -> Recipe:
    """Return the recipe in force if everything that it needs is set.

    Raises:
        BadGateway: something is missing or unsafe.
        BadCatalogue: the recipe cannot be used.
    """
    found, set_ = recipe(), settings()
    if found is None:
        raise BadGateway("ENGAGE_SMS_GATEWAY is not set.")
    url = urlsplit(_url(found))
    if (url.hostname or "").endswith(".invalid"):
        raise BadGateway(f"The recipe {found.name} has no address. Set ENGAGE_SMS_URL to where it takes texts.")
    if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
        raise BadGateway("ENGAGE_SMS_URL is not https, so numbers could be read on the way. Use https.")
    needs_user = found.sending.authentication is Authentication.BASIC or any(
        f"{{{USER}}}" in text for text in (_url(found), *found.sending.body.values(), *found.sending.headers.values())
    )
    if needs_user and not set_.SMS_USER:
        raise BadGateway(f"ENGAGE_SMS_USER is missing: {found.name} asks who we are.")
    if found.sending.authentication is not Authentication.NONE and set_.SMS_SECRET is None:
        raise BadGateway(f"ENGAGE_SMS_SECRET is missing: {found.name} lets nobody in without it.")
    if not set_.SMS_FROM:
        raise BadGateway("ENGAGE_SMS_FROM is missing: texts need a number or a name to come from.")
    if len(webhook_secret()) < SHORTEST_SECRET:
        raise BadGateway(
            f"ENGAGE_SMS_WEBHOOK_SECRET is missing or shorter than {SHORTEST_SECRET} characters: anybody could send "
            "reports and texts in the gateway's name."
        )
    return found


def webhook_secret() -> str:
    """Return the secret of the gateway's calls; empty where there is none."""
    found = settings().SMS_WEBHOOK_SECRET
    return found.get_secret_value() if found else ""


def open_gateway() -> GatewayTransport:
    """Return the way for texts to leave. Nothing is connected before the first.

    Raises:
        BadGateway: see `checked`.
        BadCatalogue: see `checked`.
    """
    found, set_ = checked(), settings()
    account = Account(
        url=_url(found),
        user=set_.SMS_USER or "",
        secret=set_.SMS_SECRET.get_secret_value() if set_.SMS_SECRET else "",
        sender=set_.SMS_FROM,
        status_url=f"{set_.public_url}{STATUS_PATH}",
        seconds=min(set_.SMS_TIMEOUT_SECONDS, set_.OUTBOX_LEASE_SECONDS / _PART_OF_LEASE),
    )
    return GatewayTransport(found, account)


def _url(found: Recipe) -> str:
    return settings().SMS_URL or found.sending.url
