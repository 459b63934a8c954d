"""Whether the gateway of text messages is all there, and how a text is handed over to it."""

import base64
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr

from engage.domain.sections import BadCatalogue
from engage.notify import gateways
from engage.notify.gateways import BadGateway
from engage.notify.transports import TransportDown
from engage.services import checks

NOTICE = uuid.UUID(int=7)
WELL = {
    "SMS_GATEWAY": "twilio",
    "SMS_USER": "AC1",
    "SMS_SECRET": SecretStr("token"),
    "SMS_FROM": "+15550100",
    "SMS_WEBHOOK_SECRET": SecretStr("a secret that is long enough"),
}


@pytest.fixture
def set_up(session, change_settings):
    return lambda **changed: change_settings(**WELL | changed)


@pytest.mark.parametrize("name", ["twilio", "africas-talking"])
def test_a_gateway_that_is_all_there_is_taken(set_up, name):
    set_up(SMS_GATEWAY=name)
    assert gateways.checked() is gateways.recipe()


def test_an_address_of_its_own_is_what_the_generic_recipe_needs(set_up):
    set_up(SMS_GATEWAY="generic")
    with pytest.raises(BadGateway, match="ENGAGE_SMS_URL"):
        gateways.checked()
    set_up(SMS_GATEWAY="generic", SMS_URL="https://gateway.example.org/texts", SMS_USER=None)
    assert gateways.checked().name == "generic"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SMS_GATEWAY": None}, "ENGAGE_SMS_GATEWAY is not set"),
        ({"SMS_GATEWAY": "nowhere"}, "Set one of africas-talking, generic, twilio"),
        ({"SMS_GATEWAY": "/nowhere/own.toml"}, "is no recipe"),
        ({"SMS_URL": "http://gateway.example.org/"}, "is not https"),
        ({"SMS_USER": None}, "ENGAGE_SMS_USER is missing"),
        ({"SMS_SECRET": None}, "ENGAGE_SMS_SECRET is missing"),
        ({"SMS_FROM": ""}, "ENGAGE_SMS_FROM is missing"),
        ({"SMS_WEBHOOK_SECRET": None}, "ENGAGE_SMS_WEBHOOK_SECRET is missing"),
        ({"SMS_WEBHOOK_SECRET": SecretStr("short")}, "shorter than 16"),
        ({"SMS_GATEWAY": "africas-talking", "SMS_USER": None}, "ENGAGE_SMS_USER is missing"),
    ],
    ids=str,
)
def test_what_is_missing_is_said_by_the_name_of_the_setting(set_up, changed, said):
    set_up(**changed)
    with pytest.raises(BadGateway, match=said):
        gateways.checked()


def test_a_recipe_of_ones_own_is_read_from_its_file(set_up, tmp_path):
    own = tmp_path / "own.toml"
    shipped = (gateways.SHIPPED / "generic.toml").read_text("utf-8")
    for before, after in (('"generic"', '"own"'), ("gateway.invalid", "gateway.example.org"), ("bearer", "none")):
        shipped = shipped.replace(before, after)
    own.write_text(shipped)
    set_up(SMS_GATEWAY=str(own), SMS_SECRET=None)
    assert gateways.checked().name == "own"


def test_a_file_that_is_no_toml_is_said_to_be_none(set_up, tmp_path):
    (tmp_path / "broken.toml").write_text("name = ")
    set_up(SMS_GATEWAY=str(tmp_path / "broken.toml"))
    with pytest.raises(BadCatalogue, match="is not TOML"):
        gateways.checked()


def problems():
    return {one.what: one.problem for one in checks.look()}


def test_check_config_says_what_is_wrong_with_the_gateway_before_anybody_relies_on_it(set_up):
    assert problems()["text messages"] is None
    set_up(SMS_FROM="")
    assert "ENGAGE_SMS_FROM is missing" in problems()["text messages"]


def test_check_config_asks_whether_the_gateway_is_there_and_sends_nothing(session, gateway):
    assert problems()["text messages"] is None
    assert gateway.asked == 0
    gateway.stop()
    assert problems()["text messages"] == "ConnectError"


class Recorder:
    """Takes one request of any kind, and answers with a piece of JSON."""

    def __init__(self, answer):
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                recorder.path, recorder.headers = self.path, dict(self.headers)
                recorder.body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                content = json.dumps(answer).encode()
                self.send_response(201)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format, *args):
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@pytest.fixture
def recorder():
    made = []

    def begin(answer):
        made.append(Recorder(answer))
        return made[-1]

    yield begin
    for one in made:
        one.stop()


def test_a_text_leaves_as_a_form_with_name_and_secret(set_up, recorder):
    there = recorder({"sid": "SM1", "status": "queued"})
    set_up(SMS_URL=f"{there.url}/Accounts/{{user}}/Messages.json")
    transport = gateways.open_gateway()
    assert transport.send("+381641234567", "Novosti & više – 🌋", NOTICE) == "SM1"
    transport.close()
    assert there.path == "/Accounts/AC1/Messages.json"
    assert dict(parse_qsl(there.body)) == {
        "To": "+381641234567",
        "From": "+15550100",
        "Body": "Novosti & više – 🌋",
        "StatusCallback": "https://localhost/hooks/sms/status",
    }
    assert there.headers["Authorization"] == "Basic " + base64.b64encode(b"AC1:token").decode()


def test_a_text_leaves_with_the_key_in_the_header_that_the_recipe_names(set_up, recorder):
    there = recorder({"SMSMessageData": {"Recipients": [{"statusCode": 101, "messageId": "AT1"}]}})
    set_up(SMS_GATEWAY="africas-talking", SMS_URL=there.url)
    transport = gateways.open_gateway()
    assert transport.send("+381641234567", "News", NOTICE) == "AT1"
    transport.close()
    assert there.headers["apiKey"] == "token"
    assert dict(parse_qsl(there.body))["username"] == "AC1"


def test_a_gateway_that_is_not_there_is_down(set_up):
    set_up(SMS_URL="http://127.0.0.1:9/")
    transport = gateways.open_gateway()
    with pytest.raises(TransportDown):
        transport.send("+381641234567", "News", NOTICE)
    transport.close()
