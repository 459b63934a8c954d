"""What may belong to a report of the lane is placed by its focal points, who see which it is; it is sealed there."""

import pytest
from sqlalchemy import select

from engage import lane_keys
from engage.domain.case import Writer
from engage.domain.guards import Refused
from engage.domain.policy import Role
from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import AuditEvent, LaneReport, PenItem
from engage.queries import pen
from engage.queries.own_report import said_in
from engage.services import cases
from engage.services.inbound import deciding, processing
from engage.services.lane import erasing as lane_erasing
from engage.services.lane import moving, subjects
from engage.services.lane.record import lock_own
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.by_text import decide, text
from tests.inbound.mails import SITE, STRANGER, a_case_by_mail, a_mail, came, item_of, row_of, seen_by
from tests.services.test_roads import NUMBER, a_case, owed_to


def moved(reference, actor):
    with unit_of_work():
        return moving.move(cases.lock(reference, actor), actor=actor)


@pytest.fixture
def report_id(team, reference):
    return moved(reference, team.focal)


@pytest.fixture
def mail(team, reference, report_id):
    return came(a_mail(f"About {reference}: he came again.", to=SITE, sender=STRANGER, subject="Hello"))


def said(report_id) -> list[tuple[Writer, str]]:
    db.session.rollback()
    return [(one.writer, one.words) for one in said_in(report_id, lane_keys.key_of(report_id))]


@pytest.mark.parametrize(("from_person", "writer"), [(True, Writer.PERSON), (False, Writer.NOTE)])
def test_a_mail_that_names_a_case_in_the_lane_is_sealed_there_by_its_focal_point(
    team, reference, report_id, mail, from_person, writer
):
    assert list(pen.page(mail.id, team.focal).guesses) == [(reference, "reference")]
    assert [one.guesses for one in pen.waiting(team.focal)] == [[reference]]
    decide(deciding.attach, mail.id, reference, from_person=from_person, actor=team.focal)
    row = row_of(mail.id)
    assert (row.outcome, row.lane_report_id, row.case_id) == (Outcome.LANE, report_id, None)
    assert said(report_id)[-1] == (writer, f"Hello\n\nAbout {reference}: he came again.")
    assert db.session.get_one(LaneReport, report_id).unread
    assert db.session.scalars(select(PenItem)).all() == []
    assert [one.kind for one in db.session.scalars(select(AuditEvent))].count("mail_sorted") == 0


def test_a_text_from_her_number_is_hers_once_a_focal_point_says_so(clock, gateway, team):
    reference = a_case(team)
    owed_to(reference)
    states.act(reference, cases.restrict, "category", actor=team.coordinator)
    report_id = moved(reference, team.focal)
    waiting = text("He is here", sender=NUMBER)
    assert list(pen.page(waiting.id, team.focal).guesses) == [(reference, "same_number")]
    decide(deciding.attach, waiting.id, reference, from_person=True, actor=team.focal)
    assert said(report_id)[-1] == (Writer.PERSON, "He is here")


def test_who_told_of_somebody_else_writes_nothing_that_is_read_as_the_survivors(team):
    reference = a_case_by_mail(team.site_id, harms_child=True, on_behalf=True)
    report_id = moved(reference, team.focal)
    mail = came(a_mail(f"About {reference}.", to=SITE, sender=STRANGER, subject=""))
    decide(deciding.attach, mail.id, reference, from_person=True, actor=team.focal)
    assert said(report_id)[-1] == (Writer.NOTE, f"About {reference}.")


def test_only_who_may_see_the_report_sees_the_guess_and_can_attach_to_it(team, reference, report_id, mail):
    other = states.a_case(team.site_id)
    elsewhere = came(a_mail(f"About {other}, or {reference}?", to=SITE, sender=STRANGER))
    with unit_of_work():
        subjects.name(lock_own(report_id), team.second_focal.id, actor=team.focal)
    assert seen_by(team.second_focal) == []
    plain = came(a_mail(f"About {other}.", to=SITE, sender=STRANGER))
    for actor in (team.coordinator, states.staff((Role.COORDINATOR, None), (Role.FOCAL, states.a_site("KOL")))):
        with pytest.raises(Refused, match="mail_no_such_case"), unit_of_work():
            deciding.attach(plain.id, reference, from_person=True, actor=actor)
    assert list(pen.page(elsewhere.id, team.focal).guesses) == [(reference, "reference")]


def test_a_mail_of_the_general_pen_is_hidden_as_soon_as_it_is_attached_to_a_report(team, reference, report_id):
    both = states.staff(Role.COORDINATOR, Role.FOCAL, site_id=team.site_id)
    mail = came(a_mail(f"Yours. About {states.a_case(team.site_id)}.", to=SITE, sender=STRANGER))
    assert not mail.is_restricted
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=False, actor=both)
    row = row_of(mail.id)
    assert (row.is_restricted, row.site_id) == (True, team.site_id)
    processing.process_due()
    assert row_of(mail.id).outcome is Outcome.LANE


def test_what_was_attached_to_a_case_that_then_moved_is_sealed_in_the_lane(team, reference):
    mail = came(a_mail(f"About {reference}.", to=SITE, sender=STRANGER, subject=""))
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.focal)
    report_id = moved(reference, team.focal)
    processing.process_due()
    assert (row_of(mail.id).outcome, said(report_id)[-1][0]) == (Outcome.LANE, Writer.PERSON)


@pytest.mark.parametrize("why", ["she erased it", "it is about who decided"])
def test_what_cannot_be_sealed_any_more_comes_back_into_the_pen(team, reference, report_id, mail, why):
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.second_focal)
    with unit_of_work():
        report = lock_own(report_id)
        if why == "she erased it":
            lane_erasing.erase(report, actor=states.Actor(None, states.Party.PERSON, case_id=report_id))
        else:
            subjects.name(report, team.second_focal.id, actor=team.focal)
    processing.process_due()
    row = row_of(mail.id)
    assert (row.state, item_of(row).troubles, row.lane_report_id) == (MailState.PEN, ["could_not_be_placed"], None)
    assert [one.id for one in seen_by(team.focal)] == [mail.id]
    assert len(list(pen.page(mail.id, team.focal).guesses)) == (why != "she erased it")
    if why == "she erased it":
        with pytest.raises(Refused, match="mail_no_such_case"), unit_of_work():
            deciding.attach(mail.id, reference, from_person=True, actor=team.focal)


def test_who_presses_twice_attaches_once_to_a_report_too(team, reference, report_id, mail):
    for _ in range(2):
        decide(deciding.attach, mail.id, reference, from_person=True, actor=team.focal)
    assert row_of(mail.id).outcome is Outcome.LANE
    assert [words for _, words in said(report_id)].count(f"Hello\n\nAbout {reference}: he came again.") == 1
