"""Somebody who placed a mail wrongly puts that right in time, and no mail leaves those who can place it."""

import pytest
from sqlalchemy import select

from engage.domain.guards import Refused
from engage.domain.received_mail import MailState, NotOurs, Outcome
from engage.extensions import db
from engage.models import AuditEvent, Case
from engage.services import triage
from engage.services.inbound import claims, deciding, processing
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import SITE, STRANGER, a_mail, came, item_of, messages_of, row_of, seen_by


@pytest.fixture
def waiting(team):
    """A mail in the pen of the site, and a case which it names."""
    reference = states.a_case(team.site_id)
    return came(a_mail(f"About {reference}.", to=SITE, sender=STRANGER)), reference


def decide(use_case, *args, **values) -> None:
    with unit_of_work():
        use_case(*args, **values)


def sorted_count() -> int:
    return [one.kind for one in db.session.scalars(select(AuditEvent))].count("mail_sorted")


def test_who_typed_a_wrong_reference_and_goes_back_puts_the_mail_on_the_right_case(team, waiting):
    mail, right = waiting
    wrong = states.a_case(team.site_id)
    for reference in (wrong, right, right):
        decide(deciding.attach, mail.id, reference, from_person=True, actor=team.coordinator)
    processing.process_due()
    assert (len(messages_of(right)), messages_of(wrong)) == (1, [])
    assert sorted_count() == 2


def test_when_the_mail_is_on_the_wrong_case_already_nobody_is_told_that_it_is_on_the_right_one(team, waiting):
    mail, right = waiting
    wrong = states.a_case(team.site_id)
    decide(deciding.attach, mail.id, wrong, from_person=True, actor=team.coordinator)
    processing.process_due()
    for reference in (right, "BOR-26-00000"):
        with pytest.raises(Refused, match="mail_placed"):
            decide(deciding.attach, mail.id, reference, from_person=True, actor=team.coordinator)
    with pytest.raises(Refused, match="mail_placed"):
        decide(deciding.attach, mail.id, wrong, from_person=False, actor=team.coordinator)
    with pytest.raises(Refused, match="mail_placed"):
        decide(deciding.make_case, mail.id, "BOR", actor=team.coordinator)
    decide(deciding.attach, mail.id, wrong, from_person=True, actor=team.coordinator)
    assert (len(messages_of(wrong)), messages_of(right)) == (1, [])


def test_a_second_reference_that_is_none_leaves_the_first_as_it_was(team, waiting):
    mail, right = waiting
    decide(deciding.attach, mail.id, right, from_person=True, actor=team.coordinator)
    with pytest.raises(Refused, match="mail_no_such_case"):
        decide(deciding.attach, mail.id, "BOR-26-00000", from_person=True, actor=team.coordinator)
    processing.process_due()
    assert len(messages_of(right)) == 1


def test_a_worker_that_has_the_mail_in_hand_does_what_was_decided_last(team, waiting):
    mail, right = waiting
    wrong = states.a_case(team.site_id)
    decide(deciding.attach, mail.id, wrong, from_person=True, actor=team.coordinator)
    claimed = claims.claim()
    assert claimed is not None
    decide(deciding.attach, mail.id, right, from_person=True, actor=team.coordinator)
    processing._process(claimed)
    processing.process_due()
    assert (len(messages_of(right)), messages_of(wrong)) == (1, [])


def test_another_kind_of_decision_takes_the_place_of_the_first_until_it_is_carried_out(team, waiting):
    mail, reference = waiting
    decide(deciding.make_case, mail.id, "BOR", actor=team.coordinator)
    decide(deciding.attach, mail.id, reference, from_person=False, actor=team.coordinator)
    processing.process_due()
    assert (row_of(mail.id).outcome, len(messages_of(reference))) == (Outcome.NOTE, 1)
    assert len(db.session.scalars(select(Case)).all()) == 1


def test_what_is_to_be_placed_is_not_put_aside_behind_the_workers_back(team, waiting):
    mail, reference = waiting
    decide(deciding.attach, mail.id, reference, from_person=True, actor=team.coordinator)
    states.act(reference, triage.restrict, "category", actor=team.coordinator)
    with pytest.raises(Refused, match="mail_placed"):
        decide(deciding.put_aside, mail.id, NotOurs.SPAM, actor=team.coordinator)
    decide(deciding.make_case, mail.id, "BOR", actor=team.coordinator)
    processing.process_due()
    assert (row_of(mail.id).state, row_of(mail.id).is_restricted) == (MailState.PEN, True)
    assert (seen_by(team.coordinator), len(db.session.scalars(select(Case)).all())) == ([], 1)


def test_what_was_put_aside_for_one_reason_stays_so(team, waiting):
    mail, _ = waiting
    for _ in range(2):
        decide(deciding.put_aside, mail.id, NotOurs.PRIVATE, actor=team.coordinator)
    with pytest.raises(Refused, match="mail_placed"):
        decide(deciding.put_aside, mail.id, NotOurs.SPAM, actor=team.coordinator)
    assert row_of(mail.id).stored_as is not None


def test_who_makes_a_case_at_another_site_keeps_the_mail_in_sight_and_may_press_twice(team, waiting):
    mail, _ = waiting
    elsewhere = states.Team("ZZZ")
    decide(deciding.make_case, mail.id, "ZZZ", actor=team.coordinator)
    decide(deciding.make_case, mail.id, "ZZZ", actor=team.coordinator)
    assert row_of(mail.id).site_id == team.site_id
    processing.process_due()
    made = row_of(mail.id)
    assert (made.outcome, made.site_id) == (Outcome.CASE_MADE, team.site_id)
    assert db.session.get_one(Case, made.case_id).site_id == elsewhere.site_id
    decide(deciding.make_case, mail.id, "ZZZ", actor=team.coordinator)
    with pytest.raises(Refused, match="mail_placed"):
        decide(deciding.make_case, mail.id, "BOR", actor=team.coordinator)
    assert sorted_count() == 1


def test_a_mail_of_which_no_case_can_be_made_at_another_site_comes_back_to_who_chose_that(team):
    elsewhere = states.Team("ZZZ")
    reference = states.a_case(team.site_id)
    mail = came(a_mail(f"About {reference}", to=SITE, sender=None))
    decide(deciding.make_case, mail.id, "ZZZ", actor=team.coordinator)
    processing.process_due()
    assert item_of(row_of(mail.id)).troubles[0] == "could_not_be_placed"
    assert [one.id for one in seen_by(team.coordinator)] == [mail.id]
    assert seen_by(elsewhere.coordinator) == []


def test_a_case_that_was_to_be_made_by_a_version_before_this_waits_for_somebody(team, waiting):
    mail, _ = waiting
    with unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=team.coordinator)
        item_of(mail).target_id = None
    processing.process_due()
    assert item_of(row_of(mail.id)).troubles[0] == "could_not_be_placed"
