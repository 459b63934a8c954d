"""Line breaks in headers of mails, statements in searches, paths out of a folder, lines in logs, and foreign hosts."""

import json
import logging
from email import message_from_bytes, policy

import pytest
import structlog

from engage import vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import Site, StaffUser
from engage.notify.addressing import Letter, NoAddress
from engage.services import delivery
from engage.services.contact import ContactRefused, Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.test_rendering import SAMPLE, a_claim, render
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import sign_in, token_of

LINES = ("\r\nBcc: thief@elsewhere.example", "\nBcc: thief@elsewhere.example", "\rBcc: thief@elsewhere.example")
SQL = [
    "' OR '1'='1",
    '\'; DROP TABLE "case"; --',
    '" OR ""="',
    "1) UNION SELECT secret FROM vault --",
    "%' AND 1=0 --",
    "a:* & !b | <->",
    'NEAR("a" "b")',
    "title:x*",
    "\\",
    "(((((",
    "😀" * 100,
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
]


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def mails():
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in (settings().VAR / "mail").glob("*.eml")
    ]


@pytest.mark.parametrize("line", LINES)
def test_a_line_break_in_an_address_never_becomes_a_header(client, team, line):
    address = f"amina@people.example.org{line}"
    with pytest.raises(ContactRefused):
        a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=Values(email=address))
    with pytest.raises(NoAddress, match="malformed"), client.application.app_context():
        render(a_claim(), Letter(address, "case_news", "en", SAMPLE))


@pytest.mark.parametrize("line", LINES)
def test_a_line_break_in_a_name_never_becomes_a_header(team, line):
    with unit_of_work():
        db.session.get(Site, team.site_id).name = f"Bor{line}"
        db.session.get(StaffUser, team.coordinator.id).name = f"Ana{line}"
    reach = Values(name=f"Amina{line}", email="amina@people.example.org")
    found = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    delivery.drain()
    own = [mail for mail in mails() if found.reference in mail.as_string()]
    assert own
    for mail in own:
        assert mail["Bcc"] is None
        assert "thief" not in " ".join(str(value) for _, value in mail.items())
        assert len(mail.get_all("To")) == 1


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "localhost@evil.example"])
def test_links_in_mails_come_from_the_settings_whatever_host_was_asked_for(client, team, host):
    reach = Values(email="amina@people.example.org")
    found = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    fields = Person(client).fields("/case/lost")
    typed = {**fields, "reference": found.reference, "address": "amina@people.example.org"}
    client.post("/case/lost", data=typed, headers={"X-Forwarded-Host": host, "Forwarded": f"host={host}"})
    client.post("/case/lost", data=typed, headers={"Host": host})
    delivery.drain()
    sent = [mail.as_string() for mail in mails()]
    assert any("https://localhost/case/link/" in text for text in sent)
    assert not any("evil" in text for text in sent)


@pytest.mark.parametrize("words", SQL, ids=range(len(SQL)))
def test_a_search_is_words_whatever_is_typed(client, team, words):
    for reference in (states.a_case(team.site_id), states.a_case(states.a_site("ELS"))):
        assert reference
    browser = sign_in(client, team.coordinator)
    token = token_of(browser)
    sent = browser.post("/staff/search", data={"csrf_token": token, "words": words})
    assert sent.status_code == 303
    answer = browser.get(sent.location)
    assert answer.status_code == 200
    assert "ELS-26-" not in answer.text


@pytest.mark.parametrize("words", SQL, ids=range(len(SQL)))
def test_a_filter_or_a_place_in_a_list_is_a_value_whatever_stands_in_the_address(client, team, words):
    states.a_case(team.site_id)
    states.a_case(states.a_site("ELS"))
    browser = sign_in(client, team.coordinator)
    names = ("tab", "after", "before", "site", "category", "severity", "stage", "channel", "assignee", "since", "until")
    for name in (*names, "search"):
        answer = browser.get("/staff/", query_string={name: words, "tab": "all"} if name != "tab" else {name: words})
        assert answer.status_code == 200, name
        assert "ELS-26-" not in answer.text, name


@pytest.mark.parametrize("words", SQL, ids=range(len(SQL)))
def test_a_code_and_a_sign_in_are_values_whatever_is_typed(client, team, words):
    a_concern(team.site_id)
    for path, typed in (
        ("/case", {"code": words}),
        ("/case/lost", {"reference": words, "address": words}),
        ("/account/sign-in", {"email": words, "password": words}),
        ("/transparency/receipt", {"proof": words}),
    ):
        answer = client.post(path, data={**Person(client).fields(path), **typed})
        assert answer.status_code in (200, 303, 422), path
        assert answer.status_code != 303 or path == "/case/lost"


OUT = ["../config.py", "..%2fconfig.py", "%2e%2e/config.py", "..%252fconfig.py", "....//config.py", "..\\config.py"]
OUT += ["/etc/passwd", "%2fetc%2fpasswd", "dist/../../config.py", "dist/%00", "dist/"]


@pytest.mark.parametrize("path", OUT)
@pytest.mark.parametrize(
    "before", ["/static/", "/transparency/", "/transparency/checkpoints/", "/s/", "/case/files/", "/staff/files/"]
)
def test_no_path_leads_out_of_its_folder(client, team, before, path):
    browser = sign_in(client, team.coordinator)
    with browser.get(before + path) as answer:
        assert answer.status_code in (303, 308, 404), answer.status
        assert b"BaseSettings" not in answer.data
        assert b"root:" not in answer.data


@pytest.mark.parametrize(
    "language", ["../../etc/passwd", "en/../../..", "ar@pseudo/../en", "\x00", "en\r\nSet-Cookie: a=b"]
)
def test_a_language_is_one_of_ours_or_none(client, language):
    answer = client.get("/language", query_string={"language": language, "back": "/help"})
    assert (answer.status_code, answer.location) == (303, "/help")
    assert client.get("/help", headers={"Accept-Language": "../../etc/passwd"}).status_code == 200


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "///evil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "/staff/\r\nLocation: https://evil.example",
    "/staff//evil.example",
    "@evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_parameter_leads_to_another_site(client, team, target):
    browser = sign_in(client, team.coordinator)
    answers = [client.get("/language", query_string={"language": "en", "back": target})]
    answers.append(browser.get("/account/sign-in", query_string={"next": target}))
    answers.append(browser.get("/account/prove", query_string={"next": target}))
    for answer in answers:
        where = answer.headers.get("Location", "/")
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\"))
        assert "evil" not in where.partition("?")[0].split("/")[:2]
        assert "\r" not in where
        assert 'action="http' not in answer.text


def test_a_line_break_in_a_message_does_not_begin_a_line_of_the_log(capsys, app):
    logging.getLogger("engage.test").warning("first %s", 'a\n{"event": "forged", "level": "info"}\r\n\x1b[31m')
    lines = [line for line in capsys.readouterr().err.splitlines() if "forged" in line]
    assert len(lines) <= 1
    root = next(
        one for one in logging.getLogger().handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)
    )
    record = logging.LogRecord("engage.test", logging.WARNING, "", 0, "first\nforged \x1b[31m", (), None)
    written = root.format(record)
    assert "\n" not in written
    assert "\x1b" not in written
    assert json.loads(written)["event"] == "first\nforged \x1b[31m"
