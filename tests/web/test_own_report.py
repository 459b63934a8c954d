"""The page that the code of a report opens, and the whole way of a report through the pages."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engage import vault
from engage.domain.lane import Step
from engage.extensions import db
from engage.models import Case, LaneReport, OutboxMessage
from engage.services import cases, delivery
from engage.services.lane import moving
from engage.services.lane import words as lane_words
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.browsing import visit
from tests.lane_states import WORDS, a_report, an_offered_report, do, kinds, notices, report_of, take
from tests.web.as_person import Person, a_concern, code_on, words
from tests.web.as_staff import done, sign_in
from tests.web.in_lane import act, decide, only_report, told


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def test_the_whole_way_of_a_report_through_the_pages(client, team):
    shown = told(client, words=WORDS, involved="yes", age="18_to_59", road="relay", email="heron@people.example.org")
    report_id = only_report().id
    focal = sign_in(client, team.focal)
    listed = focal.get("/staff/lane/")
    assert f"/staff/lane/{report_id}" in listed.text
    assert WORDS not in listed.text
    path = f"/staff/lane/{report_id}"
    assert WORDS in focal.get(path).text
    done(act(focal, path, "offer", service="Clinic of the upper village, 0800 22", same_contact="y"))
    person = Person(client, shown.code)
    seen = person.page()
    assert "Clinic of the upper village" in seen
    assert "You say if you want it" in seen
    assert "A focal point, on:" in seen
    decide(person, "consent_to_referral")
    decide(person, "want_action")
    assert person.send("/case/messages", on="/case/view", message="Only in the morning.").status_code == 303
    page_of_focal = focal.get(path).text
    assert "Only in the morning." in page_of_focal
    done(act(focal, path, "bring", reached="Clinic of the upper village"))
    done(act(focal, path, "write", message="We go with you.", to="person"))
    done(act(focal, path, "write", message="Zqxnote among us", to="note"))
    for step in ("begin_process", "conclude_process"):
        done(act(focal, path, "step", step=step))
    assert "wants to hear the outcome" in words(focal.get(path))
    done(act(focal, path, "step", step="share_outcome"))
    done(act(focal, path, "step", step="close"))
    seen = person.page()
    assert "We go with you." in seen
    assert "Zqxnote" not in seen
    assert "You can come back at any time" in seen
    assert person.send("/case/reopen").status_code == 303
    assert "It is our turn" in person.page()
    assert person.send("/case/withdraw").status_code == 303
    assert "You stopped it" in person.page()
    delivery.drain()
    mails = [path.read_text("utf-8") for path in (settings().VAR / "mail").rglob("*.eml")]
    to_her = [mail for mail in mails if "To: heron@people.example.org" in mail]
    assert to_her
    assert all("Subject: A message for you" in mail for mail in to_her)


def test_whoever_told_of_somebody_else_sees_that_it_came_and_nothing_more(client, team):
    shown = told(client, words=WORDS, who_for="other")
    report_id = only_report().id
    focal = sign_in(client, team.focal)
    path = f"/staff/lane/{report_id}"
    assert "Do not look for that person" in words(focal.get(path))
    done(act(focal, path, "offer", service="Zqxclinic"))
    refused = act(focal, path, "write", message="How is she?", to="person")
    assert refused.status_code == 422
    done(act(focal, path, "write", message="Zqxnote", to="note"))
    person = Person(client, shown.code)
    seen = person.page()
    assert "We have what you told us" in seen
    for hidden in ("Zqxclinic", "Zqxnote", WORDS, "Who opened it", "Stop everything", "Erase everything"):
        assert hidden not in seen
    for address in ("/case/withdraw", "/case/reopen"):
        answer = person.client.post(address, data=person.fields(address))
        assert answer.status_code == 303
    assert person.client.get("/case/erase").status_code == 303
    db.session.rollback()
    assert report_of_id(report_id).course == "open"
    assert person.send("/case/messages", on="/case/view", message="She left the village.").status_code == 303
    assert "She left the village." in focal.get(path).text
    assert "She left the village." not in person.page()


def report_of_id(report_id):
    return db.session.get_one(LaneReport, report_id, populate_existing=True)


def test_at_every_address_of_a_case_the_holder_of_a_report_finds_their_own_page_or_is_led_to_it(client, team, app):
    taken = a_report(team.site_id)
    person = Person(client, taken.code)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/case/") and "<" not in rule.rule and "lost" not in rule.rule:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = person.client.open(rule.rule, method=method, data={"csrf_token": token_on(person)})
                assert answer.status_code in (200, 303, 409, 422), (method, rule.rule, answer.status)
                assert "BOR-" not in answer.text
    assert person.client.get("/case/view").status_code == 200


def token_on(person):
    return person.fields("/case/view", "/case/decide")["csrf_token"]


def test_whoever_holds_a_case_is_led_away_from_pages_of_the_lane(client, team):
    person = Person(client, a_concern(team.site_id).code)
    token = person.fields("/case/view", "/case/messages")["csrf_token"]
    assert person.client.post("/case/decide", data={"csrf_token": token}).location == "/case/view"


def test_an_answer_that_is_none_changes_nothing(client, team):
    taken = an_offered_report(team)
    person = Person(client, taken.code)
    fields = person.fields("/case/view", "/case/decide")
    for step in ("close", "nonsense", ""):
        assert person.client.post("/case/decide", data={**fields, "step": step}).status_code == 303
    db.session.rollback()
    assert report_of(taken).support == "support_offered"
    assert person.client.post("/case/messages", data={**fields, "message": ""}).status_code == 422


def test_a_second_click_on_an_answer_does_nothing_twice(client, team):
    taken = an_offered_report(team)
    person = Person(client, taken.code)
    fields = person.fields("/case/view", "/case/decide")
    for _ in range(2):
        answer = person.client.post("/case/decide", data={**fields, "step": "want_action"})
        assert answer.status_code == 303
    message = {**fields, "message": "Twice?"}
    for _ in range(2):
        person.client.post("/case/messages", data=message)
    db.session.rollback()
    assert kinds(taken).count("step_taken") == 2  # the offer, and her word once
    assert kinds(taken).count("written") == 1


def test_she_changes_burns_and_leaves_a_road(client, team):
    person = Person(client, a_report(team.site_id).code)
    bad = person.send("/case/contact", email="no address")
    assert bad.status_code == 422
    assert "name@example.com" in words(bad)
    assert person.send("/case/contact", email="heron@people.example.org").status_code == 303
    assert "Erase how word reaches me" in person.page()
    assert person.send("/case/contact/burn").status_code == 303
    assert "Have word sent to me" in person.page()


def test_she_gets_a_new_code_and_a_second_click_shows_it_again(client, team):
    taken = a_report(team.site_id)
    person = Person(client, taken.code)
    fields = person.fields("/case/code")
    first, second = person.client.post("/case/code", data=fields), person.client.post("/case/code", data=fields)
    assert code_on(first) == code_on(second)
    assert "BOR-" not in first.text
    with pytest.raises(AssertionError):
        Person(client.application.test_client(), taken.code)
    assert Person(client.application.test_client(), code_on(first)).page()


def test_she_erases_everything_and_the_code_opens_nothing(client, team):
    taken = an_offered_report(team)
    person = Person(client, taken.code)
    answer = person.send("/case/erase")
    assert answer.status_code == 303
    assert "Everything is erased" in words(client.get(answer.location))
    with pytest.raises(AssertionError):
        Person(client.application.test_client(), taken.code)
    focal = sign_in(client, team.focal)
    assert focal.get(f"/staff/lane/{taken.report_id}").status_code == 404
    assert str(taken.report_id) not in focal.get("/staff/lane/").text


class Statements:
    """How many statements a door sends for a code."""

    def __init__(self, client) -> None:
        self.client, self.count = client, 0

    def _note(self, *_args) -> None:
        self.count += 1

    def of(self, code: str) -> tuple[int, int]:
        browser = self.client.application.test_client()
        person = Person(browser)
        fields = person.fields("/case")
        event.listen(db.engine, "before_cursor_execute", self._note)
        self.count = 0
        answer = browser.post("/case", data={**fields, "code": code})
        event.remove(db.engine, "before_cursor_execute", self._note)
        return answer.status_code, self.count


def test_wrong_unknown_used_and_erased_codes_cost_the_same_and_a_report_costs_what_a_case_costs(client, team):
    case, report, gone = a_concern(team.site_id).code, a_report(team.site_id).code, a_report(team.site_id)
    erased = Person(client, gone.code)
    erased.send("/case/erase")
    statements = Statements(client)
    wrong = [statements.of(code) for code in ("K7QM-2XRP-9TWD-HB4N", "no code at all", gone.code)]
    assert len(set(wrong)) == 1
    assert wrong[0][0] == 422
    first = [statements.of(code) for code in (case, report)]
    assert first[0] == first[1]
    assert first[0][0] == 303
    again = [statements.of(code) for code in (case, report)]
    assert again[0] == again[1]


def test_the_cookie_and_the_answer_of_the_door_do_not_say_which_it_opened(client, team):
    answers = []
    for code in (a_concern(team.site_id).code, a_report(team.site_id).code):
        browser = client.application.test_client()
        person = Person(browser)
        answer = person.send("/case", code=code)
        with browser.session_transaction() as held:
            answers.append((answer.status, answer.location, sorted(held)))
    assert answers[0] == answers[1]


def test_after_the_end_nothing_is_written_and_the_page_says_why(client, team):
    taken = an_offered_report(team)
    person = Person(client, taken.code)
    fields = person.fields("/case/view", "/case/decide")
    take(taken, Step.STOP, actor=states.Actor(id=None, party=states.Party.PERSON, case_id=taken.report_id))
    answer = person.client.post("/case/messages", data={**fields, "message": "One more thing."})
    assert answer.status_code == 409
    assert "One more thing." in words(answer)
    decided = person.client.post("/case/decide", data={**fields, "step": "want_action"})
    assert decided.status_code == 303
    assert "not possible any more" in person.page()


def test_word_that_does_not_reach_her_is_told_to_the_focal_points(client, team):
    taken = a_report(team.site_id, email="heron@people.example.org")
    do(taken, lane_words.write, "We are here.", actor=team.focal)
    with unit_of_work():
        row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.lane_report_id == taken.report_id)).one()
        row.template = "gone"  # nothing can be written from it
        row.attempts, row.created_at = 50, row.created_at - timedelta(days=4)
    before = len(notices("item_for_you"))
    delivery.drain()
    db.session.rollback()
    assert kinds(taken)[-1] == "not_delivered"
    assert len(notices("item_for_you")) == before + 2  # both focal points


def test_the_form_of_a_case_that_was_moved_sent_again_opens_nothing_and_tells_nothing(client, team):
    opened = visit(client, "/s/BOR/raise")
    first = opened.submit(client, what_happened=WORDS, is_violence="y", send="now")
    assert first.code
    reference = db.session.scalars(select(Case.reference)).one()
    db.session.rollback()
    with unit_of_work():
        moving.move(cases.lock(reference, team.focal), actor=team.focal)
    again = opened.submit(client, what_happened=WORDS, is_violence="y", harms_child="y", send="now")
    assert again.response.status_code in (200, 422)
    assert again.code is None
    assert db.session.scalars(select(Case.harms_child)).all() == [False]
    assert Person(client.application.test_client(), first.code).page()
