"""What every answer tells the browser: walked over the whole URL map, as strangers and staff, and what fails."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Attachment
from engage.web import security
from tests import states
from tests.architecture.test_endpoints import address
from tests.browsing import visit
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import sign_in

ALWAYS = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
}
TELLS = {"X-Powered-By", "Access-Control-Allow-Origin", "Via"}


def wrong_with(answer) -> list[str]:
    """What an answer says that it should not, or leaves out."""
    headers, found = answer.headers, []
    policy = headers.get("Content-Security-Policy", "")
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    if directives.get("default-src") != "'none'" or directives.get("frame-ancestors") != "'none'":
        found.append(f"policy is open: {policy}")
    if any(word in policy for word in ("unsafe", "*", "http:", "data:", "blob:")):
        found.append(f"policy lets in: {policy}")
    wanted = {
        "Server": "engage",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": security.PERMISSIONS,
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    }
    found += [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    found += [f"{name} stands twice" for name in ALWAYS if len(headers.getlist(name)) > 1]
    found += [f"tells {name}" for name in TELLS if name in headers]
    if (
        answer.data
        and headers.get("Content-Type", "").startswith("text/")
        and "charset=utf-8" not in answer.content_type
    ):
        found.append(f"text without its signs: {answer.content_type}")
    found += [
        f"cookie is open: {cookie}"
        for cookie in headers.getlist("Set-Cookie")
        if not (
            cookie.startswith(("__Host-", "__Secure-"))
            and {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        )
    ]
    return found


def is_kept(answer) -> bool:
    return answer.headers.get("Cache-Control") != "no-store"


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def walked(app, browser) -> list[tuple]:
    """Every rule of the map with each of its methods, and one it does not have."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    assert len(rules) > 150
    return [
        (rule.endpoint, method, browser.open(address(app, rule), method=method))
        for rule in rules
        for method in sorted((rule.methods or set()) | {"DELETE", "TRACE"})
    ]


@pytest.mark.slow
@pytest.mark.parametrize("who", ["stranger", "coordinator", "admin"])
def test_every_answer_of_every_route_keeps_itself_to_itself(app, client, team, who):
    browser = client if who == "stranger" else sign_in(client, getattr(team, who))
    found = []
    for endpoint, method, answer in walked(app, browser):
        found += [(endpoint, method, one) for one in wrong_with(answer)]
        if endpoint != "static" and is_kept(answer):
            found.append((endpoint, method, "may be kept by the browser"))
        if method in ("DELETE", "TRACE") and answer.status_code not in (302, 303, 401, 404, 405):
            found.append((endpoint, method, answer.status))
    assert found == []


def test_styles_and_scripts_are_hardened_too_and_kept_for_their_name_changes(client):
    page = client.get("/").text
    href = page.split('rel="stylesheet" href="')[1].split('"')[0]
    with client.get(href) as answer:
        assert answer.status_code == 200
        assert wrong_with(answer) == []


def test_a_redirect_of_the_map_itself_is_hardened(client):
    answer = client.get("/staff")
    assert answer.status_code == 308
    assert wrong_with(answer) == []


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nowhere", "GET", 404),
        ("/case\x00", "GET", 404),
        ("/health", "PUT", 405),
        ("/static/../config.py", "GET", 404),
        ("/account/sign-out", "POST", 400),
    ],
)
def test_a_page_that_says_no_is_hardened(client, path, method, status):
    answer = client.open(path, method=method)
    assert (answer.status_code, wrong_with(answer), is_kept(answer)) == (status, [], False)


def test_what_is_too_big_is_refused_with_a_hardened_page(client):
    answer = client.post("/account/sign-in", data={"email": "x" * 5_000_000})
    assert (answer.status_code, wrong_with(answer), is_kept(answer)) == (413, [], False)


def test_an_error_of_ours_is_hardened_and_tells_nothing_of_what_went_wrong(app, client, monkeypatch):
    def broken():
        raise RuntimeError("SELECT secret FROM vault")

    monkeypatch.setitem(app.view_functions, "public.privacy", broken)
    answer = client.get("/privacy")
    assert (answer.status_code, wrong_with(answer), is_kept(answer)) == (500, [], False)
    assert not {"SELECT", "RuntimeError", "Traceback", "privacy.py"} & set(answer.text.split())
    assert "secret" not in answer.text


def test_a_file_of_a_case_is_saved_and_never_shown(client, team):
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")
    picture.seek(0)
    code = visit(client, "/s/BOR/raise").submit(client, files=[(picture, "a.png")], send="now").code
    file_id = db.session.scalars(select(Attachment.id)).one()
    Person(client, code)
    for answer in (
        client.get(f"/case/files/{file_id}"),
        sign_in(client, team.coordinator).get(f"/staff/files/{file_id}"),
    ):
        with answer:
            assert (answer.status_code, wrong_with(answer), is_kept(answer)) == (200, [], False)
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


def test_what_is_made_to_be_saved_is_hardened(client, team):
    Person(client, a_concern(team.site_id).code)
    for path in ("/case/download", "/case/print", "/transparency/verify_record.py"):
        answer = client.get(path)
        assert (path, answer.status_code, wrong_with(answer), is_kept(answer)) == (path, 200, [], False)


def test_over_plain_http_nothing_demands_https(client, change_settings):
    change_settings(PUBLIC_URL="http://localhost:8000")
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_signing_out_leaves_nothing_of_a_page_in_the_browser(client, team):
    browser = sign_in(client, team.coordinator)
    token = browser.get("/account/").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = browser.post("/account/sign-out", data={"csrf_token": token})
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::1", "", "localhost@evil.example"])
def test_a_request_for_a_host_that_is_not_ours_is_refused(client, change_settings, host):
    change_settings(MODE="serve")
    answer = client.get("/staff", headers={"Host": host})
    assert (answer.status_code, wrong_with(answer), is_kept(answer)) == (421, [], False)
    assert host == "" or host not in answer.text
    assert "Open https://localhost instead." in answer.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:8443", "LOCALHOST", "abcdef.onion"])
def test_a_request_for_one_of_our_hosts_is_answered(client, change_settings, host):
    change_settings(MODE="serve", OTHER_HOSTS="Abcdef.onion other.example")
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_a_machine_may_ask_how_we_are_by_any_name(client, change_settings):
    change_settings(MODE="serve")
    assert client.get("/health", headers={"Host": "10.0.0.7"}).status_code == 200


def test_what_an_administrator_of_everything_sees_is_never_kept(client, session, sent_tasks):
    browser = sign_in(client, states.staff(*((role, None) for role in Role)))
    assert not any(is_kept(browser.get(path)) for path in ("/staff/", "/admin/users", "/account/"))
