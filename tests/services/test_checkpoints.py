"""Checkpoints: one a day, signed, over every case, with restricted ones in a tree of their own."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.policy import Role
from engage.models import CaseHead, Checkpoint, OutboxMessage
from engage.services import access, checkpoints, delivery, triage, verifying
from engage.services.chain import GENESIS, hash_over
from engage.services.checkpoints import heads_at, leaves_at
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def all_of(session) -> list[Checkpoint]:
    session.rollback()
    return list(session.scalars(select(Checkpoint).order_by(Checkpoint.number)))


def test_one_is_made_of_a_day_however_often_it_is_asked_for(team, clock, session):
    states.an_assessed_case(team)
    assert [checkpoints.make() for _ in range(3)] == [1, 0, 0]
    clock.advance(DAY)
    assert checkpoints.make() == 1
    first, second = all_of(session)
    assert json.loads(first.text)["previous"] == GENESIS
    assert json.loads(second.text)["previous"] == hash_over(first.text)
    assert vault.is_signed(first.text, first.signature, vault.public_key())
    assert not vault.is_signed(first.text + " ", first.signature, vault.public_key())
    assert not vault.is_signed(first.text, "no hexadecimal", vault.public_key())


def test_only_what_moved_is_noted_again(team, clock, session):
    still, moving = states.an_assessed_case(team), states.an_assessed_case(team)
    checkpoints.make()
    clock.advance(DAY)
    access.record_access(case_of(moving).id, team.officer, "case")
    checkpoints.make()
    rows = session.scalars(select(CaseHead).order_by(CaseHead.checkpoint_number)).all()
    assert {(row.case_id, row.checkpoint_number) for row in rows} == {
        (case_of(still).id, 1),
        (case_of(moving).id, 1),
        (case_of(moving).id, 2),
    }
    assert (rows[-1].accesses, rows[0].accesses) == (1, 0)
    assert len(leaves_at(2)) == len(leaves_at(1)) == 2
    assert len(set(leaves_at(2)) & set(leaves_at(1))) == 1


def test_nobody_learns_from_the_published_that_a_case_became_restricted(team, clock, session):
    """The ordinary tree goes on holding what it saw last, so its leaves are not fewer."""
    ordinary, moved = states.an_acknowledged_case(team), states.an_acknowledged_case(team)
    hidden = states.a_case(team.site_id, category="GBV")
    checkpoints.make()
    before = leaves_at(1)
    act(moved, triage.restrict, "It is about violence.", actor=team.coordinator)
    clock.advance(DAY)
    checkpoints.make()
    assert leaves_at(2) == before
    restricted = {head.case_id for head in heads_at(2, restricted=True)}
    assert restricted == {case_of(hidden).id, case_of(moved).id}
    assert case_of(ordinary).id not in restricted
    said = [json.loads(row.text) for row in all_of(session)]
    assert said[0]["root"] == said[1]["root"]
    assert said[0]["restricted_root"] != said[1]["restricted_root"]
    assert verifying.verify().broken == []


def test_auditors_are_sent_what_they_can_keep(team, session, clock):
    with unit_of_work():
        session.query(OutboxMessage).delete()
    gone = states.staff(Role.AUDITOR, site_id=team.site_id, is_active=False)
    checkpoints.make()
    rows = session.scalars(select(OutboxMessage)).all()
    assert {row.user_id for row in rows} == {team.auditor.id}
    assert gone.id not in {row.user_id for row in rows}
    said = json.loads(rows[0].context["document"])
    (made,) = all_of(session)
    assert said == checkpoints.text_of(made)
    assert said["checkpoint"]["number"] == 1


def test_the_mail_to_an_auditor_leads_to_the_page_of_all_checkpoints(team, session, clock, settings):
    checkpoints.make()
    delivery.drain()
    mails = [path.read_text("utf-8") for path in (settings.VAR / "mail").rglob("*.eml")]
    assert any("Checkpoint 1 of the record" in mail and "/transparency/checkpoints" in mail for mail in mails)


def test_an_empty_service_has_a_checkpoint_too(session, clock, sent_tasks):
    assert checkpoints.make() == 1
    (made,) = all_of(session)
    assert json.loads(made.text)["changes_hash"] == GENESIS
    assert leaves_at(1) == []


def test_of_two_that_make_it_at_once_one_gives_way(team, clock, session):
    """The second finds that there is one of the day, which it did not see when it began."""
    today, yesterday = clock.now.date(), clock.now.date() - DAY
    with unit_of_work():
        for number, on in ((1, today), (2, yesterday)):
            session.add(Checkpoint(number=number, on=on, made_at=clock.now, text="", public_key="", signature=""))
    assert checkpoints.make() == 0
    assert len(all_of(session)) == 2
