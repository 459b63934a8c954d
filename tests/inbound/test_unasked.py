"""Somebody writes to us without being asked: a new concern, or something that a human has to look at."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Road
from engage.domain.policy import Role
from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import (
    Attachment,
    Case,
    CodeLink,
    OutboxMessage,
    PenGuess,
    ReceivedMail,
    SealedContact,
    SealedIdentity,
    Site,
    Statement,
)
from engage.notify import addressing, claims
from engage.scope import pen_of
from engage.services import delivery, same_person
from engage.services.inbound import claims as attempts
from engage.services.inbound import deciding, forgetting, into_cases, processing, raw_copy
from engage.services.sites import ensure_group_intake
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    STRANGER,
    a_case_by_mail,
    a_mail,
    came,
    item_of,
    notices,
    row_of,
)


def cases() -> list[Case]:
    return list(db.session.scalars(select(Case)))


def troubles_of(raw: bytes) -> list[str]:
    mail = came(raw)
    assert mail.state is MailState.PEN
    return list(item_of(mail).troubles)


@pytest.mark.parametrize("to", [SITE, SITE.upper(), "concerns+bor@engage.test", "Concerns+BOR@engage.test"])
def test_a_concern_mailed_to_a_site_becomes_a_case_of_it(team, to):
    mail = came(a_mail("Dust in the school.", to=to, subject="Dust", files=[("a.txt", "text/plain", b"Seen.")]))
    [case] = cases()
    assert (mail.outcome, mail.case_id) == (Outcome.CASE_MADE, case.id)
    assert (case.site_id, case.channel, case.identity, case.road) == (
        team.site_id,
        "email",
        Identity.ANONYMOUS,
        Road.RELAY,
    )
    assert db.session.get_one(Statement, case.id).what_happened == "Dust\n\nDust in the school."
    assert [file.name for file in db.session.scalars(select(Attachment))] == ["a.txt"]


def test_its_sender_has_no_name_here_and_no_page_opens_their_address(team):
    came(a_mail(f"Call me. {NEIGHBOUR}", to=SITE))
    [case] = cases()
    contact = db.session.get_one(SealedContact, case.id)
    assert (contact.to_worker, contact.has_email) == (True, True)
    assert db.session.get(SealedIdentity, case.id) is None
    assert NEIGHBOUR not in db.session.get_one(Statement, case.id).what_happened


def test_its_sender_is_acknowledged_and_gets_a_link_to_make_a_code(team):
    came(a_mail(to=SITE))
    to_person = {one.template for one in notices() if one.recipient.value == "person"}
    assert to_person == {"case_received", "first_code_link"}
    assert len(db.session.scalars(select(CodeLink)).all()) == 1
    with unit_of_work():
        [link] = [one for one in claims.claim(9) if one.template == "first_code_link"]
        letter = addressing.destination(link)
    assert isinstance(letter, addressing.Letter)
    assert letter.address == NEIGHBOUR


def test_its_sender_is_not_told_of_a_code_that_they_never_asked_for(team, peer):
    came(a_mail(to=SITE))
    delivery.drain()
    said = [mail.message.get_body(("plain",)).get_content() for mail in peer.mails if mail.recipients == (NEIGHBOUR,)]
    [link] = [one for one in said if "/case/link/" in one]
    assert "asked for" not in link
    assert "Make your code" in link


def test_staff_hear_of_it_as_of_every_new_concern(team):
    came(a_mail(to=SITE))
    told = {one.user_id for one in notices() if one.template == "new_case"}
    assert told == {team.coordinator.id, team.second_coordinator.id}


def test_the_same_mail_by_two_doors_is_one_case_and_one_link(team):
    raw = a_mail(to=SITE)
    first, second = came(raw), came(b"Received: from somewhere\r\n" + raw)
    assert first.id != second.id
    assert first.case_id == second.case_id
    assert len(db.session.scalars(select(CodeLink)).all()) == 1


def test_somebody_elses_message_id_hides_no_concern(team):
    came(a_mail("First.", to=SITE, message_id="<same@example.org>"))
    came(a_mail("Second.", to=SITE, message_id="<same@example.org>"))
    assert len(cases()) == 2


def test_mail_to_no_site_waits_for_those_of_all_sites(team):
    mail = came(a_mail(to=INBOX))
    assert (mail.state, mail.site_id, item_of(mail).troubles) == (MailState.PEN, None, ["no_site"])
    assert cases() == []


def test_of_mail_to_no_site_those_hear_who_can_open_it(team):
    with unit_of_work():
        group_id = ensure_group_intake().id
    of_group, of_all = (states.staff((Role.COORDINATOR, site_id)) for site_id in (group_id, None))
    mail = came(a_mail(to=INBOX))
    assert {one.user_id for one in notices() if one.template == "mail_to_sort"} == {of_all.id}
    assert db.session.scalars(select(ReceivedMail.id).where(pen_of(of_all))).all() == [mail.id]
    assert db.session.scalars(select(ReceivedMail.id).where(pen_of(of_group))).all() == []


def test_a_site_that_is_closed_passes_concerns_on_to_the_group(team):
    with unit_of_work():
        db.session.get_one(Site, team.site_id).is_open = False
    came(a_mail(to=SITE))
    [case] = cases()
    assert db.session.get_one(Site, case.site_id).is_group_intake


def test_mail_that_names_a_case_waits_for_a_human_with_the_guess(team):
    reference = states.a_case(team.site_id)
    mail = came(a_mail(f"What about {reference.lower().replace('-', ' ')}?", to=SITE))
    [guess] = db.session.scalars(select(PenGuess)).all()
    assert (item_of(mail).troubles, guess.by.value) == (["known"], "reference")
    assert guess.case_id == states.case_of(reference).id


def test_mail_of_somebody_who_agreed_that_their_concerns_go_together_is_guessed(team):
    reference = a_case_by_mail(team.site_id, road=Road.DIRECT)
    states.act(reference, same_person.agree, agreed=True, typed=None, actor=states.person_of(reference))
    mail = came(a_mail(to=SITE))
    [guess] = db.session.scalars(select(PenGuess)).all()
    assert (mail.state, guess.by.value) == (MailState.PEN, "same_person")
    assert came(a_mail(sender=STRANGER, to=SITE)).outcome is Outcome.CASE_MADE


def test_mail_that_nobody_could_answer_or_read_waits_for_a_human(team):
    assert troubles_of(a_mail(to=SITE, sender=None)) == ["no_sender"]
    assert troubles_of(a_mail(to=SITE, sender="not an address")) == ["no_sender"]
    assert troubles_of(a_mail("", to=SITE))[0] == "no_words"


def test_files_alone_are_a_concern(team):
    assert came(a_mail("", to=SITE, files=[("a.txt", "text/plain", b"Seen.")])).outcome is Outcome.CASE_MADE


def test_a_flood_from_one_mailbox_waits_for_a_human_after_some_cases(clock, team, change_settings):
    change_settings(MAIL_CASES_PER_HOUR=2)
    for number, sender in enumerate((NEIGHBOUR, NEIGHBOUR.replace("@", "+again@"))):
        came(a_mail(f"Number {number}", to=SITE, sender=sender))
    assert troubles_of(a_mail("And more", to=SITE)) == ["many_from_one"]
    assert came(a_mail("I am another", to=SITE, sender=STRANGER)).outcome is Outcome.CASE_MADE
    clock.advance(timedelta(hours=1))
    assert came(a_mail("An hour later", to=SITE)).outcome is Outcome.CASE_MADE


def test_nobody_can_tell_after_an_hour_which_concerns_came_from_one_mailbox(clock, team):
    mails = [came(a_mail(words, to=SITE)) for words in ("One", "Two")]
    assert len({mail.sender_digest for mail in mails}) == 1
    clock.advance(timedelta(minutes=59))
    with unit_of_work():
        assert forgetting.forget_senders(clock.now) == 0
    clock.advance(timedelta(minutes=1))
    with unit_of_work():
        assert forgetting.forget_senders(clock.now) == 2
    assert [row_of(mail.id).sender_digest for mail in mails] == [None, None]


def test_the_raw_copy_opens_byte_for_byte_with_the_workers_key(team):
    raw = a_mail(to=SITE)
    mail = came(raw, SITE)
    assert raw_copy.opened(mail) == (raw, (SITE,))


def test_staff_read_the_text_of_a_mail_and_of_a_damaged_one_what_came_without_who_sent_it(team):
    mail = came(a_mail(f"Words.\n\nRegards, {NEIGHBOUR}", to=INBOX))
    assert item_of(mail).whole == "Words.\n\nRegards, …"
    empty = item_of(came(a_mail("", to=INBOX)))
    assert "Subject: Re: Hello" in empty.whole
    assert NEIGHBOUR not in empty.whole


def test_what_cannot_be_placed_at_all_keeps_what_was_known_of_it(clock, team, monkeypatch):
    reference = states.a_case(team.site_id)
    mail = came(a_mail(f"About {reference}", to=SITE))
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    monkeypatch.setattr(into_cases, "message", lambda *_: 1 / 0)
    for _ in range(attempts.TRIES + 1):
        processing.process_due()
        clock.advance(timedelta(hours=7))
    item = item_of(row_of(mail.id))
    assert (item.troubles, item.words) == (["could_not_be_read"], f"About {reference}")
    assert len(db.session.scalars(select(PenGuess)).all()) == 1


def to_sort(team) -> list[OutboxMessage]:
    """What the coordinator was owed about the pen, in the order in which it leaves."""
    rows = [one for one in notices() if (one.template, one.user_id) == ("mail_to_sort", team.coordinator.id)]
    return sorted(rows, key=lambda one: one.not_before)


def test_mail_that_comes_after_the_first_of_an_hour_was_told_is_told_when_the_hour_is_over(team, clock):
    for _ in range(3):
        assert came(a_mail(to=SITE, precedence="bulk")).state is MailState.PEN
        delivery.drain()
        clock.advance(timedelta(minutes=5))
    assert [one.sent_at is None for one in to_sort(team)] == [False, True]
    clock.advance(timedelta(hours=1))
    delivery.drain()
    assert [one.road for one in to_sort(team)] == ["email", "email"]
