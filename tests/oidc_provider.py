"""An OpenID provider that runs beside the tests: a real HTTP server that checks what providers check.

It holds clients to PKCE, secret, redirect address and single use of a code, and signs real tokens. Whatever a provider
must never say it says when it is told to: `provider.token(nonce="another")`, `provider.key = another`.
"""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from engage import clock

CLIENT_ID, CLIENT_SECRET = "engage", "the secret of the tests"
RETURN = "https://localhost/account/sso/return"
METADATA = "/.well-known/openid-configuration"


@dataclass
class Grant:
    """What a code stands for until it is used."""

    nonce: str
    challenge: str
    redirect_uri: str


@dataclass
class Provider:
    """The provider, and what it says of whoever signs in next."""

    claims: dict[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # paths that answer with an error
    odd: set[str] = field(default_factory=set)  # paths that answer with something else than an object
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # what browsers were sent with

    def __post_init__(self) -> None:
        self.key = self.signs_with = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self._grants: dict[str, Grant] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def be_honest(self) -> None:
        """Say of everybody nothing but who they are, and of itself what is true."""
        self.claims, self.metadata, self.broken, self.odd, self.asked = {}, {}, set(), set(), []
        self.signs_with = self.key

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def let_in(self, address: str) -> dict[str, str]:
        """Somebody signs in at the address to which their browser was sent; return what it is sent back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT_ID, RETURN)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._grants[code] = Grant(asked["nonce"], asked["code_challenge"], asked["redirect_uri"])
        return {"code": code, "state": asked["state"]}

    def _token(self, sent: dict[str, str], credentials: str) -> tuple[int, dict[str, Any]]:
        grant = self._grants.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proves = grant is not None and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == grant.challenge
        own = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if grant is None or not proves or credentials != f"Basic {own}" or sent["redirect_uri"] != grant.redirect_uri:
            return 400, {"error": "invalid_grant"}
        now = int(clock.utcnow().timestamp())
        said = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (said | {"nonce": grant.nonce} | self.claims).items() if value != ""}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signs_with)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _answer(self, path: str, sent: dict[str, str], credentials: str) -> tuple[int, Any]:
        if path in self.broken:
            return 503, {}
        if path in self.odd:
            return 200, []
        if path == METADATA:
            names = ("authorization", "token")
            found = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in names}
            return 200, {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **found, **self.metadata}
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        return self._token(sent, credentials)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._reply({name: values[0] for name, values in parse_qs(body).items()})

            def _reply(self, sent: dict[str, str]) -> None:
                status, found = provider._answer(self.path, sent, self.headers.get("Authorization", ""))
                raw = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Say nothing: pytest shows what a test has to say."""

        return Handler
