"""Mail that belongs to a restricted case or to the restricted lane is seen by its focal points and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import lane_keys
from engage.domain.case import Writer
from engage.domain.policy import Role
from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import CaseSubject, LaneReport, LaneWord, OutboxMessage, PenItem, ReceivedMail, Recipient
from engage.queries.own_report import said_in
from engage.services import delivery
from engage.services.inbound import claims, deciding, into_lane, processing, raw_copy
from engage.services.lane import erasing as lane_erasing
from engage.services.lane import moving, road
from engage.services.lane.record import lock_own
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    NEIGHBOUR,
    SITE,
    STRANGER,
    a_case_by_mail,
    a_mail,
    answer_to,
    bounce_of,
    came,
    item_of,
    messages_of,
    notice_of,
    notices,
    seen_by,
)


@pytest.fixture
def report_id(team, reference):
    """The same after a focal point has moved it into the lane; the notice of its first days is answered by itself."""
    with unit_of_work():
        return moving.move(states.cases.lock(reference, team.focal), actor=team.focal)


def word_to_her(report_id) -> OutboxMessage:
    """The neutral word that there is news, as it was sent to her."""
    with unit_of_work():
        report = lock_own(report_id)
        row = OutboxMessage(
            dedupe_key=f"word:{report_id}",
            lane_report_id=report.id,
            template="something_new",
            locale="en",
            recipient=Recipient.PERSON,
            context={},
            created_at=report.received_at,
            not_before=report.received_at,
        )
        db.session.add(row)
    return row


def said(report_id) -> list[tuple[Writer, str]]:
    db.session.rollback()
    return [(one.writer, one.words) for one in said_in(report_id, lane_keys.key_of(report_id))]


def test_an_answer_in_a_restricted_case_is_its_message_and_only_focal_points_hear_of_it(team, reference):
    notice = notice_of(reference)
    before = {one.id for one in notices()}
    assert came(a_mail(to=answer_to(notice))).outcome is Outcome.MESSAGE
    assert len(messages_of(reference)) == 1
    told = [one for one in notices() if one.id not in before]
    assert {one.user_id for one in told} <= {team.focal.id, team.second_focal.id}
    assert {one.template for one in told} == {"item_for_you"}


def test_an_unsure_answer_in_a_restricted_case_waits_for_focal_points_alone(team, reference):
    notice = notice_of(reference)
    before = {one.id for one in notices()}
    mail = came(a_mail(sender=STRANGER, in_reply_to=f"<{notice.id}@engage.test>"))
    assert (mail.state, mail.is_restricted) == (MailState.PEN, True)
    assert [one.id for one in seen_by(team.focal)] == [mail.id]
    for actor in (team.coordinator, team.approver, team.officer, team.admin, team.auditor):
        assert seen_by(actor) == []
    told = [one for one in notices() if one.id not in before]
    assert {(one.user_id, one.template) for one in told} == {
        (team.focal.id, "item_for_you"),
        (team.second_focal.id, "item_for_you"),
    }


def test_an_answer_by_way_of_a_list_goes_where_any_answer_of_a_survivor_goes(team, report_id):
    gone = word_to_her(report_id)
    to = answer_to(gone)
    assert came(a_mail("By a list.", to=to, precedence="bulk")).outcome is Outcome.LANE
    assert "By a list." in [words for _, words in said(report_id)]
    with unit_of_work():
        db.session.delete(db.session.get_one(OutboxMessage, gone.id))
    mail = came(a_mail("By a list again.", to=to, precedence="bulk"))
    assert (mail.state, mail.is_restricted) == (MailState.PEN, True)
    assert seen_by(team.coordinator) == []


def test_a_stranger_who_names_a_restricted_case_does_not_bring_it_into_the_general_pen(team, reference):
    mail = came(a_mail(f"What about {reference}?", to=SITE))
    assert mail.is_restricted
    assert seen_by(team.coordinator) == []


def test_who_a_mail_may_be_about_does_not_see_it(team):
    reference = a_case_by_mail(team.site_id)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=states.case_of(reference).id, user_id=team.coordinator.id))
    mail = came(a_mail(sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    assert seen_by(team.coordinator) == []
    assert [one.id for one in seen_by(team.second_coordinator)] == [mail.id]


def test_an_answer_to_a_case_that_moved_into_the_lane_is_sealed_there(team, reference):
    delivery.drain()
    notice_id, address = notice_of(reference).id, answer_to(notice_of(reference))
    with unit_of_work():
        report_id = moving.move(states.cases.lock(reference, team.focal), actor=team.focal)
    row = db.session.get_one(OutboxMessage, notice_id, populate_existing=True)
    assert (row.case_id, row.lane_report_id, row.template, row.context) == (None, report_id, "something_new", None)
    mail = came(a_mail("I wait.", to=address))
    assert said(report_id)[-1] == (Writer.PERSON, "I wait.")
    assert (mail.outcome, messages_of(reference)) == (Outcome.LANE, [])


def test_her_address_that_she_answers_from_elsewhere_and_quotes_is_sealed_for_nobody(team, report_id):
    quote = f"I wait.\n\nOn 2.3.2026 engage wrote to {NEIGHBOUR}:\n> There is news"
    came(a_mail(quote, sender=STRANGER, to=answer_to(word_to_her(report_id))))
    [words] = [words for _, words in said(report_id) if "There is news" in words]
    assert NEIGHBOUR not in words


def test_an_answer_to_a_notice_that_is_gone_may_be_a_survivors(team, reference):
    address = answer_to(notice_of(reference))
    with unit_of_work():
        moving.move(states.cases.lock(reference, team.focal), actor=team.focal)  # before the notice has left
    mail = came(a_mail("I wait.", to=address))
    assert (mail.is_restricted, item_of(mail).troubles) == (True, ["case_gone"])
    assert seen_by(team.coordinator) == []
    assert [one.id for one in seen_by(states.staff((Role.FOCAL, None)))] == [mail.id]
    assert seen_by(states.staff((Role.COORDINATOR, None))) == []


def test_her_answer_is_hers_and_sealed(team, report_id):
    notice = word_to_her(report_id)
    before = {one.id for one in notices()}
    mail = came(a_mail("I am safe.", in_reply_to=f"<{notice.id}@engage.test>", files=[("a.txt", "text/plain", b"x")]))
    assert (mail.outcome, mail.lane_report_id, mail.is_restricted) == (Outcome.LANE, report_id, True)
    assert said(report_id)[-1] == (Writer.PERSON, "I am safe.\n[a.txt]")
    assert db.session.scalars(select(PenItem)).all() == []
    assert db.session.get_one(LaneReport, report_id).unread
    told = {one.template for one in notices() if one.id not in before}
    assert told == {"item_for_you"}
    sealed = db.session.scalars(select(LaneWord.sealed)).all()
    assert all(b"safe" not in one for one in sealed)


ANSWERED_BELOW = """See below.

From: engage
Sent: Monday, 1 June 2026 10:00
To: A neighbour
Subject: There is something new

How are you?
I am not safe."""


def test_what_she_writes_below_our_words_or_in_the_subject_is_not_cut_out(team, report_id):
    came(a_mail(ANSWERED_BELOW, to=answer_to(word_to_her(report_id)), subject="He is here"))
    assert said(report_id)[-1] == (Writer.PERSON, f"He is here\n\n{ANSWERED_BELOW}")


def test_words_from_another_address_are_a_note_for_focal_points(team, report_id):
    notice = word_to_her(report_id)
    came(a_mail("Where is she?", sender=STRANGER, to=answer_to(notice)))
    assert said(report_id)[-1] == (Writer.NOTE, "Where is she?")


def test_words_at_the_address_of_reports_stay_in_the_lane(team, report_id):
    mail = came(a_mail("It came back.", to=bounce_of(word_to_her(report_id))))
    assert mail.outcome is Outcome.LANE
    assert said(report_id)[-1] == (Writer.PERSON, "It came back.")


def test_the_same_mail_twice_is_written_once(team, report_id):
    raw = a_mail("Once.", to=answer_to(word_to_her(report_id)))
    came(raw)
    came(b"Received: from another\r\n" + raw)
    assert said(report_id).count((Writer.PERSON, "Once.")) == 1


def test_of_a_report_she_erased_nothing_is_kept_the_mail_neither(team, report_id):
    notice = word_to_her(report_id)
    first = came(a_mail("One.", to=answer_to(notice)))
    with unit_of_work():
        lane_erasing.erase(lock_own(report_id), actor=states.Actor(None, states.Party.PERSON, case_id=report_id))
    second = came(a_mail("Two.", to=answer_to(notice)))
    for mail in (first, second):
        db.session.refresh(mail)
        assert (mail.outcome, mail.stored_as) == (Outcome.LANE, None)
        with pytest.raises(raw_copy.Unreadable):
            raw_copy.opened(mail)
    assert db.session.scalars(select(LaneWord)).all() == []


def test_her_automatic_answer_is_nobodys_word(team, report_id):
    mail = came(a_mail("Away.", to=answer_to(word_to_her(report_id)), auto_submitted="auto-replied"))
    assert (mail.outcome, mail.lane_report_id) == (Outcome.IGNORED, report_id)


def test_whoever_left_no_address_is_nobody_known(team, report_id):
    with unit_of_work():
        road.change(lock_own(report_id), None, actor=states.Actor(None, states.Party.PERSON, case_id=report_id))
    came(a_mail("Me?", to=answer_to(word_to_her(report_id))))
    assert said(report_id)[-1] == (Writer.NOTE, "Me?")


def test_a_survivors_mail_that_nothing_could_read_at_first_goes_into_the_lane_whatever_was_decided(
    clock, team, monkeypatch
):
    reference = a_case_by_mail(team.site_id, harms_child=True)
    with unit_of_work():
        report_id = moving.move(states.cases.lock(reference, team.focal), actor=team.focal)
    notice = word_to_her(report_id)
    with monkeypatch.context() as patched:
        patched.setattr(into_lane, "keep", lambda *_: 1 / 0)  # as where the keys of the lane are away
        mail = came(a_mail("I am here.", to=answer_to(notice)))
        for _ in range(claims.TRIES):
            clock.advance(timedelta(hours=7))
            processing.process_due()
    chief = states.staff((Role.COORDINATOR, None))
    assert [one.id for one in seen_by(chief)] == [mail.id]
    assert (item_of(mail).words, item_of(mail).whole) == ("", "")
    with unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=chief)
    processing.process_due()
    assert said(report_id)[-1] == (Writer.PERSON, "I am here.")
    assert db.session.get_one(ReceivedMail, mail.id, populate_existing=True).outcome is Outcome.LANE
