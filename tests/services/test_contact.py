"""Who the person is and how to reach them: what is kept, what is sealed to whom, what is erased."""

import itertools

import pytest
from sqlalchemy import select

from engage import data_keys, vault
from engage.domain.case import ROADS, CaseClass, Identity, Road
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import CaseEvent, SealedContact, SealedIdentity
from engage.services import contact, contact_values, intake
from engage.services.contact import ContactRefused, Problem, Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of, person_of

pytestmark = pytest.mark.usefixtures("session")  # whether there is a gateway of texts is a setting

FULL = Values(
    name="  Given   Family ",
    organisation="Water Users",
    email="Person@Example.org",
    phone="011 123 4567",
    facilitator="The teacher, school office",
)


@pytest.fixture
def site(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


@pytest.fixture
def reference(site):
    return states.a_case(site)


NOTHING = Values()


def change(reference, identity, road, values=NOTHING, actor=None):
    with unit_of_work():
        actor = actor or person_of(reference)
        contact.set_contact(case_of(reference), identity=identity, road=road, values=values, actor=actor)


def sealed(reference):
    """The identity and the contact as they are stored now, and whether the contact is for the worker alone."""
    case = case_of(reference)
    who, reach = db.session.get(SealedIdentity, case.id), db.session.get(SealedContact, case.id)
    if reach is None:
        return (who and data_keys.opened(who)), None, None
    opened = data_keys.opened_by_worker(reach) if reach.to_worker else data_keys.opened(reach)
    return (who and data_keys.opened(who)), opened, reach.to_worker


def kinds(reference):
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return db.session.scalars(rows).all()


def problems(identity, road, values, **options):
    with pytest.raises(ContactRefused) as caught:
        contact.checked(identity, road, values, **options)
    return caught.value.problems


@pytest.mark.parametrize(("identity", "road"), list(itertools.product(Identity, Road)))
def test_only_the_roads_of_the_table_are_open(identity, road):
    if road in ROADS[identity]:
        contact.checked(identity, road, FULL, country="RS")
    else:
        assert problems(identity, road, FULL, country="RS")["road"] is Problem.ROAD_NOT_OPEN


@pytest.mark.parametrize(
    ("road", "needed"),
    [
        (Road.DIRECT, {"email": Problem.NEEDS_EMAIL_OR_PHONE}),
        (Road.RELAY, {"email": Problem.NEEDS_EMAIL}),
        (Road.FACILITATOR, {"facilitator": Problem.NEEDS_FACILITATOR}),
    ],
)
def test_a_road_needs_what_it_goes_by(road, needed):
    assert problems(Identity.NAMED, road, Values()) == needed


def test_only_what_the_road_needs_is_kept():
    assert contact.checked(Identity.ANONYMOUS, Road.RELAY, FULL) == Values(email="Person@example.org")
    assert contact.checked(Identity.ANONYMOUS, Road.NONE, FULL) == Values()
    kept = contact.checked(Identity.NAMED, Road.DIRECT, FULL, country="RS")
    assert kept == Values(
        name="Given Family", organisation="Water Users", email="Person@example.org", phone="+381111234567"
    )


@pytest.mark.parametrize("typed", ["person", "person@", "a b@example.org", "x@localhost", "@example.org"])
def test_an_address_that_cannot_be_one_is_refused(typed):
    assert problems(Identity.NAMED, Road.DIRECT, Values(email=typed)) == {"email": Problem.BAD_EMAIL}


@pytest.mark.parametrize(("typed", "country"), [("12", "RS"), ("011 123 4567", ""), ("call me", "RS"), ("+999 1", "")])
def test_a_number_that_cannot_be_one_is_refused(typed, country):
    found = problems(Identity.NAMED, Road.DIRECT, Values(phone=typed), country=country)
    assert found == {"phone": Problem.BAD_PHONE}


def test_a_name_of_a_page_is_refused():
    found = problems(Identity.NAMED, Road.NONE, Values(name="N" * (contact_values.LONGEST + 1)))
    assert found == {"name": Problem.TOO_LONG}


def test_a_direct_contact_is_sealed_and_nothing_lies_in_clear(reference):
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    who, reach, to_worker = sealed(reference)
    assert who == {"name": "Given Family", "organisation": "Water Users"}
    assert reach == {"email": "Person@example.org", "phone": "+381111234567"}
    assert to_worker is False
    stored = db.session.scalars(select(SealedContact.sealed)).one()
    assert b"example" not in stored
    assert kinds(reference)[1:] == ["IdentityChanged", "ContactChanged"]


def test_a_relay_address_opens_for_the_worker_alone(reference):
    change(reference, Identity.ANONYMOUS, Road.RELAY, FULL)
    who, reach, to_worker = sealed(reference)
    assert (who, reach, to_worker) == (None, {"email": "Person@example.org"}, True)
    with pytest.raises(vault.Unreadable):
        data_keys.opened(db.session.scalars(select(SealedContact)).one())


def test_a_direct_address_becomes_a_relay_without_being_typed_again(reference):
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    change(reference, Identity.ANONYMOUS, Road.RELAY)
    assert sealed(reference) == (None, {"email": "Person@example.org"}, True)


def test_a_relay_address_becomes_direct_only_when_typed_again(reference):
    change(reference, Identity.ANONYMOUS, Road.RELAY, FULL)
    with pytest.raises(ContactRefused):
        change(reference, Identity.NAMED, Road.DIRECT)
    assert case_of(reference).road is Road.RELAY
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    assert sealed(reference)[2] is False


def test_a_number_alone_makes_no_relay(reference):
    change(reference, Identity.NAMED, Road.DIRECT, Values(phone="+381 11 123 4567"))
    with pytest.raises(ContactRefused):
        change(reference, Identity.NAMED, Road.RELAY)


def test_what_is_left_empty_stays(reference):
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    change(reference, Identity.CONFIDENTIAL, Road.CUSTODIAN, Values(name="Another Name"))
    who, reach, _ = sealed(reference)
    assert who == {"name": "Another Name", "organisation": "Water Users"}
    assert reach == {"email": "Person@example.org", "phone": "+381111234567"}


def test_setting_what_is_set_changes_and_records_nothing(reference):
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    before = kinds(reference)
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    change(reference, Identity.NAMED, Road.DIRECT)
    assert kinds(reference) == before


def test_a_new_relay_address_replaces_the_old_and_none_keeps_it(reference):
    change(reference, Identity.ANONYMOUS, Road.RELAY, Values(email="old@example.org"))
    change(reference, Identity.ANONYMOUS, Road.RELAY)
    assert sealed(reference)[1] == {"email": "old@example.org"}
    change(reference, Identity.ANONYMOUS, Road.RELAY, Values(email="new@example.org"))
    assert sealed(reference)[1] == {"email": "new@example.org"}


def test_a_facilitator_is_kept_for_the_team(reference):
    change(reference, Identity.ANONYMOUS, Road.FACILITATOR, FULL)
    assert sealed(reference) == (None, {"facilitator": "The teacher, school office"}, False)


def test_burning_leaves_nothing_to_open(reference):
    change(reference, Identity.NAMED, Road.DIRECT, FULL)
    with unit_of_work():
        contact.burn(case_of(reference), actor=person_of(reference), name_too=False)
    assert sealed(reference) == ({"name": "Given Family", "organisation": "Water Users"}, None, None)
    with unit_of_work():
        contact.burn(case_of(reference), actor=person_of(reference), name_too=True)
    assert sealed(reference) == (None, None, None)
    case = case_of(reference)
    assert (case.identity, case.road) == (Identity.ANONYMOUS, Road.NONE)
    before = kinds(reference)
    with unit_of_work():
        contact.burn(case_of(reference), actor=person_of(reference), name_too=True)
    assert kinds(reference) == before


def test_the_class_follows_the_identity(reference):
    change(reference, Identity.CONFIDENTIAL, Road.NONE)
    assert case_of(reference).class_ is CaseClass.CONFIDENTIAL
    change(reference, Identity.ANONYMOUS, Road.NONE)
    assert case_of(reference).class_ is CaseClass.ORDINARY


def test_a_restricted_case_stays_restricted(site):
    reference = states.a_case(site, harms_child=True)
    change(reference, Identity.CONFIDENTIAL, Road.NONE)
    assert case_of(reference).class_ is CaseClass.RESTRICTED
    change(reference, Identity.ANONYMOUS, Road.NONE)
    assert case_of(reference).class_ is CaseClass.RESTRICTED


def test_only_the_person_and_those_who_may_see_the_contact_change_it(site, reference):
    change(reference, Identity.NAMED, Road.DIRECT, FULL, actor=states.staff(Role.COORDINATOR, site_id=site))
    for stranger in (
        states.staff(Role.AUDITOR, site_id=site),
        states.staff(Role.ADMIN, site_id=site),
        person_of(states.a_case(site)),
    ):
        with pytest.raises(NotAllowed):
            change(reference, Identity.NAMED, Road.NONE, actor=stranger)
    assert case_of(reference).road is Road.DIRECT


def test_who_takes_a_restricted_concern_down_can_leave_the_contact_with_it_once(site, clock):
    taker = states.staff(Role.LIAISON, site_id=site)
    with unit_of_work():
        found = intake.take_down(
            intake.new_token(),
            intake.Concern(what_happened="Told in the village.", harms_child=True, channel="walk_in"),
            site_id=site,
            received_at=clock.now,
            actor=taker,
        )
    change(found.reference, Identity.NAMED, Road.DIRECT, FULL, actor=taker)
    with pytest.raises(NotAllowed):
        change(found.reference, Identity.NAMED, Road.NONE, actor=taker)


def test_the_first_contact_at_receipt_is_no_news(site):
    concern = intake.Concern(what_happened="Dust.", identity=Identity.NAMED, road=Road.DIRECT)
    with unit_of_work():
        found = intake.submit(intake.new_token(), concern, site_id=site, reach=FULL)
    assert kinds(found.reference) == ["CaseReceived"]
    assert sealed(found.reference)[1] == {"email": "Person@example.org", "phone": "+381111234567"}
