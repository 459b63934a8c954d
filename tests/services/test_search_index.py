"""The words of cases: what is indexed, when it changes, and what never is."""

import pytest
from sqlalchemy import text

from engage.domain.policy import Role
from engage.domain.words import searchable, wanted
from engage.queries import search
from engage.services import conversation, search_index, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def found(session, actor, words) -> list[str]:
    session.rollback()
    return [session.get_one(states.Case, key).reference for key in search.find(actor, words)]


def rows(session) -> int:
    session.rollback()
    return session.execute(text("SELECT count(*) FROM case_words")).scalar_one()


def test_a_concern_is_found_by_its_words_the_newest_first(session, team):
    first, second = (states.a_case(team.site_id, what_happened=words) for words in ("Grey dust", "Dust again"))
    assert found(session, team.coordinator, "dust") == [second, first]
    assert found(session, team.coordinator, "gre dus") == [first]


def test_what_is_written_later_is_found_and_keeps_the_place_of_its_case(session, team):
    first, second = states.an_acknowledged_case(team), states.an_acknowledged_case(team)
    act(first, conversation.reply, "We sent the hydrologist.", actor=team.coordinator)
    act(second, conversation.note, "Hydrologist is on leave.", actor=team.coordinator)
    act(first, conversation.note, "Hydrologist is back.", actor=team.coordinator)
    assert found(session, team.coordinator, "hydrologist") == [second, first]
    assert rows(session) == 2


def test_words_of_a_transaction_that_was_undone_are_not_found(session, team):
    reference = states.an_acknowledged_case(team)
    with pytest.raises(RuntimeError), unit_of_work():
        conversation.note(case_of(reference), "Zanzibar", actor=team.coordinator)
        raise RuntimeError
    assert found(session, team.coordinator, "zanzibar") == []


def test_a_case_that_becomes_restricted_is_out_of_the_index_and_stays_out(session, team):
    reference = states.an_acknowledged_case(team, what_happened="Dust")
    act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    assert rows(session) == 0
    act(reference, conversation.note, "Dust", actor=team.focal)
    with unit_of_work():
        search_index.index(case_of(reference))
    assert rows(session) == 0
    for actor in (team.focal, team.coordinator):
        assert found(session, actor, "dust") == []
    assert found(session, team.focal, reference) == [reference]


def test_a_case_that_comes_in_restricted_is_never_indexed(session, team):
    states.a_case(team.site_id, what_happened="Dust", harms_child=True)
    assert rows(session) == 0


def test_indexing_and_forgetting_twice_is_safe(session, team):
    reference = states.a_case(team.site_id, what_happened="Dust")
    for _ in range(2):
        with unit_of_work():
            search_index.index(case_of(reference))
    assert (rows(session), found(session, team.coordinator, "dust")) == (1, [reference])
    for _ in range(2):
        with unit_of_work():
            search_index.forget(case_of(reference).id)
    assert (rows(session), found(session, team.coordinator, "dust")) == (0, [])
    with unit_of_work():
        search_index.index(case_of(reference))
    assert (rows(session), found(session, team.coordinator, "dust")) == (1, [reference])


def test_only_the_newest_that_one_may_see_are_found(session, team, monkeypatch):
    monkeypatch.setattr(search, "MOST", 3)
    mine = [states.a_case(team.site_id, what_happened="Dust") for _ in range(4)]
    elsewhere = states.a_site("KOL")
    for _ in range(4):
        states.a_case(elsewhere, what_happened="Dust")
    assert found(session, team.coordinator, "dust") == mine[:0:-1]


@pytest.mark.postgres
@pytest.mark.parametrize("values", [{"_WINDOW": 1}, {"_WINDOW": 2, "_FREQUENT": 1}, {"_WINDOW": 5}])
def test_frequent_and_rare_words_are_found_alike(session, team, monkeypatch, values):
    for name, value in values.items():
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr(search, "MOST", 3)
    cases = [states.a_case(team.site_id, what_happened="Dust") for _ in range(5)]
    assert found(session, team.coordinator, "dust") == cases[:1:-1]


def test_a_megabyte_of_words_is_taken_and_found_by_its_beginning(session, team):
    reference = states.a_case(team.site_id, what_happened="Dust " + " ".join(f"w{n:x}" for n in range(150_000)))
    assert found(session, team.coordinator, "dust") == [reference]


def test_an_officer_finds_no_confidential_case_that_is_not_theirs(session, team):
    officer = states.staff(Role.OFFICER, site_id=team.site_id)
    states.a_case(team.site_id, what_happened="Dust", identity=states.intake.Identity.CONFIDENTIAL)
    assert found(session, officer, "dust") == []


def test_words_are_compared_without_case_and_accents():
    assert searchable("Ñandú, ЁЖ straße-42!") == ["nandu", "еж", "strasse", "42"]
    assert wanted("dust dust Dúst " + " ".join(str(n) for n in range(20))) == ["dust", *(str(n) for n in range(7))]


def test_words_that_were_forgotten_lie_in_no_part_of_the_index(session, team):
    """SQLite keeps what was deleted in its parts until they are merged; PostgreSQL keeps no word apart from its row."""
    reference = states.an_acknowledged_case(team, what_happened="Zanzibar")
    with unit_of_work():
        search_index.forget(case_of(reference).id)
    for _ in range(2):
        with unit_of_work():
            search_index.settle()
    assert rows(session) == 0
    if session.get_bind().dialect.name == "sqlite":
        parts = session.execute(text("SELECT block FROM case_words_data")).scalars().all()
        assert not any(b"zanzibar" in part for part in parts)
