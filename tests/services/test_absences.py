"""Who is away and who stands in: who may say so, what is refused, and who is told instead (part "Work")."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.case import CaseClass
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import Absence, AuditEvent, CaseSubject, OutboxMessage, StaffUser
from engage.notify import notices
from engage.queries import absence as queries
from engage.services import absences, conversation, escalation, triage
from engage.services.absences import Away
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    made = states.Team()
    made.second_officer = states.staff(Role.OFFICER, site_id=made.site_id)
    return made


def begin(user, replacement, clock, *, actor=None, starts=0, ends=5):
    with unit_of_work():
        away = Away(clock.now + starts * DAY, clock.now + ends * DAY, replacement.id)
        return absences.begin(user.id, away, actor=actor or user).id


def told(template=None):
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.user_id.is_not(None))).all()
    return {(row.template, row.user_id) for row in rows if template in (None, row.template)}


def kinds():
    return [row.kind for row in db.session.scalars(select(AuditEvent).order_by(AuditEvent.number))]


def refused(code, *given, **named):
    with pytest.raises(Refused) as error:
        begin(*given, **named)
    assert error.value.refusal.code == code


def test_whoever_stands_in_is_told_and_it_is_on_record(team, clock):
    begin(team.officer, team.second_officer, clock)
    assert told() == {("stand_in", team.second_officer.id)}
    assert kinds()[-1] == "user_away"
    assert queries.replacement_for(team.officer.id, clock.now) == team.second_officer.id
    assert queries.replaced_by(team.second_officer.id, clock.now) == [team.officer.id]


def test_it_ends_by_itself(team, clock):
    begin(team.officer, team.second_officer, clock)
    clock.advance(6 * DAY)
    assert queries.replacement_for(team.officer.id, clock.now) is None
    assert queries.of(team.officer.id, clock.now) == []


def test_a_coordinator_says_it_of_somebody_and_stands_in_without_a_mail(team, clock):
    begin(team.officer, team.coordinator, clock, actor=team.coordinator)
    assert told() == set()


@pytest.mark.parametrize("role", ["second_officer", "admin", "auditor", "panel"])
def test_others_may_not_say_it(team, clock, role):
    with pytest.raises(NotAllowed):
        begin(team.officer, team.second_officer, clock, actor=getattr(team, role))


def test_of_a_focal_point_only_another_one_may_say_it(team, clock):
    """A coordinator could have sent what goes to the restricted lane another way."""
    with pytest.raises(NotAllowed):
        begin(team.focal, team.second_focal, clock, actor=team.coordinator)
    begin(team.focal, team.second_focal, clock, actor=team.second_focal)


def test_a_coordinator_of_another_site_may_not_say_it(team, clock):
    with pytest.raises(NotAllowed):
        begin(team.officer, team.second_officer, clock, actor=states.Team("LAS").coordinator)


def test_somebody_who_left_is_not_away(team, clock):
    with unit_of_work():
        db.session.get_one(StaffUser, team.officer.id).is_active = False
    with pytest.raises(NoResultFound):
        begin(team.officer, team.second_officer, clock, actor=team.coordinator)


def test_dates_must_make_sense(team, clock):
    refused("ends_before_it_begins", team.officer, team.second_officer, clock, starts=3, ends=3)
    refused("date_is_past", team.officer, team.second_officer, clock, starts=-3, ends=-1)
    refused("date_too_far", team.officer, team.second_officer, clock, ends=400)


def test_who_cannot_do_the_work_cannot_stand_in(team, clock):
    refused("replacement_does_not_fit", team.officer, team.panel, clock)
    refused("replacement_does_not_fit", team.officer, team.officer, clock)
    refused("replacement_does_not_fit", team.focal, team.coordinator, clock)
    with unit_of_work():
        db.session.get_one(StaffUser, team.second_officer.id).is_active = False
    refused("replacement_does_not_fit", team.officer, team.second_officer, clock)


def test_nobody_is_away_twice_and_two_do_not_stand_in_for_each_other(team, clock):
    begin(team.officer, team.second_officer, clock)
    refused("away_already", team.officer, team.coordinator, clock, starts=4, ends=8)
    refused("replacement_is_away", team.second_officer, team.officer, clock, starts=1, ends=2)
    begin(team.second_officer, team.coordinator, clock, starts=1, ends=2)
    clock.advance(DAY + timedelta(hours=1))
    assert queries.replacement_for(team.officer.id, clock.now) == team.coordinator.id


def test_who_comes_back_early_has_their_work_again(team, clock):
    absence_id = begin(team.officer, team.second_officer, clock)
    clock.advance(DAY)
    with unit_of_work():
        assert absences.end(absence_id, actor=team.officer) == team.officer.id
    assert kinds()[-1] == "user_back"
    assert queries.replacement_for(team.officer.id, clock.now) is None
    with pytest.raises(Refused) as error, unit_of_work():
        absences.end(absence_id, actor=team.officer)
    assert error.value.refusal.code == "absence_is_over"


def test_who_stays_after_all_was_never_away(team, clock):
    absence_id = begin(team.officer, team.second_officer, clock, starts=2, ends=4)
    with pytest.raises(NotAllowed), unit_of_work():
        absences.end(absence_id, actor=team.second_officer)
    with unit_of_work():
        absences.end(absence_id, actor=team.coordinator)
    assert db.session.scalars(select(Absence)).all() == []


def test_what_goes_to_somebody_who_is_away_goes_to_whoever_stands_in_too(team, clock):
    reference = states.an_assessed_case(team)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    begin(team.officer, team.second_officer, clock)
    forget_notices()
    act(reference, conversation.write_as_person, "Still dusty.", actor=person_of(reference))
    assert told("reply_arrived") >= {("reply_arrived", team.officer.id)}
    assert ("reply_arrived", team.second_officer.id) in told()


def test_whoever_stands_in_hears_nothing_of_a_case_that_is_about_them(team, clock):
    reference = states.an_assessed_case(team)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    begin(team.officer, team.second_officer, clock)
    case_id = case_of(reference).id
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_id, user_id=team.second_officer.id))
    forget_notices()
    act(reference, conversation.write_as_person, "Still dusty.", actor=person_of(reference))
    assert team.second_officer.id not in {user for _, user in told()}


def test_a_seat_on_a_panel_is_nobody_elses(team, clock):
    second = states.staff(Role.PANEL, site_id=team.site_id)
    with unit_of_work():
        db.session.add(
            Absence(
                user_id=team.panel.id,
                replacement_id=second.id,
                starts_at=clock.now - DAY,
                ends_at=clock.now + DAY,
                set_at=clock.now,
            )
        )
    case = case_of(states.an_assessed_case(team))
    assert case.class_ is not CaseClass.RESTRICTED
    owed = notices.owed(notices.to_staff([team.panel.id], "panel_seat"), case, event_id=case.id)
    assert [one.user_id for one in owed] == [team.panel.id]


def test_the_ladder_does_not_skip_somebody_whose_work_is_in_other_hands(team, clock):
    reference = states.an_assessed_case(team)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    begin(team.officer, team.second_officer, clock, ends=90)
    forget_notices()
    clock.advance(30 * DAY)
    escalation.climb()
    heard = {user for _, user in told()}
    assert team.officer.id in heard
    assert team.second_officer.id in heard
