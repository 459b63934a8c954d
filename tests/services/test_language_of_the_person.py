"""A person is written to in their own language, and what they wrote stays as they wrote it (domain R10)."""

import pytest

from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import Correction, Statement
from engage.services import contact, corrections, delivery, intake, triage, verifying
from engage.services.intake import AnotherConcern, Concern
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import ADDRESS
from tests.promised import breaks_of
from tests.states import act, case_of, person_of

ARABIC = "ar@pseudo"
# Both ways of writing é, marks of direction, a line of Windows, spaces at the ends: nothing of it is tidied up.
WORDS = "  \u202bالغبار\u202c يغطي بيتنا.\r\nCafe\u0301, café \u200d😷\t\n "


@pytest.fixture
def peer(clock, peer):
    return peer


@pytest.fixture
def team(peer):
    return states.Team()


def submitted(team, token, words=WORDS, locale=ARABIC):
    concern = Concern(words, locale=locale, identity=Identity.NAMED, road=Road.DIRECT)
    with unit_of_work():
        reach = contact.Values(name="Amina", email=ADDRESS)
        return intake.submit(token, concern, site_id=team.site_id, reach=reach).reference


def texts_to_person(peer):
    delivery.drain()
    return [mail.get_body(("plain",)).get_content() for mail in peer.to(ADDRESS)]


def is_arabic(text):
    return sum("\u0600" <= char <= "\u06ff" for char in text) > len(text) / 3


def stated(reference):
    db.session.rollback()
    return db.session.get_one(Statement, case_of(reference).id, populate_existing=True).what_happened


def test_r10_who_writes_in_a_language_is_answered_in_it(team, peer):
    reference = submitted(team, intake.new_token())
    [receipt] = texts_to_person(peer)
    assert is_arabic(receipt)
    act(reference, triage.acknowledge, actor=team.coordinator)
    *_, acknowledgement = texts_to_person(peer)
    assert len(peer.to(ADDRESS)) == 2
    assert is_arabic(acknowledgement)
    assert reference in acknowledgement


def test_r10_where_we_have_no_words_in_a_language_it_is_english_rather_than_nothing(team, peer):
    submitted(team, intake.new_token(), locale="wo")
    [receipt] = texts_to_person(peer)
    assert "Thank you" in receipt
    assert not is_arabic(receipt)


def test_r10_the_words_of_the_person_stay_byte_for_byte_whatever_is_tried(team, peer):
    token = intake.new_token()
    reference = submitted(team, token)
    with pytest.raises(AnotherConcern):
        intake.already_received(token, {"what_happened": "Nothing happened."})
    assert submitted(team, token, "Nothing happened.") == reference
    act(reference, corrections.ask, "It was no dust.", "It was smoke.", actor=person_of(reference))
    row_id = db.session.query(Correction).one().id
    act(reference, triage.acknowledge, actor=team.coordinator)
    act(reference, corrections.answer, row_id, "We see.", accepted=True, actor=team.coordinator)
    assert stated(reference).encode() == WORDS.encode()
    assert (breaks_of(reference), verifying.verify().broken) == ([], [])
