"""Who a confidential person is: asked by one, decided by another, for some days, and each look is told (product 5)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Road
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import Opening, OutboxMessage, StaffUser
from engage.queries import day as days
from engage.services import answers, cases, contact, openings
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices, told
from tests.promised import kinds_of
from tests.services import sealed
from tests.states import act, case_of, person_of, staff

NAME = {"name": "Given Family"}
WHY = "We have to bring the doctor to them."
DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    """An assessed case whose officer does not know who the person is."""
    made = states.an_assessed_case(team)
    keep = {"identity": Identity.CONFIDENTIAL, "road": Road.NONE, "values": Values(**NAME)}
    act(made, contact.set_contact, **keep, actor=person_of(made))
    forget_notices()
    return made


def ask(reference, actor, count=3):
    act(reference, openings.ask, WHY, count, actor=actor)


def decide(reference, actor, approve=True, words=""):
    act(reference, openings.decide, row().id, approve=approve, words=words, actor=actor)


def end(reference, actor):
    act(reference, openings.end, row().id, actor=actor)


def look(reference, actor):
    with unit_of_work():
        return openings.look(cases.lock(reference, actor), actor=actor)


def row() -> Opening:
    return db.session.scalars(select(Opening).execution_options(populate_existing=True)).one()


def refused(use_case, *args, **values):
    with pytest.raises(Refused) as caught:
        use_case(*args, **values)
    return caught.value.refusal.code


@pytest.fixture
def granted(team, reference):
    """The officer may look for three days."""
    ask(reference, team.officer)
    decide(reference, team.custodian)
    forget_notices()
    return reference


def test_one_asks_another_decides_and_each_look_is_on_the_record_and_told(team, reference, clock):
    ask(reference, team.officer)
    assert set(told()) == {("opening_to_decide", team.custodian.id), ("opening_to_decide", team.approver.id)}
    forget_notices()
    decide(reference, team.custodian)
    assert told() == [("opening_granted", team.officer.id)]
    assert row().until == clock.now + 3 * DAY
    forget_notices()
    for _ in range(2):
        assert look(reference, team.officer) == NAME
    assert told() == [("identity_opened", None)] * 2
    assert kinds_of(reference)[-4:] == ["OpeningAsked", "OpeningGranted", "IdentityOpened", "IdentityOpened"]


def test_being_told_of_a_look_is_no_news_of_how_the_case_stands(team, granted, clock):
    before = case_of(granted).news_due_at
    clock.advance(DAY)
    look(granted, team.officer)
    assert case_of(granted).news_due_at == before


@pytest.mark.parametrize("role", list(Role))
def test_whose_work_it_is_asks_and_nobody_who_knows_it_or_has_no_part_in_it(team, reference, role):
    actor = team.officer if role is Role.OFFICER else staff(role, site_id=team.site_id)
    if role in (Role.COORDINATOR, Role.APPROVER, Role.OFFICER):
        ask(reference, actor)
        assert row().asked_by_id == actor.id
    else:
        with pytest.raises(NotAllowed):
            openings.ask(case_of(reference), WHY, 3, actor=actor)


@pytest.mark.parametrize("role", list(Role))
def test_custodians_and_approvers_decide_and_take_back_and_nobody_else(team, reference, role):
    actor = staff(role, site_id=team.site_id)
    ask(reference, team.officer)
    if role in (Role.CUSTODIAN, Role.APPROVER):
        decide(reference, actor)
        end(reference, actor)
        return
    for use_case, values in ((openings.decide, {"approve": True, "words": ""}), (openings.end, {})):
        with pytest.raises(NotAllowed):
            use_case(case_of(reference), row().id, actor=actor, **values)


def test_nobody_decides_on_their_own_request_and_another_approver_does(team, reference):
    ask(reference, team.approver)
    assert set(told()) == {("opening_to_decide", team.custodian.id)}
    with pytest.raises(NotAllowed, match="own request"):
        decide(reference, team.approver)
    decide(reference, staff(Role.APPROVER, site_id=team.site_id))
    assert look(reference, team.approver) == NAME


def test_it_is_open_to_whoever_asked_alone(team, granted):
    for actor in (team.coordinator, team.approver):
        assert refused(look, granted, actor) == "opening_is_over"
    with pytest.raises(NotAllowed):
        openings.look(case_of(granted), actor=team.custodian)


def test_before_the_decision_nothing_is_open(team, reference):
    ask(reference, team.officer)
    assert refused(look, reference, team.officer) == "opening_is_over"
    assert refused(end, reference, team.custodian) == "opening_is_over"


def test_it_ends_by_the_clock_to_the_second(team, granted, clock):
    clock.move_to(row().until - timedelta(seconds=1))
    assert look(granted, team.officer) == NAME
    clock.move_to(row().until)
    assert refused(look, granted, team.officer) == "opening_is_over"
    ask_again = kinds_of(granted)
    act(granted, openings.ask, WHY, 1, actor=team.officer)
    assert kinds_of(granted) == [*ask_again, "OpeningAsked"]


def test_it_can_be_taken_back_once(team, granted):
    end(granted, team.approver)
    assert refused(look, granted, team.officer) == "opening_is_over"
    assert refused(end, granted, team.approver) == "opening_is_over"
    assert kinds_of(granted)[-1] == "OpeningEnded"


def test_a_no_has_words_and_goes_to_whoever_asked(team, reference):
    ask(reference, team.officer)
    forget_notices()
    assert refused(decide, reference, team.custodian, approve=False, words=" ") == "reason_needed"
    decide(reference, team.custodian, approve=False, words="The doctor can come to the gate.")
    assert told() == [("sent_back", team.officer.id)]
    assert (row().until, row().answer_words) == (None, "The doctor can come to the gate.")
    assert refused(look, reference, team.officer) == "opening_is_over"
    assert refused(decide, reference, team.custodian) == "nothing_to_decide"


@pytest.mark.parametrize("count", [0, 8])
def test_it_is_for_a_week_at_most(team, reference, count):
    assert refused(ask, reference, team.officer, count) == "too_many_days"
    ask(reference, team.officer, openings.MOST_DAYS)


def test_one_request_of_the_same_person_at_a_time(team, reference):
    ask(reference, team.officer)
    assert refused(ask, reference, team.officer) == "opening_waits"
    decide(reference, team.custodian)
    assert refused(ask, reference, team.officer) == "opening_waits"
    ask(reference, team.coordinator)


def test_where_there_is_no_secret_nothing_is_asked(team, reference):
    act(reference, contact.burn, actor=person_of(reference), name_too=True)
    assert refused(ask, reference, team.officer) == "nothing_to_open"
    named = sealed.a_named_case(team.site_id)
    assert refused(ask, named, team.coordinator) == "nothing_to_open"


def test_whoever_knows_the_name_by_another_role_does_not_ask(team, reference):
    both = staff(Role.COORDINATOR, Role.CUSTODIAN, site_id=team.site_id)
    assert refused(ask, reference, both) == "knows_it_already"


def test_a_closed_case_opens_no_name(team, reference):
    act(reference, answers.withdraw, actor=person_of(reference))
    assert refused(ask, reference, team.coordinator) == "nothing_to_open"


def test_what_the_person_erased_meanwhile_is_not_opened(team, granted):
    act(granted, contact.burn, actor=person_of(granted), name_too=True)
    assert refused(look, granted, team.officer) == "opening_is_over"


def test_a_request_that_lost_its_secret_is_not_granted_but_can_be_declined(team, reference):
    ask(reference, team.officer)
    act(reference, contact.burn, actor=person_of(reference), name_too=True)
    assert refused(decide, reference, team.custodian) == "nothing_to_open"
    decide(reference, team.custodian, approve=False, words="The name is gone.")


def test_who_works_the_case_no_more_is_neither_granted_it_nor_looks(team, reference):
    ask(reference, team.coordinator)
    decide(reference, team.custodian)
    with unit_of_work():
        user = db.session.get_one(StaffUser, team.coordinator.id)
        user.is_active = False
    act(reference, openings.end, row().id, actor=team.custodian)
    with unit_of_work():
        db.session.delete(row())
        user = db.session.get_one(StaffUser, team.coordinator.id)
        user.is_active = True
    ask(reference, team.coordinator)
    with unit_of_work():
        db.session.get_one(StaffUser, team.coordinator.id).is_active = False
    assert refused(decide, reference, team.custodian) == "nothing_to_open"
    stranger = staff(Role.OFFICER, site_id=team.site_id)
    with pytest.raises(NotAllowed):
        openings.look(case_of(reference), actor=stranger)


def test_what_does_not_exist_is_not_decided(team, reference):
    with pytest.raises(Refused):
        openings.decide(case_of(reference), person_of(reference).case_id, approve=True, words="", actor=team.custodian)


def test_it_waits_on_the_day_of_those_who_decide_but_not_of_who_asked(team, reference, clock):
    def waits(actor):
        return [one.kind for one in days.day(actor, clock.now).waits if one.kind == "opening"]

    ask(reference, team.approver)
    assert (waits(team.custodian), waits(team.approver), waits(team.officer)) == (["opening"], [], [])
    decide(reference, team.custodian)
    assert waits(team.custodian) == []


def test_no_word_of_why_is_in_a_notice(team, reference):
    ask(reference, team.officer)
    assert all(WHY not in str(one.context) for one in db.session.scalars(select(OutboxMessage)))


def becomes(reference, identity, **values):
    keep = {"identity": identity, "road": Road.NONE, "values": Values(**values)}
    act(reference, contact.set_contact, **keep, actor=person_of(reference))


def test_what_was_granted_for_one_name_does_not_show_another_one_given_later(reference, team, granted):
    becomes(reference, Identity.ANONYMOUS)
    becomes(reference, Identity.CONFIDENTIAL, name="Somebody Else")
    with pytest.raises(Refused) as error:
        look(reference, team.officer)
    assert error.value.refusal.code == "opening_is_over"
    assert kinds_of(reference).count("OpeningEnded") == 1


def test_a_name_that_is_put_right_is_asked_for_anew_and_one_that_stays_is_not(reference, team, granted):
    becomes(reference, Identity.CONFIDENTIAL, **NAME)
    assert look(reference, team.officer) == NAME
    becomes(reference, Identity.CONFIDENTIAL, name="Somebody Else")
    with pytest.raises(Refused):
        look(reference, team.officer)
    assert kinds_of(reference).count("OpeningEnded") == 1
