"""The pages on which staff place mail that no machine could place."""

import uuid
from datetime import timedelta

import html5lib
import pytest
from pydantic import SecretStr

from engage import data_keys, lane_keys, vault
from engage.domain.policy import Role
from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import Case, ReceivedMail, Site
from engage.services import cases, texts
from engage.services.inbound import processing
from engage.services.lane import moving
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    STRANGER,
    a_case_by_mail,
    a_mail,
    a_team,
    answer_to,
    came,
    messages_of,
    notice_of,
    row_of,
)
from tests.web.as_staff import done, filled, send, sign_in


@pytest.fixture
def team(session, sent_tasks, change_settings):
    vault.make_worker_keys(settings().VAR, settings().worker_keys)
    data_keys.make_ring()
    change_settings(MAIL_INBOX=INBOX)
    return a_team()


@pytest.fixture
def browser(client, team):
    return sign_in(client, team.coordinator)


@pytest.fixture
def reference(team):
    return states.a_case(team.site_id)


@pytest.fixture
def mail(team, reference):
    words = f"About {reference}. I am {NEIGHBOUR}."
    return came(a_mail(words, to=SITE, subject="Zqxsubject", files=[("seen.txt", "text/plain", b"Seen.")]))


def test_an_empty_pen_says_what_that_means(browser):
    assert "Everything that came in by mail is where it belongs." in browser.get("/staff/mail").text


def test_the_page_promises_that_nothing_undecided_is_forgotten(browser, mail):
    assert "Nothing is forgotten before somebody has said what it is." in browser.get("/staff/mail").text


def test_the_list_shows_age_and_guesses_and_the_frame_how_many_wait(browser, mail, reference):
    shown = browser.get("/staff/mail").text
    for said in ("Zqxsubject", "1 waits.", reference, "It seems to be about a case that is here already.", "1 file"):
        assert said in shown
    assert 'app-header__count">1<' in browser.get("/staff/").text


def test_what_waits_for_days_is_marked_and_said_above_the_list(clock, team, client, reference):
    for _ in range(2):
        came(a_mail(f"About {reference}.", to=SITE))
        clock.advance(timedelta(days=1))
    clock.advance(timedelta(days=1) - timedelta(seconds=1))
    browser = sign_in(client, team.coordinator)
    shown = browser.get("/staff/mail").text
    assert "1 has waited for more than two days." in shown
    assert shown.count("app-tag--late") == 1
    clock.advance(timedelta(seconds=1))
    shown = browser.get("/staff/mail").text
    assert "2 have waited for more than two days." in shown
    assert shown.count("app-tag--late") == 2


def test_while_nothing_waits_for_long_nobody_is_hurried(browser, mail):
    shown = browser.get("/staff/mail").text
    assert "waited for more than" not in shown
    assert "app-tag--late" not in shown


def test_operators_see_for_how_long_the_oldest_waits_and_nothing_of_what_may_be_a_survivors(
    clock, team, client, change_settings
):
    change_settings(METRICS_TOKEN=SecretStr("a long token"))

    def figure():
        text = client.get("/metrics", headers={"Authorization": "Bearer a long token"}).text
        return next(line for line in text.splitlines() if line.startswith("engage_mail_undecided_oldest_seconds "))

    survivors = a_case_by_mail(team.site_id, harms_child=True)
    came(a_mail(sender=STRANGER, in_reply_to=f"<{notice_of(survivors).id}@engage.test>"))
    clock.advance(timedelta(hours=1))
    assert figure().endswith(" 0.0")
    came(a_mail(to=INBOX))
    clock.advance(timedelta(hours=1))
    came(a_mail(to=INBOX))
    assert figure().endswith(" 3600.0")


def test_the_list_shows_the_first_words_so_that_a_concern_is_seen_among_much_mail(browser, team, reference):
    came(a_mail(f"Our well smells of diesel. {'Please come. ' * 40} {reference}", to=SITE, subject="Hello"))
    shown = browser.get("/staff/mail").text
    assert "Our well smells of diesel." in shown
    assert shown.count("Please come.") < 20


def test_what_a_decision_needs_stands_under_it(browser, mail):
    shown = html5lib.parse(browser.get(f"/staff/mail/{mail.id}").text, namespaceHTMLElements=False)
    below = [one for one in shown.iter("div") if "govuk-radios__conditional" in (one.get("class") or "")]
    assert [next(one.iter(kind)).get("name") for one, kind in zip(below, ("select", "input"), strict=True)] == [
        "site",
        "why",
    ]


def more_like(mail, count):
    """So many mails more that wait at the same site; none of them can be opened."""
    kept = {name: getattr(mail, name) for name in ReceivedMail.__mapper__.columns.keys()}
    with unit_of_work():
        for _ in range(count):
            made = uuid.uuid4()
            db.session.add(ReceivedMail(**kept | {"id": made, "digest": 2 * made.hex, "stored_as": str(made)}))


def test_a_thousand_mails_are_shown_as_999_and_more_in_the_head_and_above_the_list(browser, mail):
    more_like(mail, 998)
    for said in ('app-header__count">999<', "999 wait."):
        assert said in browser.get("/staff/mail").text
    more_like(mail, 1)
    for said in ('app-header__count">999+<', "999+ wait."):
        assert said in browser.get("/staff/mail").text


def test_no_page_shows_who_sent_it(browser, mail):
    shown = browser.get("/staff/mail").text + browser.get(f"/staff/mail/{mail.id}").text
    assert "About " in shown
    assert NEIGHBOUR not in shown
    assert "seen.txt" in shown


def test_a_text_message_stands_in_the_list_and_no_page_shows_its_number(client, team, gateway):
    browser = sign_in(client, states.staff((Role.APPROVER, None)))
    with unit_of_work():
        texts.receive("in-1", "+381641234599", "The water is brown.")
    texts.read_waiting()
    row = db.session.scalars(db.select(ReceivedMail)).one()
    listed, shown = browser.get("/staff/mail").text, browser.get(f"/staff/mail/{row.id}").text
    assert "It is a text from a number that we wrote to about no case." in listed
    assert "hears by text that it came" in shown
    assert "The whole mail" not in shown
    for page in (listed, shown):
        assert "A text message" in page
        assert "641234599" not in page


def test_a_new_concern_is_made_of_it(browser, mail):
    done(send(browser, f"/staff/mail/{mail.id}", decision="make_case", site="BOR"))
    assert "being done" in browser.get(f"/staff/mail/{mail.id}").text
    processing.process_due()
    shown = browser.get(f"/staff/mail/{mail.id}").text
    assert "It is a case of its own." in shown
    assert db.session.get_one(Case, row_of(mail.id).case_id).reference in shown


def test_it_is_attached_with_the_guess_filled_in_and_the_whole_stays_readable(browser, mail, reference):
    assert f'value="{reference}"' in browser.get(f"/staff/mail/{mail.id}").text
    done(send(browser, f"/staff/mail/{mail.id}", decision="attach", reference=reference.lower()))
    processing.process_due()
    assert len(messages_of(reference)) == 1
    assert "A mail was placed here by hand" in browser.get(f"/staff/cases/{reference}/story").text


def test_a_note_is_for_staff_alone(browser, mail, reference):
    done(send(browser, f"/staff/mail/{mail.id}", decision="attach_as_note", reference=reference))
    processing.process_due()
    assert row_of(mail.id).outcome is Outcome.NOTE


def test_what_is_not_for_us_leaves_the_list(browser, mail):
    done(send(browser, f"/staff/mail/{mail.id}", decision="not_ours", why="spam"))
    assert "No mail waits" in browser.get("/staff/mail").text
    assert "It was not for us." in browser.get(f"/staff/mail/{mail.id}").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Say what it is"),
        ({"decision": "make_case", "site": ""}, "Choose the site"),
        ({"decision": "attach", "reference": ""}, "Enter the reference of the case"),
        ({"decision": "attach_as_note", "reference": ""}, "Enter the reference of the case"),
        ({"decision": "not_ours"}, "Say why it is not for us"),
    ],
)
def test_a_form_that_is_not_whole_says_what_is_missing(browser, mail, sent, said):
    answer = send(browser, f"/staff/mail/{mail.id}", **sent)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert row_of(mail.id).state is MailState.PEN


def test_the_second_of_two_is_told_that_it_is_placed(browser, mail, team, reference):
    opened = filled(browser.get(f"/staff/mail/{mail.id}"))
    other = sign_in(browser.application.test_client(), team.second_coordinator)
    done(send(other, f"/staff/mail/{mail.id}", decision="attach", reference=reference))
    answer = browser.post(f"/staff/mail/{mail.id}", data={**opened, "decision": "make_case", "site": "BOR"})
    assert answer.status_code == 409
    assert "Somebody has placed this mail already." in answer.text


def test_a_case_that_is_not_theirs_is_refused_in_words(browser, mail):
    answer = send(browser, f"/staff/mail/{mail.id}", decision="attach", reference="BOR-26-00000")
    assert (answer.status_code, "You work no case with this reference." in answer.text) == (409, True)


def test_for_others_there_is_no_such_mail(client, team, mail):
    for actor, status in (
        (team.officer, 403),
        (team.focal, 404),
        (states.staff(Role.COORDINATOR, site_id=states.a_site("ZZZ")), 404),
    ):
        browser = sign_in(client.application.test_client(), actor)
        assert browser.get(f"/staff/mail/{mail.id}").status_code == status


def test_a_focal_point_sorts_what_may_be_a_survivors(client, team):
    reference = a_case_by_mail(team.site_id, harms_child=True)
    mail = came(a_mail(sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    browser = sign_in(client, team.focal)
    shown = browser.get(f"/staff/mail/{mail.id}").text
    assert reference in shown
    assert "A new concern" not in shown
    coordinator = sign_in(client.application.test_client(), team.coordinator)
    assert "No mail waits" in coordinator.get("/staff/mail").text
    assert coordinator.get(f"/staff/mail/{mail.id}").status_code == 404


def test_a_focal_point_attaches_a_mail_to_the_report_that_a_case_became(client, team):
    lane_keys.make_ring()
    reference = a_case_by_mail(team.site_id, harms_child=True)
    mail = came(a_mail(f"About {reference}.", to=SITE, files=[("seen.txt", "text/plain", b"Seen.")]))
    with unit_of_work():
        report_id = moving.move(cases.lock(reference, team.focal), actor=team.focal)
    browser = sign_in(client, team.focal)
    assert "their names alone are kept" in browser.get(f"/staff/mail/{mail.id}").text
    assert browser.get(f"/staff/cases/{reference}").headers["Location"].endswith(f"/lane/{report_id}")
    assert reference in browser.get(f"/staff/lane/{report_id}").text
    done(send(browser, f"/staff/mail/{mail.id}", decision="attach"))
    processing.process_due()
    assert row_of(mail.id).outcome is Outcome.LANE
    assert "It is with the focal points." in browser.get(f"/staff/mail/{mail.id}").text


def test_the_case_page_shows_the_whole_mail_and_what_was_left_out(browser, team):
    reference = a_case_by_mail(team.site_id)
    files = [("run.exe", "application/x-msdownload", b"MZ\x90\0" * 99)]
    words = "It is still brown.\n\nOn Mon, 2 Mar 2026 at 10:00, engage <engage@engage.test> wrote:\n> We got it.\n"
    came(a_mail(words, to=answer_to(notice_of(reference)), files=files))
    shown = browser.get(f"/staff/cases/{reference}").text
    assert "The whole mail" in shown
    assert "run.exe" in shown
    assert "We got it." in shown


def test_an_administrator_gives_a_site_an_address_that_no_other_has(client, team, change_settings):
    browser = sign_in(client, states.staff((Role.ADMIN, None)))
    done(send(browser, "/admin/sites/BOR", mail_address=" Dust@Mine.example.com "))
    assert db.session.get_one(Site, team.site_id, populate_existing=True).mail_address == "dust@mine.example.com"
    done(send(browser, "/admin/sites/BOR"))
    states.a_site("ZZZ")
    for taken in ("dust@mine.example.com", INBOX):
        answer = send(browser, "/admin/sites/ZZZ", mail_address=taken)
        assert (answer.status_code, "belongs to another site" in answer.text) == (422, True)
    assert send(browser, "/admin/sites/ZZZ", mail_address="no address").status_code == 422
    new = {"code": "QQQ", "name": "Q", "time_zone": "UTC", "locale": "en", "mail_address": INBOX}
    assert "belongs to another site" in send(browser, "/admin/sites/add", **new).text
    done(send(browser, "/admin/sites/BOR", mail_address=""))
    assert db.session.get_one(Site, team.site_id, populate_existing=True).mail_address is None
    assert came(a_mail(to=SITE)).state is MailState.PEN
