"""Whoever raises a concern by text gets a link to make a code, and another one where they missed the first."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as engage_clock
from engage.domain.case import CaseClass
from engage.domain.policy import Role
from engage.domain.texts import parts_of
from engage.extensions import db
from engage.models import Case, CodeLink, ContactPreference, Errand
from engage.services import delivery, receipt_codes, sites, texts
from engage.services.inbound import deciding
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.by_text import OTHERS, a_case_of, decide, text
from tests.inbound.mails import messages_of, notices
from tests.services.by_text import NUMBER, a_case, owed_to
from tests.web.as_person import Person, code_on, words


@pytest.fixture
def team(session, clock, gateway):
    made = states.Team()
    with unit_of_work():
        sites.ensure_group_intake()
    return made


@pytest.fixture
def approver(team):
    return states.staff((Role.APPROVER, None))


@pytest.fixture
def raised(team, approver):
    """A case that somebody raised by text, of which they have a first link."""
    made = a_case_of(text(), approver)
    delivery.drain()
    return made


def write(said, *, sender=OTHERS, name="again-1"):
    with unit_of_work():
        texts.receive(name, sender, said)
    assert texts.read_waiting() == 1
    delivery.drain()


def links_to(gateway, number=OTHERS):
    return [one for one in gateway.to(number) if "/case/link/" in one]


def link_in(said: list[str]) -> str:
    """The newest link among them."""
    return [found[1] for one in said if (found := re.search(r"https://localhost(/case/link/\S+)", one))][-1]


def test_whoever_raised_a_concern_by_text_gets_a_link_by_text_and_follows_it(client, team, gateway, approver):
    case = a_case_of(text(), approver)
    delivery.drain()
    said = gateway.to(OTHERS)
    assert len(said) == 2  # that we have it, and the link
    for one in said:
        assert case.reference not in one
        assert parts_of(one) == 1
    link = link_in(said)
    code = code_on(Person(client).send(link))
    with unit_of_work():
        assert receipt_codes.open_case(code).case_id == case.id
    with pytest.raises(receipt_codes.DeadLink):
        receipt_codes.check_link(link.rpartition("/")[2])


def test_the_link_by_text_is_as_old_as_one_by_mail_may_be(team, gateway, approver, clock):
    a_case_of(text(), approver)
    delivery.drain()
    link = link_in(gateway.to(OTHERS)).rpartition("/")[2]
    receipt_codes.check_link(link)
    clock.advance(receipt_codes.LINK_LIVES)
    with pytest.raises(receipt_codes.DeadLink):
        receipt_codes.check_link(link)


def test_the_same_text_becomes_one_case_and_one_link(team, gateway, approver):
    mail = text()
    for _ in range(2):
        decide(deciding.make_case, mail.id, "BOR", actor=approver)
    delivery.drain()
    assert len(db.session.scalars(select(CodeLink)).all()) == 1
    assert len(gateway.to(OTHERS)) == 2


@pytest.mark.parametrize("why", ["others read the phone", "no more texts", "restricted meanwhile", "no gateway"])
def test_no_link_goes_to_a_phone_where_it_may_not(team, gateway, approver, change_settings, why):
    case = a_case_of(text(), approver)
    with unit_of_work():
        case = db.session.get_one(Case, case.id)
        if why == "restricted meanwhile":
            case.class_ = CaseClass.RESTRICTED
        elif why != "no gateway":
            stopped_at = engage_clock.utcnow() if why == "no more texts" else None
            shares = why == "others read the phone"
            db.session.add(ContactPreference(case_id=case.id, shares_phone=shares, stopped_at=stopped_at))
    if why == "no gateway":
        change_settings(SMS_GATEWAY=None)
    delivery.drain()
    assert not [one for one in gateway.to(OTHERS) if "/case/link/" in one]
    [row] = [one for one in notices() if one.template == "first_code_link"]
    assert row.road == "withheld"
    assert db.session.scalars(select(Errand)).all() == []


def test_whoever_missed_the_day_of_their_link_asks_for_another_by_text(client, gateway, clock, raised):
    first = link_in(gateway.to(OTHERS))
    clock.advance(timedelta(days=2))
    dead = client.get(first)
    assert (dead.status_code, "send the word CODE to the same number" in words(dead)) == (410, True)
    write(" Code! ")
    second = link_in(gateway.to(OTHERS))
    assert second != first
    code = code_on(Person(client).send(second))
    with unit_of_work():
        assert receipt_codes.open_case(code).case_id == raised.id
    assert messages_of(raised.reference) == []


def test_where_no_texts_are_taken_nobody_is_told_to_send_one(client, team, change_settings):
    change_settings(SMS_GATEWAY=None)
    assert "the word CODE" not in client.get("/case/link/x").text


def test_who_asks_again_and_again_gets_one_link_an_hour_and_three_a_day(gateway, clock, raised):
    for number in range(2):
        write("CODE", name=f"soon-{number}")
    assert len(links_to(gateway)) == 1
    for number in range(4):
        clock.advance(timedelta(hours=2))
        write("CODE", name=f"later-{number}")
    assert len(links_to(gateway)) == 3
    assert messages_of(raised.reference) == []


@pytest.mark.parametrize("why", ["a code was made", "others read the phone", "restricted meanwhile"])
def test_where_no_link_may_go_to_the_phone_the_word_is_read_by_somebody(client, gateway, clock, raised, why):
    if why == "a code was made":
        code_on(Person(client).send(link_in(gateway.to(OTHERS))))
    with unit_of_work():
        case = db.session.get_one(Case, raised.id)
        if why == "restricted meanwhile":
            case.class_ = CaseClass.RESTRICTED
        if why == "others read the phone":
            db.session.add(ContactPreference(case_id=case.id, shares_phone=True))
    clock.advance(timedelta(days=2))
    write("CODE")
    assert len(links_to(gateway)) == 1
    assert [one.words for one in messages_of(raised.reference)] == ["CODE"]


def test_of_a_case_that_was_not_raised_by_text_no_link_goes_to_the_phone(team, gateway):
    reference = a_case(team)
    owed_to(reference)
    write("CODE", sender=NUMBER)
    assert links_to(gateway, NUMBER) == []
    assert [one.words for one in messages_of(reference)] == ["CODE"]


def test_of_two_cases_of_one_phone_no_link_goes_to_who_may_be_the_other(team, approver, gateway, raised):
    other = a_case(team, phone=OTHERS)
    owed_to(other)
    write("CODE")
    assert len(links_to(gateway)) == 1
