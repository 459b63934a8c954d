"""Text messages over a gateway's HTTP interface, on a connection that is kept for a batch."""

import json
import ssl
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx2

from engage.domain.gateways import (
    FROM,
    NOTICE,
    SECRET,
    STATUS_URL,
    TEXT,
    TO,
    USER,
    Authentication,
    BodyFormat,
    Meaning,
    Recipe,
    Sending,
    filled,
    judged,
)
from engage.notify.transports import TransportBroke, TransportDeferred, TransportDown, TransportRefused

FAULT = 500  # RFC 9110, 15.6: from here on it is the server's own, which may have taken the text all the same
MOST_BYTES = 64 * 1024  # Ours: an answer is an id and a state.


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are at the gateway, and where it reports. `seconds` bounds each step of a request, and its answer."""

    url: str
    user: str
    secret: str = field(repr=False)
    sender: str
    status_url: str
    seconds: float


class GatewayTransport:
    """Connects at the first text. Follows no redirect, and reads nothing of an answer but what the recipe names."""

    def __init__(self, recipe: Recipe, account: Account) -> None:
        self._recipe = recipe
        self._account = account
        self._client: httpx2.Client | None = None

    def send(self, number: str, text: str, notice_id: uuid.UUID) -> str | None:
        """Hand the text over for a number in its international form; return the gateway's own name for it.

        Raises:
            TransportRefused: it will never be taken.
            TransportDeferred: not now.
            TransportDown: the gateway cannot be reached, or does not let us in.
            TransportBroke: it went away, did not answer, or had a fault of its own in the middle.
        """
        values = self._values() | {TO: number, TEXT: text, NOTICE: str(notice_id)}
        status, answer = self._asked(self._request(self._recipe.sending, values))
        verdict = judged(self._recipe.answering, status, answer)
        match verdict.meaning:
            case Meaning.ACCEPTED:
                return verdict.id
            case Meaning.REFUSED:
                raise TransportRefused(verdict.reason)
            case Meaning.DEFERRED:
                raise TransportDeferred(verdict.reason)
            case _:
                raise (TransportBroke if status >= FAULT else TransportDown)(verdict.reason)

    def check(self) -> None:
        """See that the gateway can be reached, without sending anything; who we are it is not asked.

        Raises:
            TransportDown: it cannot.
        """
        self._asked(self._opened().build_request("HEAD", httpx2.URL(self._account.url).join("/")))

    def close(self) -> None:
        """Let go of the connection. Never fails."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> httpx2.Client:
        if self._client is None:
            self._client = httpx2.Client(
                timeout=self._account.seconds,
                verify=ssl.create_default_context(),
                follow_redirects=False,
                trust_env=False,  # what we connect to is in the settings alone
            )
        return self._client

    def _values(self) -> dict[str, str]:
        account = self._account
        return {
            FROM: account.sender,
            USER: account.user,
            SECRET: account.secret,
            STATUS_URL: account.status_url,
        }

    def _request(self, sending: Sending, values: dict[str, str]) -> httpx2.Request:
        body = {name: filled(value, values) for name, value in sending.body.items()}
        headers = {name: filled(value, values) for name, value in sending.headers.items()}
        match sending.authentication:
            case Authentication.BEARER:
                headers["Authorization"] = f"Bearer {self._account.secret}"
            case Authentication.HEADER:
                headers[sending.authentication_header] = self._account.secret
            case _:
                pass
        url = filled(self._account.url, {name: quote(value, safe="") for name, value in values.items()})
        if sending.format is BodyFormat.JSON:
            request = self._opened().build_request(sending.method, url, headers=headers, json=body)
        else:
            request = self._opened().build_request(sending.method, url, headers=headers, data=body)
        if sending.authentication is Authentication.BASIC:
            signed = httpx2.BasicAuth(self._account.user, self._account.secret)
            request = next(signed.auth_flow(request))
        return request

    def _asked(self, request: httpx2.Request) -> tuple[int, object]:
        """Send the request and return the number of the answer and what is in it, if it is a small piece of JSON."""
        ends_at = time.monotonic() + 2 * self._account.seconds
        try:
            answer = self._opened().send(request, stream=True)
            try:
                found = bytearray()
                for piece in answer.iter_bytes():
                    found += piece
                    if len(found) > MOST_BYTES or time.monotonic() > ends_at:
                        break
            finally:
                answer.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            self.close()
            raise TransportDown(type(error).__name__) from error
        except (httpx2.HTTPError, OSError) as error:
            self.close()
            raise TransportBroke(type(error).__name__) from error
        try:
            return answer.status_code, json.loads(bytes(found))
        except ValueError:
            return answer.status_code, None
