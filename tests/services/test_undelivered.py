"""What follows where a notice that was sent comes back."""

import uuid

import pytest
from sqlalchemy import select, update

from engage import clock
from engage.domain.case import Road
from engage.domain.delivery import NoticeState, Outcome
from engage.domain.errands import ErrandResult
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseEvent, DeliveryAttempt, Errand, OutboxMessage
from engage.notify import claims
from engage.services import contact, delivery, errands, undelivered
from engage.unit_of_work import unit_of_work
from tests.notify.letters import ADDRESS, a_case_with, a_notice, row_of
from tests.states import a_site, act, case_of, person_of, staff


@pytest.fixture
def reference(session, sent_tasks):
    made = a_case_with(Road.RELAY, site_id=a_site())
    with unit_of_work():
        db.session.execute(update(OutboxMessage).values(sent_at=OutboxMessage.created_at))
    return made


def attempts_of(key):
    rows = db.session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.outbox_message_id == row_of(key).id)
        .order_by(DeliveryAttempt.at, DeliveryAttempt.outcome.desc())
    )
    return [(row.road, row.outcome) for row in rows]


def came_back(key, reason="5.1.1"):
    with unit_of_work():
        return undelivered.bounced(row_of(key).id, reason)


def test_a_mail_that_comes_back_is_shown_and_somebody_is_asked_to_tell_the_person(peer, reference):
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).state(clock.utcnow()) is NoticeState.SENT
    assert came_back(key)
    assert row_of(key).state(clock.utcnow()) is NoticeState.BOUNCED
    assert row_of(key).last_error == "5.1.1"
    assert attempts_of(key) == [("email", Outcome.SENT), ("email", Outcome.BOUNCED)]
    case = case_of(reference)
    assert [row.outbox_message_id for row in db.session.scalars(select(Errand))] == [row_of(key).id]
    assert case.could_not_reach
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id)).all()
    assert kinds.count("NoticeUndeliverable") == 1


def test_the_same_report_twice_changes_nothing_more(peer, reference):
    key = a_notice(reference)
    delivery.drain()
    assert came_back(key)
    assert not came_back(key)
    assert len(db.session.scalars(select(Errand)).all()) == 1


def test_a_report_about_a_notice_that_never_left_or_is_not_ours_changes_nothing(reference):
    key = a_notice(reference)
    assert not came_back(key)
    with unit_of_work():
        assert not undelivered.bounced(uuid.uuid4(), "5.1.1")
    assert row_of(key).state(clock.utcnow()) is NoticeState.WAITING


def test_a_report_about_a_mail_of_an_account_leaves_a_mark_on_it_alone(peer, session, sent_tasks):
    key = a_notice(user_id=staff(Role.OFFICER).id, template="password_chosen", context={"own": "yes"})
    delivery.drain()
    assert came_back(key)
    assert db.session.scalars(select(Errand)).all() == []


def test_a_report_of_arrival_is_kept_once(peer, reference):
    key = a_notice(reference)
    delivery.drain()
    with unit_of_work():
        assert claims.arrived(row_of(key).id)
    with unit_of_work():
        assert not claims.arrived(row_of(key).id)
    assert attempts_of(key).count(("email", Outcome.ARRIVED)) == 1


def test_nobody_is_sent_to_a_person_who_took_back_their_address_before_the_mail_came_back(peer, reference):
    key = a_notice(reference)
    delivery.drain()
    act(reference, contact.burn, name_too=True, actor=person_of(reference))
    assert came_back(key)
    assert row_of(key).state(clock.utcnow()) is NoticeState.REPLACED
    assert db.session.scalars(select(Errand)).all() == []
    assert not case_of(reference).could_not_reach
    told = select(OutboxMessage.id).where(OutboxMessage.template == "could_not_reach")
    assert db.session.scalars(told).all() == []


def test_a_notice_that_another_one_speaks_for_is_not_sent(peer, reference):
    first, second = a_notice(reference), a_notice(reference)
    with unit_of_work():
        assert claims.replaced(row_of(first).id, by=row_of(second).id)
    with unit_of_work():
        assert not claims.replaced(row_of(first).id, by=None)
    assert delivery.drain() == 1
    assert row_of(first).state(clock.utcnow()) is NoticeState.REPLACED


def test_r68_a_bounced_mail_becomes_a_task_to_tell_the_person(peer, reference):
    """R68: bounce -> the person is told by another road, and no subject line says anything of the case."""
    key = a_notice(reference)
    delivery.drain()
    [mail] = [one for one in peer.wait_for(1) if one.recipients == (ADDRESS,)]
    case = case_of(reference)
    assert case.reference not in mail.message["Subject"]
    assert came_back(key)
    errand = db.session.scalars(select(Errand)).one()
    assert (errand.case_id, errand.outbox_message_id, errand.finished_at) == (case.id, row_of(key).id, None)
    assert errand.due_at > clock.utcnow()
    coordinator = staff(Role.COORDINATOR, site_id=case.site_id)
    with unit_of_work():
        errands.finish(errand.id, ErrandResult.REACHED, actor=coordinator)
    assert not case_of(reference).could_not_reach
