"""Administrators read and change what mails say, with a preview, and take words back."""

import pytest
from sqlalchemy import select

from engage import clock
from engage.domain.policy import Role
from engage.models import MessageVersion
from engage.notify import messages as shipped
from engage.services import messages
from engage.unit_of_work import unit_of_work
from engage.web.admin import message_view
from tests import states
from tests.web.as_staff import done, filled, page, send, sign_in

NEWS = "/admin/messages/case_news/en"
BODY = "Dear neighbour,\n\nthere is news in {{ reference }}.\n\nRead it:\n{{ link }}"


@pytest.fixture
def chief(session):
    return states.staff((Role.ADMIN, None), name="Chief")


@pytest.fixture
def admin(client, chief):
    return sign_in(client, chief)


def main(answer):
    return page(answer).select_one("main")


def said(answer) -> str:
    return main(answer).get_text(" ", strip=True)


def errors(answer) -> list[str]:
    return [link.get_text(strip=True) for link in page(answer).select(".govuk-error-summary a")]


def versions(session):
    session.rollback()
    return session.scalars(select(MessageVersion).order_by(MessageVersion.version)).all()


def restore(browser, number, address=NEWS):
    at = f"form[action$='/restore']:has(input[name=restore][value='{number}'])"
    form = main(browser.get(address)).select_one(at)
    return browser.post(form["action"], data={one["name"]: one["value"] for one in form.select("input")})


def test_every_message_is_listed_with_its_languages_and_where_it_falls_back(admin):
    states.a_site("BOR", locale="fr")
    shown = admin.get("/admin/messages")
    rows = page(shown).select("tbody tr")
    assert len(rows) == len(shipped.table().messages)
    assert "We have your message" in said(shown)
    assert "Sites that speak French: mails go out in English, since there are no words in it." in said(shown)


def test_the_list_shows_subjects_as_they_arrive_and_no_placeholders(admin):
    shown = said(admin.get("/admin/messages"))
    assert "{{" not in shown
    assert ": the person has answered reply_arrived" in shown


@pytest.mark.parametrize("locale", shipped.locales())
@pytest.mark.parametrize("message", sorted(shipped.table().messages))
def test_every_message_as_shipped_can_be_looked_at_before_it_is_changed(session, message, locale):
    facts, words = shipped.table().messages[message], shipped.shipped(message, locale)
    seen = message_view.preview(facts, words, locale)
    assert seen is not None
    assert "{{" not in seen.subject + seen.text + seen.least + seen.html + (seen.sms or "")


def test_the_page_of_a_language_lists_the_version_that_counts(admin):
    done(send(admin, NEWS, body=BODY))
    row = next(row for row in page(admin.get("/admin/messages")).select("tbody tr") if "case_news" in row.text)
    assert [" ".join(cell.text.split()).split(" · ")[0] for cell in row.select("td")] == ["version 1", "as shipped"]


def test_words_are_changed_and_mails_say_them(admin, session):
    done(send(admin, NEWS, subject="Something for you", body=BODY))
    in_use = messages.words_in_use("case_news", "en")
    assert (in_use.subject, in_use.body) == ("Something for you", BODY)
    shown = admin.get(NEWS)
    assert "The newest version is 1." in said(shown)
    assert [line.get_text() for line in page(shown).select(".app-diff ins")][:1] == ["new: Something for you"]


def test_the_heading_says_what_the_message_is_about_and_not_its_code(admin):
    heading, caption = (main(admin.get(NEWS)).select_one(tag).get_text(" ", strip=True) for tag in ("h1", "h1 + p"))
    assert heading == "There is news for you"
    assert caption == "case_news · English"
    late = main(admin.get("/admin/messages/case_late/en")).select_one("h1").get_text()
    assert late == "BOR-26-7K3QX: late"
    fixed = next(one.code for one in shipped.table().messages.values() if one.fixed)
    assert (
        main(admin.get(f"/admin/messages/{fixed}/en")).select_one("h1 + p").get_text(" ", strip=True)
        == f"{fixed} · English"
    )
    done(send(admin, NEWS, subject="Something for you", body=BODY))
    assert main(admin.get(NEWS)).select_one("h1").get_text() == "Something for you"


def test_the_preview_shows_subject_text_and_mail_and_saves_nothing(admin, session):
    shown = send(admin, NEWS, subject="Look", body=BODY, preview="yes")
    assert shown.status_code == 200
    phone, light = page(shown).select_one(".app-mail-phone"), page(shown).select_one(".app-mail")
    assert "Look" in phone.text
    assert "there is news in BOR-26-7K3QX." in phone.text
    assert light.select_one("a")["target"] == "_blank"
    assert "Dear neighbour" in light.text
    assert filled(shown)["body"] == BODY
    assert versions(session) == []


def test_a_preview_in_a_language_that_runs_the_other_way_runs_that_way(admin):
    shown = admin.get("/admin/messages/case_acknowledged/ar@pseudo")
    assert page(shown).select_one(".app-mail-phone")["dir"] == "rtl"
    assert page(shown).select_one(".app-mail__main")["dir"] == "rtl"
    assert "\u2066BOR-26-7K3QX\u2069" in page(shown).select_one(".app-mail-phone").text


def test_markup_that_is_typed_is_shown_as_it_was_typed(admin):
    typed = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ link }}"
    shown = send(admin, NEWS, body=typed, preview="yes")
    assert page(shown).select(".app-mail script, .app-mail img") == []
    assert "<script>alert(1)</script>" in page(shown).select_one(".app-mail").text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("body", "Hello {{ name }}\n{{ link }}", "Line 1: there is no {{ name }} in this message. You can use:"),
        ("body", "Hello", "{{ link }} is missing."),
        ("body", "{{ reference.__class__ }}\n{{ link }}", "“reference.__class__” is no placeholder"),
        ("body", "{% for a in range(10**9) %}a{% endfor %}", "Line 1: “{%” stands alone."),
        ("body", "Call {{ phone }}\n{{ link }}", "Put {{ if phone }} before what needs it"),
        ("body", "x" * 9000, "Use 8000 characters or fewer."),
        ("body", "", "Write something here."),
        ("body", "Go to http://else.test/\n{{ link }}", "looks like an address"),
        ("subject", "About {{ reference }}", "names nothing of their case"),
        ("subject", "", "Write something here."),
    ],
)
def test_words_that_cannot_be_kept_are_told_at_their_field_and_stay_typed(admin, session, field, typed, words):
    for more in ({}, {"preview": "yes"}):
        shown = send(admin, NEWS, **{"subject": "News", "body": BODY, field: typed, **more})
        assert shown.status_code == 422
        assert words in " ".join(errors(shown))
        assert words.partition("{{")[0] in page(shown).select_one(f"#{field}-error").get_text(" ", strip=True)
        assert filled(shown)[field] == typed
    assert versions(session) == []


def test_a_template_without_the_appeal_text_cannot_be_saved(admin, session):
    """Source: domain R22."""
    address = "/admin/messages/case_acknowledged/en"
    words = shipped.shipped("case_acknowledged", "en")
    shown = send(admin, address, body=words.body.replace("{{ block_appeal }}", ""))
    assert shown.status_code == 422
    assert "{{ block_appeal }} is missing." in " ".join(errors(shown))
    missing = [one.get_text(" ", strip=True) for one in page(shown).select(".app-owed__missing")]
    assert len(missing) == 1
    assert "How to appeal" in missing[0]
    assert versions(session) == []


def test_the_second_of_two_administrators_reads_what_the_first_saved_and_loses_nothing(client, admin, session):
    other = sign_in(client, states.staff((Role.ADMIN, None), name="Other chief"))
    opened = filled(admin.get(NEWS))
    done(send(other, NEWS, subject="First", body=BODY))
    late = admin.post(NEWS, data={**opened, "subject": "Second", "body": BODY})
    assert late.status_code == 409
    assert "Other chief saved it. Nothing of yours is lost" in said(late)
    assert "new: First" in said(late)
    assert filled(late)["subject"] == "Second"
    done(admin.post(NEWS, data=filled(late)))
    assert [row.subject for row in versions(session)] == ["First", "Second"]


def test_older_words_and_the_shipped_ones_are_restored(admin, session):
    done(send(admin, NEWS, subject="First", body=BODY))
    done(send(admin, NEWS, subject="Second", body=BODY))
    done(restore(admin, 1))
    assert messages.words_in_use("case_news", "en").subject == "First"
    done(restore(admin, 0))
    assert messages.words_in_use("case_news", "en") == shipped.shipped("case_news", "en")
    shown = admin.get(NEWS)
    assert "as version 1 was" in said(shown)
    assert "These words count now." in said(shown)


def test_restoring_what_somebody_changed_meanwhile_or_what_no_longer_fits_is_told(admin, session, chief):
    done(send(admin, NEWS, subject="First", body=BODY))
    done(send(admin, NEWS, subject="Second", body=BODY))
    form = main(admin.get(NEWS)).select_one("form[action$='/restore']")
    sent = {one["name"]: one["value"] for one in form.select("input")}
    done(admin.post(form["action"], data={**sent, "version": "1"}))
    assert "Somebody saved another version meanwhile." in page(admin.get(NEWS)).text
    with unit_of_work():
        session.add(a_version_of_an_older_engage(chief))
    done(admin.post(form["action"], data={**sent, "version": "3", "restore": "3"}))
    assert "These words can't count again." in page(admin.get(NEWS)).text
    assert admin.post(form["action"], data={**sent, "version": "3", "restore": "9"}).status_code == 404


def a_version_of_an_older_engage(chief):
    return MessageVersion(
        message="case_news",
        locale="en",
        version=3,
        subject="Old",
        body="{{ gone }}",
        made_by_id=chief.id,
        made_at=clock.utcnow(),
    )


def test_a_message_of_an_account_is_read_and_not_changed(admin):
    address = "/admin/messages/password_link/en"
    shown = admin.get(address)
    assert "Nobody changes this message." in said(shown)
    assert "Choose a new password" in page(shown).select_one(".app-mail-phone").text
    assert main(shown).select("form") == []
    token = {"csrf_token": filled(admin.get(NEWS))["csrf_token"]}
    assert admin.post(address, data=token).status_code == 403
    restored = admin.post(f"{address}/restore", data={**token, "version": "0", "restore": "0"})
    assert restored.status_code == 403


def test_what_is_not_there_is_not_found(admin):
    for address in ("/admin/messages/no_such/en", "/admin/messages/case_news/xx"):
        assert admin.get(address).status_code == 404


def test_only_administrators_of_all_sites_read_them(client, session):
    site = states.a_site("BOR")
    browser = sign_in(client, states.staff((Role.ADMIN, site)))
    for address in ("/admin/messages", NEWS):
        assert browser.get(address).status_code == 403
