"""Whom a case or a report is about neither reads what may belong to it in the holding pen nor hears that it came."""

from datetime import timedelta

import pytest

from engage.domain.conflicts import Employed, SubjectKind
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseSubject
from engage.queries import pen
from engage.services import cases, conflicts, lines
from engage.services.inbound import reminding
from engage.services.lane import erasing as lane_erasing
from engage.services.lane import moving, subjects
from engage.services.lane.record import lock_own
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.by_text import text
from tests.inbound.mails import (
    SITE,
    STRANGER,
    a_case_by_mail,
    a_mail,
    answer_to,
    came,
    notice_of,
    notices,
    seen_by,
)
from tests.inbound.test_hidden import erased
from tests.services.test_roads import NUMBER, a_case, owed_to


def accuse(reference, actor):
    with unit_of_work():
        db.session.add(CaseSubject(case_id=states.case_of(reference).id, user_id=actor.id))


def moved(reference, actor):
    with unit_of_work():
        return moving.move(cases.lock(reference, actor), actor=actor)


def ids_of(actor) -> list[object]:
    return [one.id for one in seen_by(actor)]


def told_by(deed) -> set[object]:
    before = {one.id for one in notices()}
    deed()
    return {one.user_id for one in notices() if one.id not in before}


def test_an_accused_focal_point_neither_reads_nor_hears_of_a_mail_that_names_the_moved_case(clock, team, reference):
    accuse(reference, team.second_focal)
    moved(reference, team.focal)
    raw = a_mail(f"About {reference}: he came again.", to=SITE, sender=STRANGER)
    assert told_by(lambda: came(raw)) == {team.focal.id}
    assert (len(ids_of(team.focal)), ids_of(team.second_focal)) == (1, [])
    clock.advance(timedelta(days=3))
    assert told_by(reminding.remind) == {team.focal.id}
    clock.advance(timedelta(days=20))
    assert told_by(reminding.remind) == {team.focal.id}


def test_an_accused_focal_point_does_not_read_a_text_from_her_number_after_the_move(clock, gateway, team):
    reference = a_case(team)
    owed_to(reference)
    states.act(reference, cases.restrict, "category", actor=team.coordinator)
    accuse(reference, team.second_focal)
    moved(reference, team.focal)
    assert told_by(lambda: text("Hello", sender=NUMBER)) == {team.focal.id}
    assert (len(ids_of(team.focal)), ids_of(team.second_focal)) == (1, [])


def test_what_was_hidden_from_an_accused_focal_point_stays_hidden_when_its_case_moves(team, reference):
    accuse(reference, team.second_focal)
    mail = came(a_mail("It was him again.", sender=STRANGER, to=SITE, subject=reference))
    assert (ids_of(team.focal), ids_of(team.second_focal)) == ([mail.id], [])
    moved(reference, team.focal)
    assert (ids_of(team.focal), ids_of(team.second_focal)) == ([mail.id], [])


def test_who_is_named_in_the_lane_no_longer_reads_what_waits(team, reference):
    report_id = moved(reference, team.focal)
    mail = came(a_mail(f"About {reference}: he came again.", to=SITE, sender=STRANGER))
    assert ids_of(team.second_focal) == [mail.id]
    with unit_of_work():
        subjects.name(lock_own(report_id), team.second_focal.id, actor=team.focal)
    assert (ids_of(team.focal), ids_of(team.second_focal)) == ([mail.id], [])


def test_nobody_whom_a_report_was_about_reads_what_may_belong_to_it_once_it_is_erased(team, reference):
    accuse(reference, team.second_focal)
    report_id = moved(reference, team.focal)
    first = came(a_mail(f"About {reference}: he came again.", to=SITE, sender=STRANGER))
    with unit_of_work():
        lane_erasing.erase(lock_own(report_id), actor=states.Actor(None, states.Party.PERSON, case_id=report_id))
    second = came(a_mail(f"About {reference}: and again.", to=SITE, sender=STRANGER))
    assert set(ids_of(team.focal)) == {first.id, second.id}
    assert ids_of(team.second_focal) == []


@pytest.mark.parametrize("names", ["a notice", "a signed address"])
def test_an_answer_to_an_erased_restricted_case_is_not_read_by_whom_it_was_about(team, reference, names):
    accuse(reference, team.second_focal)
    notice = notice_of(reference)
    to = {"a notice": {"in_reply_to": f"<{notice.id}@engage.test>"}, "a signed address": {"to": answer_to(notice)}}
    erased(reference)
    assert told_by(lambda: came(a_mail("It was him again.", **to[names]))) == {team.focal.id}
    assert (len(ids_of(team.focal)), ids_of(team.second_focal)) == (1, [])


def test_an_answer_to_an_erased_case_is_not_read_by_the_coordinator_whom_it_was_about(team):
    reference = a_case_by_mail(team.site_id)
    accuse(reference, team.coordinator)
    notice = notice_of(reference)
    erased(reference)
    mail = came(a_mail("It was her again.", to=answer_to(notice)))
    assert (ids_of(team.coordinator), ids_of(team.second_coordinator)) == ([], [mail.id])
    assert list(pen.page(mail.id, team.second_coordinator).guesses) == []
    assert [one.guesses for one in pen.waiting(team.second_coordinator)] == [[]]


def test_whom_an_erased_case_was_about_stays_out_whoever_changes_places(team):
    reference, admin = a_case_by_mail(team.site_id), states.staff((Role.ADMIN, None))
    water, nowhere = Employed(None, "Water", None), Employed(None, None, None)
    with unit_of_work():
        lines.place(team.coordinator.id, water, actor=admin)
    states.act(reference, conflicts.name_place, SubjectKind.DEPARTMENT, "Water", actor=team.second_coordinator)
    notice = notice_of(reference)
    erased(reference)
    came(a_mail("It was her again.", to=answer_to(notice)))
    with unit_of_work():
        lines.place(team.coordinator.id, nowhere, actor=admin)
    assert (ids_of(team.coordinator), len(ids_of(team.second_coordinator))) == ([], 1)
