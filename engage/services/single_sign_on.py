"""OpenID Connect, authorization code flow with PKCE: what is asked of the provider, and what it answered.

Source: OpenID Connect Core 1.0, 3.1.3.7 (the checks of an ID token), RFC 7636 (PKCE), RFC 9207 (issuer of the answer),
RFC 9700 (best practice). Everything here speaks to the network and nothing to the database.
"""

import logging
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from engage import clock
from engage.domain.single_sign_on import LEEWAY, asked_for_second_factor
from engage.settings import settings

log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 5  # Ours: a page waits for three answers at most.
_SILENCE_SECONDS = 10  # Ours: after it did not answer, so that a provider that is down costs few pages their wait.
_silent_until = 0.0
_SCOPE = "openid email profile"
_LENGTH = 48  # of a code verifier, in bytes: 64 characters. Source: RFC 7636, 4.1.
# Signatures of a pair of keys alone: with a shared secret whoever has ours could sign for the provider.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


class ProviderDown(RuntimeError):
    """The provider does not answer, or not as a provider does."""


class NotSignedIn(ValueError):
    """The provider's answer proves nothing; the text is a code for the log: state, refused, token."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, to be held against the answer: kept, sealed, in the browser that was sent away."""

    state: str
    nonce: str
    verifier: str

    def plain(self) -> dict[str, str]:
        """Return the values by name."""
        return {"state": self.state, "nonce": self.nonce, "verifier": self.verifier}


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider says it let in. The address is given only where the provider has checked it."""

    issuer: str
    subject: str
    email: str | None
    values: frozenset[str]
    has_second_factor: bool
    at: datetime | None  # when they signed in there, if it says so


def is_on() -> bool:
    """Whether the operator named a provider."""
    return settings().OIDC_ISSUER is not None


def begin(*, anew: bool = False) -> tuple[str, Asked]:
    """Return where the browser goes, and what to keep meanwhile. With `anew` the provider asks who it is once more.

    Raises:
        ProviderDown: it does not answer.
    """
    if time.monotonic() < _silent_until:
        raise ProviderDown("it did not answer a moment ago")
    asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(_LENGTH))
    more = {"prompt": "login", "max_age": "0"} if anew else {}
    with _client() as client:
        address, _ = client.create_authorization_url(
            _metadata(client)["authorization_endpoint"],
            state=asked.state,
            nonce=asked.nonce,
            code_verifier=asked.verifier,
            **more,
        )
    return str(address), asked


def finish(answer: Mapping[str, str], asked: Asked) -> Identity:
    """Return whom the provider let in, by the parameters with which the browser came back.

    Raises:
        NotSignedIn: it was not asked for by this browser, the provider refused, or its token does not hold.
        ProviderDown: it does not answer.
    """
    if not secrets.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
        raise NotSignedIn("state")
    if answer.get("error") or not answer.get("code") or answer.get("iss", _issuer()) != _issuer():
        raise NotSignedIn("refused")
    with _client() as client:
        metadata = _metadata(client)
        token = _token(client, metadata, answer["code"], asked)
        keys = _get(client, metadata["jwks_uri"])
    return _identity(_claims(token, keys, asked.nonce))


def _client() -> Any:
    secret = settings().OIDC_CLIENT_SECRET
    return OAuth2Client(
        client_id=settings().OIDC_CLIENT_ID,
        client_secret=secret.get_secret_value() if secret else None,
        scope=_SCOPE,
        redirect_uri=f"{settings().public_url}/account/sso/return",
        code_challenge_method="S256",
        timeout=_TIMEOUT_SECONDS,
    )


def _issuer() -> str:
    return settings().OIDC_ISSUER or ""


def _metadata(client: Any) -> dict[str, Any]:
    """What the provider says of itself; asked each time, so that a change of keys or addresses is never stale."""
    found = _get(client, f"{_issuer().rstrip('/')}/.well-known/openid-configuration")
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != _issuer() or not all(isinstance(found.get(name), str) for name in wanted):
        raise ProviderDown("its metadata are another's")
    return found


def _get(client: Any, address: str) -> dict[str, Any]:
    global _silent_until
    try:
        answer = client.request("GET", address, withhold_token=True)
        answer.raise_for_status()
        found = answer.json()
    except httpx2.TransportError as error:
        _silent_until = time.monotonic() + _SILENCE_SECONDS
        raise ProviderDown(type(error).__name__) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise ProviderDown(type(error).__name__) from error
    if not isinstance(found, dict):
        raise ProviderDown("no object")
    return found


def _token(client: Any, metadata: Mapping[str, Any], code: str, asked: Asked) -> str:
    try:
        found = client.fetch_token(
            metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=asked.verifier
        )
    except AuthlibBaseError as error:
        raise NotSignedIn("refused") from error
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderDown(type(error).__name__) from error
    return str(found.get("id_token", ""))


def _claims(token: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
    now = int(clock.utcnow().timestamp())
    rules = jwt.JWTClaimsRegistry(
        now=now,
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": _issuer()},
        aud={"essential": True, "value": settings().OIDC_CLIENT_ID or ""},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims  # type: ignore[arg-type]  # - its shape is checked by the call
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("an ID token was refused: %s", type(error).__name__)
        raise NotSignedIn("token") from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != settings().OIDC_CLIENT_ID:
        raise NotSignedIn("token")
    return dict(claims)


def _identity(claims: Mapping[str, Any]) -> Identity:
    is_checked = claims.get("email_verified") in (True, "true")
    email = claims.get("email") if is_checked else None
    given = claims.get(settings().OIDC_ROLE_CLAIM or "", ())
    values = [given] if isinstance(given, str) else given
    at = None
    with suppress(TypeError, ValueError, OverflowError):
        at = datetime.fromtimestamp(int(claims["auth_time"]), UTC) if "auth_time" in claims else None
    return Identity(
        issuer=_issuer(),
        subject=str(claims["sub"]),
        email=email if isinstance(email, str) else None,
        values=frozenset(str(one) for one in values) if isinstance(values, list) else frozenset(),
        has_second_factor=asked_for_second_factor(claims, settings().oidc_acr),
        at=at,
    )
