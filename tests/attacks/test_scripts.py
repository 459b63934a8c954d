"""Script and template text in every field of every form: it comes back as the words it is, on pages and in mails.

The client of these tests fails on any page with an element or attribute that could run (tests/page_invariants.py), so
every page that is opened here is looked at for that.
"""

import html
import re
from email import message_from_bytes, policy

import html5lib
import pytest

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Site, StaffUser
from engage.services import delivery
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import page, proposal, sign_in

EVIL = """zqx<script>zqx</script>"onx='zqx<img src=x onerror=zqx>{{7*7}}${7*7}<%=7*7%>"""


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def wrong_with(answer) -> list[str]:
    if answer.mimetype != "text/html" or not answer.data:
        return []
    shown = answer.get_data(as_text=True)
    root = html5lib.HTMLParser(namespaceHTMLElements=False).parse(shown)
    found = [f"<{one.tag}>" for one in root.iter("script") if "zqx" in "".join(one.itertext())]
    found += [f"<img> {one.get('src')}" for one in root.iter("img") if one.get("src") == "x"]
    found += [name for one in root.iter() for name in one.keys() if isinstance(name, str) and name.startswith("on")]
    if re.search(r"zqx[^<]{0,80}(?<!\d)49(?!\d)", shown):
        found.append("a template ran")
    return found


@pytest.fixture
def furnished(client, team):
    """A case in which everybody wrote script, at a site with script in its own words."""
    with unit_of_work():
        site = db.session.get(Site, team.site_id)
        site.name, site.office, site.phone_hours = f"Bor {EVIL}", EVIL, "8 to 17"
        site.outside_avenues = [{"name": EVIL, "contact": EVIL, "for": "all"}]
        for user in db.session.query(StaffUser):
            user.name = f"{user.name} {EVIL}"[:300]
    found = a_concern(
        team.site_id,
        what_happened=EVIL,
        where_it_happened=EVIL,
        when_it_happened=EVIL,
        what_would_make_it_right=EVIL,
        identity=Identity.NAMED,
        road=Road.DIRECT,
        reach=Values(name=EVIL, organisation=EVIL, email="amina@people.example.org"),
    )
    person = Person(client, found.code)
    person.send("/case/messages", on="/case/view", message=EVIL)
    browser = sign_in(client, team.coordinator)
    for path, data in (
        ("acknowledge", {"how": "notice"}),
        ("reply", {"message": EVIL}),
        ("note", {"message": EVIL}),
        ("assess", {**_assessment(), "title": EVIL[:200], "community": EVIL[:100]}),
        ("propose", {**proposal(), "shared_findings": EVIL, "lines-0-words": EVIL}),
    ):
        where = f"/staff/cases/{found.reference}/{path}"
        opened = browser.get(where)
        fields = {one["name"]: one.get("value", "") for one in page(opened).select("main form input[type=hidden]")}
        answer = browser.post(where, data={**fields, **data})
        assert answer.status_code == 303, (path, page(answer).select_one("main").get_text(" ", strip=True)[:500])
    return found, person, browser


def _assessment():
    safe = {"danger": "none", "complexity": "simple", "retaliation_likelihood": "unlikely"}
    return {"category": "AIR", "actual": "2", "potential": "2", "retaliation_severity": "light", **safe}


def test_what_was_stored_runs_on_no_page_of_anybody(app, client, team, furnished):
    found, person, browser = furnished
    everybody = sign_in(client, states.staff(*((role, None) for role in Role)))
    known = {"reference": found.reference, "code": "BOR"}
    ran = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or set(rule._converters) - set(known) or rule.endpoint == "public.leave":
            continue
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, {n: known[n] for n in rule._converters})
        for reader in (person.client, browser, everybody):
            with reader.get(path) as answer:
                ran += [(rule.endpoint, one) for one in wrong_with(answer)]
    assert ran == []
    assert "zqx" in browser.get(f"/staff/cases/{found.reference}").text


def test_what_was_stored_comes_back_as_the_words_it_is(furnished):
    found, person, browser = furnished
    for shown in (person.client.get("/case/view"), browser.get(f"/staff/cases/{found.reference}")):
        assert html.escape(EVIL, quote=False)[:40] in shown.text.replace("&#34;", '"').replace("&#39;", "'")
        assert "{{7*7}}" in shown.text


def test_a_file_of_the_case_as_text_is_text_and_nothing_in_it_is_worked_out(furnished):
    _, person, _ = furnished
    answer = person.client.get("/case/download")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "{{7*7}}" in answer.text


def test_a_file_to_print_holds_nothing_that_runs_or_fetches(furnished):
    found, person, browser = furnished
    for answer in (person.client.get("/case/print"), browser.get(f"/staff/cases/{found.reference}/file")):
        assert answer.mimetype == "application/pdf"
        assert not [one for one in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/AA") if one in answer.data]


def test_no_mail_carries_script_from_a_field(team, furnished):
    delivery.drain()
    mails = list((settings().VAR / "mail").glob("*.eml"))
    assert mails
    for path in mails:
        shown = _html_of(path)
        assert "<script" not in shown
        assert "<img" not in shown
    assert any("zqx&lt;script" in _html_of(path) for path in mails)


def _html_of(path) -> str:
    return message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("html",)).get_content()


@pytest.mark.slow
def test_what_is_typed_wrongly_comes_back_harmless_in_every_form(app, client, team, furnished):
    """Every form that a page shows, with the text in every field a browser would let one type into, and others."""
    found, person, browser = furnished
    everybody = sign_in(client, states.staff(*((role, None) for role in Role)))
    known = {"reference": found.reference, "code": "BOR"}
    ran, forms = [], 0
    for rule in app.url_map.iter_rules():
        if not {"GET", "POST"} <= (rule.methods or set()) or set(rule._converters) - set(known):
            continue
        if rule.endpoint in ("account.sign_in", "public.set_language", "account.sign_in_code"):
            continue
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, {n: known[n] for n in rule._converters})
        for reader in (person.client, everybody):
            opened = reader.get(path)
            form = page(opened).select_one("main form[method=post]") if opened.status_code in (200, 409) else None
            if form is None:
                continue
            forms += 1
            fields = {one["name"]: EVIL for one in form.select("input, textarea, select") if one.get("name")}
            fields |= {one["name"]: one.get("value", "") for one in form.select("input[name=csrf_token]")}
            with reader.post(path, data=fields) as answer:
                assert answer.status_code < 500, (path, answer.status)
                ran += [(rule.endpoint, one) for one in wrong_with(answer)]
    assert ran == []
    assert forms > 40


@pytest.mark.parametrize("name", ["next", "back", "tab", "q", "search", "after", "before", "site", "since", "language"])
def test_what_stands_in_an_address_comes_back_harmless(client, team, name):
    browser = sign_in(client, team.coordinator)
    for path in ("/", "/case", "/account/sign-in", "/account/prove", "/staff/", "/staff/day", "/language", "/raise"):
        for reader in (client, browser):
            answer = reader.get(path, query_string={name: EVIL})
            assert answer.status_code < 500
            assert wrong_with(answer) == []


def test_a_path_comes_back_harmless(client):
    answer = client.get(f"/nowhere/{EVIL}")
    assert (answer.status_code, wrong_with(answer)) == (404, [])
