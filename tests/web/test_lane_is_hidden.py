"""For everybody but focal points there is no lane: not found on every address, nothing on any other page."""

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import AuditEvent, LaneReport, OutboxMessage, StaffUser
from engage.services import checkpoints, delivery, record_copy
from engage.services.lane import clocks, subjects, words
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.browsing import visit
from tests.lane_states import WORDS, a_report, a_report_about_a_child, an_offered_report, do, her, kinds
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import done, page, send, sign_in, token_of

OTHERS = [role for role in Role if role is not Role.FOCAL]
FACTS = ("Zqxclinic", "Zqxheron", "zqxheron", "Zqxreply", "Zqxnote")


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def taken(team):
    made = an_offered_report(team, email="zqxheron@people.example.org")
    do(made, words.write, "Zqxreply to you", actor=team.focal)
    do(made, words.note, "Zqxnote among us", actor=team.focal)
    do(made, words.write, f"{WORDS} again", actor=her(made))
    return made


def doors(app, report_id, reference):
    """Every page of the lane with its methods; one that is added later is tested from its first day."""
    found = []
    with app.test_request_context():
        urls = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("lane."):
                known = {"report_id": report_id, "reference": reference}
                path = urls.build(rule.endpoint, {name: known[name] for name in rule._converters})
                found += [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    assert len(found) >= 10
    return found


@pytest.mark.parametrize("role", OTHERS)
def test_no_page_of_the_lane_exists_for_another_role(app, client, team, taken, role):
    reference = a_concern(team.site_id, what_happened=WORDS, category="GBV").reference
    for actor in (states.staff(role, site_id=team.site_id), states.staff((role, None))):
        browser = sign_in(client, actor)
        token = token_of(browser)
        for method, path in doors(app, taken.report_id, reference):
            answer = browser.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert answer.status_code == 404, (method, path, answer.status)
        assert "/staff/lane" not in browser.get("/account/", follow_redirects=True).text
    db.session.rollback()
    assert len(kinds(taken)) == 6


def test_a_focal_point_of_another_site_and_one_it_is_about_find_nothing(app, client, team, taken):
    do(taken, subjects.name, team.second_focal.id, actor=team.focal)
    elsewhere = states.staff(Role.FOCAL, site_id=states.a_site("KOL"))
    for actor in (elsewhere, team.second_focal):
        browser = sign_in(client, actor)
        token = token_of(browser)
        assert str(taken.report_id) not in browser.get("/staff/lane/").text
        for method, path in doors(app, taken.report_id, "BOR-26-AAAAA"):
            if str(taken.report_id) in path:
                answer = browser.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
                # A form that says nothing is looked at before the report: what comes back must not tell either.
                assert answer.status_code == 404, (method, path, answer.status)


def test_nothing_of_it_stands_on_any_other_page(client, team, taken):
    lists = ["/staff/", "/staff/?tab=all", "/staff/day", "/staff/systemic-issues", "/admin/sites", "/admin/users"]
    lists += ["/admin/undelivered", "/transparency/checkpoints", "/health", "/"]
    before = {}
    for role in Role:
        browser = sign_in(client, states.staff(role, site_id=team.site_id))
        for address in lists:
            said = browser.get(address, follow_redirects=True).text
            assert not [word for word in FACTS if word in said], (role, address)
            assert str(taken.report_id) not in said, (role, address)
            before[role, address] = {one.text for one in page(browser.get(address)).select(".app-tabs__count")}
    a_report(team.site_id)
    browser = sign_in(client, states.staff(*[(role, None) for role in OTHERS]))
    counts = {one.text for one in page(browser.get("/staff/?tab=all")).select(".app-tabs__count")}
    assert counts <= {"0"}


def test_search_finds_nothing_of_it_for_anybody(client, team, taken):
    for actor in (team.focal, team.coordinator):
        browser = sign_in(client, actor)
        token = page(browser.get("/staff/")).select_one("form.app-search [name=csrf_token]")["value"]
        for said in ("heron", "Zqxheron", "Zqxclinic"):
            found = browser.post("/staff/search", data={"csrf_token": token, "words": said})
            assert page(browser.get(found.location)).select(".app-cases") == []


def stored_mails():
    return set((settings().VAR / "mail").rglob("*.eml"))


def test_no_log_queue_mail_audit_entry_or_copy_of_the_record_holds_a_word_or_the_report(
    client, team, sent_tasks, tmp_path
):
    before = stored_mails()
    lines = []
    handler = logging.Handler()
    handler.emit = lambda row: lines.append(logging.Formatter().format(row))
    root = logging.getLogger()
    level, _ = root.level, root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("engage").info("it hears")
    try:
        shown = visit(client, "/s/BOR/help/tell").submit(
            client, words=WORDS, road="relay", email="zqxheron@people.example.org"
        )
        report_id = db.session.scalars(select(LaneReport.id)).one()
        db.session.rollback()
        focal = sign_in(client, team.focal)
        assert WORDS in focal.get(f"/staff/lane/{report_id}").text
        person = Person(client, shown.code)
        assert person.send("/case/messages", on="/case/view", message="Zqxreply").status_code == 303
        clocks.look_due()
        delivery.drain()
        checkpoints.make()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    db.session.rollback()
    with (tmp_path / "record").open("w") as file:
        record_copy.write(file)
    mails = [path.read_text("utf-8").replace("To: zqxheron@", "") for path in stored_mails() - before]
    rows = [f"{row.dedupe_key.partition(':')[2]} {row.context}" for row in db.session.scalars(select(OutboxMessage))]
    audit = [row.payload for row in db.session.scalars(select(AuditEvent))]
    heard = {
        "logs": "\n".join(lines),
        "queue": repr(sent_tasks),
        "mails": "\n".join(mails),
        "outbox": "\n".join(rows),
        "audit": "\n".join(audit),
        "record": (tmp_path / "record").read_text(),
    }
    assert mails
    assert "it hears" in lines
    for where, said in heard.items():
        assert "zqx" not in said.casefold(), where
        assert str(report_id) not in said or where == "logs", where
    bodies = "\n".join(mails)
    assert "BOR" not in bodies
    assert "/staff/lane" not in bodies


def test_the_notices_of_it_name_nothing_even_in_their_keys(team, taken):
    for row in db.session.scalars(select(OutboxMessage)):
        assert str(taken.report_id) not in row.dedupe_key
        assert json.dumps(row.context) == "{}"


def test_the_lane_is_in_the_navigation_of_focal_points_alone_with_what_waits_there(client, team):
    a_report(team.site_id)
    focal = sign_in(client, team.focal)
    link = page(focal.get("/staff/")).select_one("nav a[href='/staff/lane/']")
    assert link.select_one(".app-header__count").text == "1"
    assert "/staff/lane/" not in sign_in(client, team.coordinator).get("/staff/").text


def test_a_restricted_case_is_moved_on_its_own_page_and_its_address_leads_on(client, team):
    received = a_concern(team.site_id, what_happened=WORDS, category="GBV")
    focal = sign_in(client, team.focal)
    path = f"/staff/lane/move/{received.reference}"
    assert path in focal.get(f"/staff/cases/{received.reference}").text
    unsure = send(focal, path)
    assert unsure.status_code == 422
    moved = done(send(focal, path, sure="y"))
    assert WORDS in focal.get(moved.location).text
    led = focal.get(f"/staff/cases/{received.reference}")
    assert (led.status_code, led.location) == (303, moved.location)
    assert focal.get(path).status_code == 404
    assert focal.get(f"/staff/cases/{received.reference}/reply").location == moved.location
    assert received.reference not in focal.get("/staff/?tab=all").text
    for actor in (team.coordinator, team.admin, team.auditor):
        assert sign_in(client, actor).get(f"/staff/cases/{received.reference}").status_code in (403, 404)
    person = Person(client, received.code)
    assert "We have it. It is our turn." in person.page()


def test_a_case_that_is_not_restricted_is_not_moved(client, team):
    both = states.staff((Role.FOCAL, team.site_id), (Role.COORDINATOR, team.site_id))
    reference = states.an_acknowledged_case(team)
    answer = sign_in(client, both).get(f"/staff/lane/move/{reference}")
    assert answer.status_code == 409
    assert "Only a restricted case" in answer.text


def test_what_stands_in_the_way_comes_back_with_what_was_typed(client, team, taken):
    focal = sign_in(client, team.focal)
    path = f"/staff/lane/{taken.report_id}"
    token = {"csrf_token": page(focal.get(path)).select_one("main [name=csrf_token]")["value"]}
    bad = focal.post(f"{path}/write", data={**token, "message": "Zqxtyped", "to": ""})
    assert bad.status_code == 422
    assert "Zqxtyped" in bad.text
    assert focal.post(f"{path}/offer", data=token).status_code == 422
    too_early = focal.post(f"{path}/bring", data={**token, "reached": "Zqxclinic"})
    assert too_early.status_code == 409
    refused = focal.post(f"{path}/subject", data={**token, "user": str(taken.report_id)})
    assert refused.status_code == 422
    assert focal.post(f"{path}/step", data={**token, "step": "stop"}).status_code == 422
    assert focal.post(f"{path}/consent", data={**token, "said": "want_action", "how": "page"}).status_code == 422
    done(focal.post(f"{path}/consent", data={**token, "said": "want_action", "how": "spoken"}))
    closes = focal.post(f"{path}/step", data={**token, "step": "close"})
    assert closes.status_code == 422
    assert "The employer should act" in closes.text


def test_whoever_names_themself_is_led_to_the_list_and_sees_it_no_more(client, team, taken):
    focal = sign_in(client, team.focal)
    path = f"/staff/lane/{taken.report_id}"
    token = page(focal.get(path)).select_one("main [name=csrf_token]")["value"]
    gone = done(focal.post(f"{path}/subject", data={"csrf_token": token, "user": str(team.focal.id)}))
    assert gone.location == "/staff/lane/"
    assert focal.get(path).status_code == 404


def test_what_came_without_a_mine_is_given_to_one_on_its_page(client, team):
    taken, everywhere = a_report(None), states.staff((Role.FOCAL, None))
    focal = sign_in(client, everywhere)
    path = f"/staff/lane/{taken.report_id}"
    opened = focal.get(path)
    token = page(opened).select_one("main [name=csrf_token]")["value"]
    assert focal.post(f"{path}/route", data={"csrf_token": token, "site": ""}).status_code == 422
    done(focal.post(f"{path}/route", data={"csrf_token": token, "site": str(team.site_id)}))
    assert sign_in(client, team.focal).get(path).status_code == 200
    assert "/route" not in focal.get(path).text


def test_a_whole_contractor_is_kept_out_on_the_page(client, team, taken):
    with unit_of_work():
        db.session.get_one(StaffUser, team.second_focal.id).contractor = "Drivers Ltd"
    focal = sign_in(client, team.focal)
    path = f"/staff/lane/{taken.report_id}"
    token = page(focal.get(path)).select_one("main [name=csrf_token]")["value"]
    assert focal.post(f"{path}/subject", data={"csrf_token": token, "user": "", "place": ""}).status_code == 422
    done(focal.post(f"{path}/subject", data={"csrf_token": token, "user": "", "place": "contractor:Drivers Ltd"}))
    assert sign_in(client, team.second_focal).get(path).status_code == 404


def test_a_child_is_on_the_page_as_something_we_owe_until_it_is_written_down(client, team):
    taken = a_report_about_a_child(team)
    focal = sign_in(client, team.focal)
    path = f"/staff/lane/{taken.report_id}"
    opened = focal.get(path)
    assert "Write down what is best for the child" in opened.text
    token = page(opened).select_one("main [name=csrf_token]")["value"]
    done(focal.post(f"{path}/child", data={"csrf_token": token, "best": "With the aunt."}))
    assert "/child" not in focal.get(path).text
    assert "With the aunt." in focal.get(path).text


def test_what_is_late_stands_first_and_says_so(client, clock, team):
    first = a_report(team.site_id)
    clock.advance(timedelta(hours=2))
    a_report(team.site_id)
    listed = sign_in(client, team.focal).get("/staff/lane/")
    assert "Late: owed by" in listed.text
    assert str(first.report_id) in str(page(listed).select_one("main .app-box a"))
