"""How a notice leaves: by mail, by hand, on the case page, or not at all where it may not be told."""

import pytest
from sqlalchemy import delete, select

from engage import vault
from engage.domain.case import CaseClass, Identity, Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseSubject, Deadline, Errand, OutboxMessage, ReachedRung, StaffMembership, StaffUser
from engage.services import contact, delivery
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import ADDRESS, a_case_with, a_link_to_code, a_notice, forget_notices, row_of
from tests.states import a_case, a_site, act, case_of, person_of


@pytest.fixture
def site_id(peer):
    return a_site(phone="+1 555 0100", outside_avenues=[{"name": "The ombudsman", "contact": "+1 555 0199"}])


@pytest.fixture
def team(peer):
    return states.Team()


@pytest.fixture
def reference(site_id):
    """The case of a person with an e-mail address; nothing is owed yet."""
    made = a_case_with(Road.DIRECT, site_id=site_id)
    forget_notices()
    return made


def errands_of(reference):
    db.session.rollback()
    return db.session.scalars(select(Errand).where(Errand.case_id == case_of(reference).id)).all()


def body(delivery_):
    return delivery_.message.get_body(("plain",)).get_content()


def test_a_concern_is_confirmed_to_the_person_by_mail_with_what_happens_next(peer, site_id):
    reference = a_case_with(Road.DIRECT, site_id=site_id)
    delivery.drain()
    mail = next(mail for mail in peer.wait_for(1) if mail.recipients == (ADDRESS,))
    assert reference in body(mail)
    assert "https://localhost/case" in body(mail)
    assert "we confirm that we have it" in body(mail)
    assert "Dust" not in body(mail)


def test_a_notice_that_left_is_not_sent_again(peer, reference):
    key = a_notice(reference)
    assert delivery.drain() == 1
    assert delivery.drain() == 0
    assert len(peer.mails) == 1
    row = row_of(key)
    assert (row.road, row.attempts, row.last_error) == ("email", 1, None)
    assert peer.mails[0].message["Message-ID"] == f"<{row.id}@engage.test>"


def test_a_sealed_address_is_opened_for_sending_alone(peer, site_id):
    reference = a_case_with(Road.RELAY, site_id=site_id)
    forget_notices()
    a_notice(reference)
    delivery.drain()
    assert [mail.recipients for mail in peer.mails] == [(ADDRESS,)]
    assert ADDRESS not in str(db.session.execute(select(OutboxMessage.__table__)).all())


@pytest.mark.parametrize(
    ("road", "values"),
    [
        (Road.DIRECT, {"phone": "+381641234567"}),
        (Road.FACILITATOR, {"facilitator": "The teacher of the village school"}),
        (Road.CUSTODIAN, {"email": ADDRESS}),
    ],
)
def test_what_no_machine_can_carry_becomes_an_errand_and_one_errand_speaks_for_all(peer, site_id, road, values):
    reference = a_case_with(road, site_id=site_id, **values)
    forget_notices()
    first, second = a_notice(reference), a_notice(reference)
    delivery.drain()
    (errand,) = errands_of(reference)
    assert (errand.template, errand.road, errand.finished_at) == ("case_news", road.value, None)
    assert errand.due_at > errand.made_at
    assert errand.outbox_message_id in (row_of(first).id, row_of(second).id)
    assert row_of(first).road == row_of(second).road == "errand"
    assert case_of(reference).could_not_reach
    assert peer.mails == []


def test_for_somebody_who_left_nothing_the_notice_waits_on_their_page(peer, site_id):
    reference = a_case(site_id)
    forget_notices()
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).road == "case"
    assert errands_of(reference) == []


def test_burned_contact_leaves_nothing_to_carry(peer, site_id):
    reference = a_case_with(Road.FACILITATOR, site_id=site_id, facilitator="The teacher")
    act(reference, contact.burn, name_too=False, actor=person_of(reference))
    forget_notices()
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).road == "case"


def test_the_secret_of_a_code_link_is_made_when_it_is_sent(peer, reference):
    link_id = a_link_to_code(reference)
    a_notice(reference, template="code_link", context={"link_id": str(link_id)})
    delivery.drain()
    assert f"https://localhost/case/link/{vault.link_token(link_id)}" in body(peer.mails[0])


def test_a_code_link_goes_to_an_address_or_nowhere(peer, site_id):
    reference = a_case_with(Road.DIRECT, site_id=site_id, phone="+381641234567")
    forget_notices()
    key = a_notice(reference, template="code_link", context={"link_id": str(a_link_to_code(reference))})
    delivery.drain()
    assert row_of(key).road == "withheld"
    assert errands_of(reference) == []


def test_staff_get_a_link_that_opens_only_for_those_who_may_see_the_case(peer, team):
    reference = states.an_assessed_case(team)
    forget_notices()
    a_notice(reference, user_id=team.officer.id, template="assigned_to_you", context={"reference": reference})
    delivery.drain()
    assert f"https://localhost/staff/cases/{reference}" in body(peer.mails[0])


def test_a_case_that_became_restricted_meanwhile_is_told_to_focal_points_without_its_reference(peer, team):
    reference = states.an_assessed_case(team)
    forget_notices()
    withheld = a_notice(reference, user_id=team.officer.id, template="assigned_to_you")
    neutral = a_notice(reference, user_id=team.focal.id, template="assigned_to_you")
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    delivery.drain()
    assert row_of(withheld).road == "withheld"
    assert row_of(neutral).road == "email"
    (mail,) = peer.mails
    assert mail.message["Subject"] == "An item needs you"
    assert reference not in mail.message.as_string()


def test_a_restricted_case_is_one_neutral_sentence_to_its_person(peer, reference):
    a_notice(reference, template="case_acknowledged")
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    delivery.drain()
    (mail,) = peer.mails
    assert mail.message["Subject"] == "A message for you"
    assert reference not in mail.message.as_string()


def test_whoever_a_case_is_about_is_told_nothing_of_it_even_if_that_was_found_out_later(peer, team):
    reference = states.an_assessed_case(team)
    forget_notices()
    key = a_notice(reference, user_id=team.officer.id)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.officer.id))
    delivery.drain()
    assert row_of(key).road == "withheld"
    told = db.session.get_one(StaffUser, team.officer.id).email
    assert all(told not in mail.recipients for mail in peer.mails)


def test_the_committee_gets_a_figure(peer, team):
    late, restricted = states.an_assessed_case(team), states.an_assessed_case(team)
    with unit_of_work():
        for reference in (late, restricted):
            deadline = db.session.scalars(
                select(Deadline).where(Deadline.case_id == case_of(reference).id, Deadline.ended_at.is_(None))
            ).first()
            for code in ("late_20_days", "late_30_days"):
                db.session.add(
                    ReachedRung(deadline_id=deadline.id, code=code, was_superseded=False, reached_at=deadline.due_at)
                )
        case_of(restricted).class_ = CaseClass.RESTRICTED
    forget_notices()
    everywhere = states.staff((Role.OVERSIGHT, None))
    for user in (team.oversight, everywhere):
        a_notice(user_id=user.id, template="late_count")
    delivery.drain()
    assert ["1 of the cases" in body(mail) for mail in peer.mails] == [True, True]
    assert late not in str(peer.mails)


def test_an_identity_that_nobody_may_know_does_not_keep_a_mail_from_leaving(peer, site_id):
    reference = a_case_with(Road.RELAY, site_id=site_id, identity=Identity.CONFIDENTIAL)
    forget_notices()
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).road == "email"


def test_a_reminder_that_spoke_for_other_cases_still_says_that_something_is_owed(peer, team):
    reference = states.an_assessed_case(team)
    forget_notices()
    a_notice(reference, user_id=team.officer.id, template="due", context={"promise": "propose", "more": "2"})
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    delivery.drain()
    (mail,) = peer.mails
    assert mail.message["Subject"] == "An item needs you"
    assert reference not in mail.message.as_string()


def test_an_officer_who_lost_the_role_is_sent_nothing_of_the_case_any_more(peer, team):
    reference = states.an_assessed_case(team)
    forget_notices()
    key = a_notice(reference, user_id=team.officer.id, template="reply_arrived")
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.officer.id))
    delivery.drain()
    assert row_of(key).road == "withheld"
    assert peer.mails == []


def test_the_committee_is_told_of_no_late_cases_where_none_is_late_any_more(peer, team):
    key = a_notice(user_id=team.oversight.id, template="late_count")
    delivery.drain()
    assert (peer.mails, row_of(key).road) == ([], "withheld")
