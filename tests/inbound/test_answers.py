"""A person answers one of our mails: it becomes a message of theirs, in their case and nowhere else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Road, Writer
from engage.domain.policy import SYSTEM
from engage.domain.received_mail import MailState, Outcome
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import Attachment, CaseEvent, OutboxMessage, PenGuess, ReceivedMail, Recipient
from engage.services import contact, conversation, erasing
from engage.services.inbound import raw_copy
from engage.unit_of_work import unit_of_work
from engage.web.takeaway.facts import _message
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    STRANGER,
    a_case_by_mail,
    a_mail,
    answer_to,
    came,
    item_of,
    messages_of,
    notice_of,
    notices,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


@pytest.fixture
def team(session):
    return states.Team()


def test_an_answer_is_a_message_of_its_person_and_staff_hear_of_it(team):
    reference = a_case_by_mail(team.site_id)
    mail = came(
        a_mail("It is still brown.\n\nOn Monday engage wrote:\n> We got it.", to=answer_to(notice_of(reference)))
    )
    assert (mail.state, mail.outcome) == (MailState.DONE, Outcome.MESSAGE)
    [message] = messages_of(reference)
    assert (message.words, message.writer) == ("It is still brown.", Writer.PERSON)
    assert message.whole is not None and "We got it." in message.whole
    assert states.case_of(reference).unread_reply
    told = [one for one in notices() if one.template == "reply_arrived"]
    assert {one.user_id for one in told} == {team.coordinator.id, team.second_coordinator.id}
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "MessageWritten")).one()
    assert '"channel":"mail"' in event.payload.replace(" ", "")


def test_an_answer_is_never_answered(team):
    reference = a_case_by_mail(team.site_id)
    before = {one.id for one in notices()}
    came(a_mail(to=answer_to(notice_of(reference))))
    assert {one.recipient.value for one in notices() if one.id not in before} == {"staff"}


def test_what_an_answer_says_in_its_subject_is_read(team):
    reference = a_case_by_mail(team.site_id)
    for subject in ("They come tonight", "Re: There is news about your concern"):
        came(a_mail("Please help.", to=answer_to(notice_of(reference)), subject=subject))
    assert {one.words for one in messages_of(reference)} == {"They come tonight\n\nPlease help.", "Please help."}


def test_the_same_mail_by_two_doors_is_one_message(team):
    reference = a_case_by_mail(team.site_id)
    raw = a_mail(to=answer_to(notice_of(reference)), files=[("a.txt", "text/plain", b"What I saw.")])
    came(raw)
    came(b"Received: from somewhere\r\n" + raw)
    assert len(messages_of(reference)) == 1
    assert len(db.session.scalars(select(Attachment)).all()) == 1


def test_capitals_in_the_address_count_for_nothing_and_the_envelope_is_enough(team):
    reference = a_case_by_mail(team.site_id)
    mail = came(a_mail(to="undisclosed:;"), answer_to(notice_of(reference)).upper())
    assert mail.outcome is Outcome.MESSAGE


def test_files_pass_the_gate_of_every_upload_and_those_that_do_not_are_named(team):
    reference = a_case_by_mail(team.site_id)
    files = [("photo.txt", "text/plain", b"Seen at noon."), ("run.exe", "application/x-msdownload", b"MZ\x90\0" * 99)]
    came(a_mail(to=answer_to(notice_of(reference)), files=files))
    [message] = messages_of(reference)
    [file] = db.session.scalars(select(Attachment)).all()
    assert (file.message_id, file.name, file.writer) == (message.id, "photo.txt", Writer.PERSON)
    assert [(one["name"], one["code"]) for one in message.left_out or ()] == [("run.exe", "not_allowed")]


def test_more_files_than_a_form_may_have_are_left_out_by_name(team, change_settings):
    change_settings(FILES_MAX=1)
    reference = a_case_by_mail(team.site_id)
    files = [(f"{number}.txt", "text/plain", b"Seen.") for number in range(3)]
    came(a_mail(to=answer_to(notice_of(reference)), files=files))
    [message] = messages_of(reference)
    assert [one["code"] for one in message.left_out or ()] == ["too_many", "too_many"]


def test_files_without_words_are_a_message_and_neither_waits_for_a_human(team):
    reference = a_case_by_mail(team.site_id)
    notice = notice_of(reference)
    assert came(a_mail("", to=answer_to(notice), files=[("a.txt", "text/plain", b"Seen.")])).outcome is Outcome.MESSAGE
    empty = came(a_mail("", to=answer_to(notice)))
    assert (empty.state, item_of(empty).troubles[0]) == (MailState.PEN, "no_words")


def test_a_text_too_long_for_a_page_comes_whole_as_a_file(team):
    reference = a_case_by_mail(team.site_id)
    came(a_mail("Dust. " * 20_000, to=answer_to(notice_of(reference))))
    [message] = messages_of(reference)
    [file] = db.session.scalars(select(Attachment)).all()
    assert len(message.words) == 50_000
    assert (file.name, file.size) == ("mail.txt", len("Dust. " * 20_000) - 1)


def test_no_page_shows_the_address_of_whoever_answers(team):
    reference = a_case_by_mail(team.site_id)
    came(
        a_mail(
            f"Write to {NEIGHBOUR.upper()}!\n\nOn Monday {NEIGHBOUR} wrote:\n> x", to=answer_to(notice_of(reference))
        )
    )
    [message] = messages_of(reference)
    assert NEIGHBOUR not in f"{message.words}{message.whole}".lower()
    assert message.words == "Write to …!"


def test_a_closed_case_takes_an_answer_as_its_page_does(team):
    reference = states.a_closed_case(team)
    states.act(
        reference,
        contact.set_contact,
        identity=Identity.ANONYMOUS,
        road=Road.RELAY,
        values=contact.Values(email=NEIGHBOUR),
        actor=states.person_of(reference),
    )
    mail = came(a_mail(to=answer_to(notice_of(reference, "contact_changed"))))
    assert mail.outcome is Outcome.MESSAGE


def test_a_reference_to_our_message_is_enough_from_the_persons_own_address(team):
    for road in (Road.RELAY, Road.DIRECT):
        reference = a_case_by_mail(team.site_id, road=road)
        mail = came(a_mail(in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
        assert (mail.outcome, len(messages_of(reference))) == (Outcome.MESSAGE, 1)


def test_a_reference_from_another_address_waits_for_a_human_who_sees_the_guess(team):
    reference = a_case_by_mail(team.site_id)
    mail = came(a_mail(sender=STRANGER, references=f"<{notice_of(reference).id}@engage.test>"))
    assert (mail.state, item_of(mail).troubles, mail.site_id) == (MailState.PEN, ["other_sender"], team.site_id)
    [guess] = db.session.scalars(select(PenGuess)).all()
    assert guess.case_id == states.case_of(reference).id
    assert messages_of(reference) == []


@pytest.mark.parametrize("written", ["<{0}@elsewhere.test>", "<not-one-of-ours@engage.test>", "<{1}@engage.test>"])
def test_references_that_are_not_ours_lead_nowhere(team, written):
    reference = a_case_by_mail(team.site_id)
    notice = notice_of(reference)
    mail = came(a_mail(in_reply_to=written.format(notice.id, "0" * 36)))
    assert (mail.state, item_of(mail).troubles) == (MailState.PEN, ["no_site"])


def test_an_answer_to_an_address_the_person_has_left_meanwhile_waits_for_a_human(clock, team):
    reference = a_case_by_mail(team.site_id)
    old = notice_of(reference)
    clock.advance(timedelta(days=1))
    values = contact.Values(email=STRANGER)
    person = states.person_of(reference)
    states.act(
        reference, contact.set_contact, identity=Identity.ANONYMOUS, road=Road.RELAY, values=values, actor=person
    )
    mail = came(a_mail(to=answer_to(old)))
    assert (mail.state, item_of(mail).troubles) == (MailState.PEN, ["old_address"])
    assert came(a_mail(sender=STRANGER, to=answer_to(notice_of(reference)))).outcome is Outcome.MESSAGE


def test_whoever_burned_their_contact_is_not_spoken_for_by_an_old_mailbox(team):
    reference = a_case_by_mail(team.site_id)
    notice = notice_of(reference)
    mail = came(a_mail(to=answer_to(notice)))
    states.act(reference, contact.burn, actor=states.person_of(reference), name_too=True)
    db.session.refresh(mail)
    with pytest.raises(raw_copy.Unreadable):
        raw_copy.opened(mail)
    assert item_of(came(a_mail("Again.", to=answer_to(notice)))).troubles == ["old_address"]


def test_an_answer_ends_the_pause_in_which_we_waited_for_it(team):
    reference = a_case_by_mail(team.site_id)
    states.act(reference, conversation.reply, "Which tap?", actor=team.coordinator, asks=True)
    came(a_mail(to=answer_to(notice_of(reference))))
    assert states.case_of(reference).unread_reply


def test_a_member_of_staff_who_answers_a_notice_is_not_taken_for_the_person(team):
    reference = a_case_by_mail(team.site_id)
    told = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "new_case").limit(1)).one()
    mail = came(a_mail(to=answer_to(told)))
    assert (mail.state, item_of(mail).troubles) == (MailState.PEN, ["from_staff"])
    assert messages_of(reference) == []


def test_without_an_inbox_nothing_is_taken_for_an_answer(team, change_settings):
    reference = a_case_by_mail(team.site_id)
    address = answer_to(notice_of(reference))
    change_settings(MAIL_INBOX=None)
    assert came(a_mail(to=address)).state is MailState.PEN


def test_the_codes_of_others_open_nothing(team):
    reference = a_case_by_mail(team.site_id)
    local, _, domain = answer_to(notice_of(reference)).partition("@")
    forged = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"
    assert came(a_mail(to=forged)).state is MailState.PEN
    assert INBOX.partition("@")[0] in forged


def test_the_person_takes_the_whole_mail_along(team):
    reference = a_case_by_mail(team.site_id)
    quoted = "It is still brown.\n\nOn Mon, 2 Mar 2026 at 10:00, engage <engage@engage.test> wrote:\n> We got it.\n"
    came(a_mail(quoted, to=answer_to(notice_of(reference))))
    came(a_mail("Short.", to=answer_to(notice_of(reference))))
    long, short = sorted(map(_message, messages_of(reference)), key=lambda one: one["words"], reverse=False)
    assert "We got it." in long["whole_mail"]
    assert "whole_mail" not in short


def test_a_phone_alone_is_no_address_that_a_mail_could_come_from(team):
    reference = a_case_by_mail(team.site_id, road=Road.DIRECT, email="", phone="+381641234567")
    mail = came(a_mail(in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    assert item_of(mail).troubles == ["other_sender"]


def test_an_answer_to_a_notice_of_no_case_waits_for_a_human(team):
    now = notice_of(a_case_by_mail(team.site_id)).created_at
    with unit_of_work():
        told = OutboxMessage(
            dedupe_key="checkpoint",
            template="checkpoint_made",
            locale="en",
            recipient=Recipient.STAFF,
            user_id=team.auditor.id,
            context={},
            created_at=now,
            not_before=now,
        )
        db.session.add(told)
    mail = came(a_mail(to=answer_to(told)))
    assert item_of(mail).troubles == ["case_gone"]


def test_an_erased_case_takes_no_more_answers(team):
    reference = states.a_closed_case(team)
    person = states.person_of(reference)
    values = contact.Values(email=NEIGHBOUR)
    states.act(
        reference, contact.set_contact, identity=Identity.ANONYMOUS, road=Road.RELAY, values=values, actor=person
    )
    notice = notice_of(reference, "contact_changed")
    with unit_of_work():
        erasing.erase(states.cases.lock_own(person.case_id), Scope.EVERYTHING, "test", actor=SYSTEM)
    mail = came(a_mail(to=answer_to(notice)))
    assert (item_of(mail).troubles, messages_of(reference)) == (["case_gone"], [])


def test_what_came_to_a_case_goes_as_it_came_when_the_case_is_erased(team):
    reference = states.a_closed_case(team)
    person = states.person_of(reference)
    values = contact.Values(email=NEIGHBOUR)
    states.act(
        reference, contact.set_contact, identity=Identity.ANONYMOUS, road=Road.RELAY, values=values, actor=person
    )
    mail = came(a_mail(to=answer_to(notice_of(reference, "contact_changed"))))
    mail_id, path = mail.id, raw_copy.file_store.path_of(mail.stored_as)
    assert path.exists()
    with unit_of_work():
        erasing.erase(states.cases.lock_own(person.case_id), Scope.IDENTIFIERS, "test", actor=SYSTEM)
    erasing.delete_doomed()
    assert not path.exists()
    assert db.session.scalars(select(ReceivedMail.id).where(ReceivedMail.id == mail_id)).all() == []


def test_forgetting_twice_is_forgetting_once(team):
    mail = came(a_mail(to=INBOX))
    with unit_of_work():
        row = db.session.get_one(ReceivedMail, mail.id)
        raw_copy.forget(row)
        raw_copy.forget(row)
    assert row.stored_as is None
