"""Which concerns are one person's is known only where the person agreed, in each of them."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage import vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import CaseEvent, SamePerson
from engage.queries import case_page, likeness
from engage.services import contact, same_person
from engage.services.contact import ContactRefused, Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of

MAIL = "person@people.example.org"


@pytest.fixture
def team(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.Team()


def a_case_of(team, email=MAIL, *, road=Road.DIRECT, agreed=True, words="Dust covers the school."):
    reference = states.a_case(team.site_id, what_happened=words)
    identity = Identity.ANONYMOUS if road is Road.RELAY else Identity.NAMED
    reach = Values(email=email)
    act(reference, contact.set_contact, identity=identity, road=road, values=reach, actor=person_of(reference))
    agree(reference, agreed=agreed, typed=email)
    return reference


def agree(reference, *, agreed, typed=None):
    with unit_of_work():
        same_person.agree(case_of(reference), agreed=agreed, typed=typed, actor=person_of(reference))


def found(reference, actor):
    page = case_page.page(reference, actor)
    return {one.reference for one in likeness.suggestions(page) if one.is_same_person}


def test_two_concerns_whose_person_agreed_in_both_find_each_other(team):
    one = a_case_of(team)
    other = a_case_of(team, "Person@People.example.org", words="The well is dry.")
    silent = a_case_of(team, agreed=False)
    stranger = a_case_of(team, "another@people.example.org")
    assert found(one, team.coordinator) == {other}
    assert found(other, team.coordinator) == {one}
    assert found(silent, team.coordinator) == found(stranger, team.coordinator) == set()


def test_a_relay_address_is_compared_where_it_was_typed_with_the_tick(team):
    one, other = a_case_of(team, road=Road.RELAY), a_case_of(team)
    assert found(one, team.coordinator) == {other}
    agree(one, agreed=True)
    assert found(one, team.coordinator) == {other}
    silent = a_case_of(team, road=Road.RELAY, agreed=False)
    with pytest.raises(ContactRefused):
        agree(silent, agreed=True)


def test_without_an_address_there_is_nothing_to_compare(team):
    reference = states.a_case(team.site_id)
    agree(reference, agreed=False)
    with pytest.raises(ContactRefused):
        agree(reference, agreed=True)


def test_taking_it_back_and_burning_the_address_leave_nothing(team):
    one, other = a_case_of(team), a_case_of(team)
    assert same_person.has_agreed(case_of(one))
    agree(one, agreed=False)
    act(other, contact.burn, name_too=False, actor=person_of(other))
    assert db.session.scalars(select(SamePerson)).all() == []
    assert not same_person.has_agreed(case_of(one))


def test_it_is_on_the_record_once_and_holds_no_address(team, session):
    one = a_case_of(team)
    agree(one, agreed=True)
    hidden = a_case_of(team, road=Road.RELAY)
    before = case_of(hidden).version
    agree(hidden, agreed=True, typed="another@people.example.org")
    assert case_of(hidden).version == before
    kinds = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_of(one).id)).all()
    assert kinds.count("ConcernsPutTogether") == 1
    assert MAIL not in "".join(session.scalars(select(SamePerson.digest)))


def test_nobody_finds_a_concern_they_may_not_see(team):
    one, other = a_case_of(team), a_case_of(team)
    elsewhere = states.staff(states.Role.COORDINATOR, site_id=states.a_site("ELS"))
    assert found(one, team.coordinator) == {other}
    with pytest.raises(NoResultFound):
        found(one, elsewhere)
