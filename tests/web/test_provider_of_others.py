"""Single sign-on with a provider that others wrote: whatever both of ours misread in the same way shows here."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import ForeignIdentity
from engage.services import single_sign_on
from tests import states
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET
from tests.web.at_provider import come_back, leave
from tests.web.test_sign_in import EMAIL

pytestmark = pytest.mark.slow


@pytest.fixture
def issuer(session, client, sent_tasks, change_settings, monkeypatch) -> Iterator[str]:
    """The provider in a process of its own; it knows one person, by subject and checked address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = json.dumps({"sub": "subject-1", "email": EMAIL, "email_verified": True})
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "--user-claims",
        known,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address)
            monkeypatch.setattr(single_sign_on, "_silent_until", 0.0)
            who = {"OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": SecretStr(CLIENT_SECRET)}
            change_settings(OIDC_ISSUER=address, OIDC_NAME="Theirs", **who)
            yield address
        finally:
            process.terminate()


def wait_for(address: str) -> None:
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        try:
            if httpx2.get(f"{address}/.well-known/openid-configuration").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("the provider did not start")


def let_in(address: str, subject: str) -> dict[str, str]:
    """What the person does at the provider: they say who they are, and are sent back."""
    shown = httpx2.get(address)
    assert shown.status_code == 200
    answer = httpx2.post(address, data={"sub": subject})
    assert answer.status_code in (302, 303), answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_somebody_signs_in_at_a_provider_that_others_wrote(client, issuer):
    officer = states.staff(Role.OFFICER, site_id=states.a_site(), email=EMAIL)
    entered = come_back(client, let_in(leave(client), "subject-1"))
    assert entered.status_code == 303
    assert client.get("/staff/").status_code == 200
    db.session.rollback()
    row = db.session.scalars(select(ForeignIdentity)).one()
    assert (row.user_id, row.issuer, row.subject) == (officer.id, issuer, "subject-1")


def test_whom_nobody_here_knows_is_not_let_in_by_it(client, issuer):
    entered = come_back(client, let_in(leave(client), "somebody-else"))
    assert entered.status_code == 403
    assert db.session.scalars(select(ForeignIdentity)).all() == []


def test_what_it_refuses_opens_nothing(client, issuer):
    answer = let_in(leave(client), "subject-1")
    assert come_back(client, {**answer, "code": "made up"}).status_code in (403, 422, 502, 503)
    assert client.get("/staff/").status_code == 303
