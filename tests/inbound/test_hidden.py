"""What may be a survivor's is hidden from the moment on at which that is known, whatever became of its case."""

from datetime import timedelta

import pytest

from engage.domain.lifecycle import Stage
from engage.domain.policy import SYSTEM, Role
from engage.domain.received_mail import MailState
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import ReceivedMail
from engage.services import erasing, triage
from engage.services.inbound import claims, deciding, finding, processing
from engage.services.lane import moving
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    STRANGER,
    a_case_by_mail,
    a_mail,
    answer_to,
    came,
    item_of,
    notice_of,
    notices,
    seen_by,
)


def erased(reference: str) -> None:
    """A case that ended long ago, of which nothing but its record is left."""
    with unit_of_work():
        case = states.case_of(reference)
        case.stage, case.closed_at, case.close_type = Stage.CLOSED, case.received_at, "withdrawn"
        erasing.erase(case, Scope.EVERYTHING, "age", actor=SYSTEM)


def test_a_mail_in_the_pen_is_hidden_with_the_case_it_may_belong_to(team):
    reference = a_case_by_mail(team.site_id)
    mail = came(a_mail("It was him again.", sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    other = came(a_mail("Dust."))
    assert [one.id for one in seen_by(team.coordinator)] == [mail.id]
    before = {one.id for one in notices()}
    states.act(reference, triage.restrict, "category", actor=team.coordinator)
    assert seen_by(team.coordinator) == []
    assert [one.id for one in seen_by(team.focal)] == [mail.id]
    told = [one for one in notices() if one.id not in before and one.template == "item_for_you"]
    assert {one.user_id for one in told} == {team.focal.id, team.second_focal.id}
    assert [one.id for one in seen_by(states.staff((Role.COORDINATOR, None)))] == [other.id]


def test_a_mail_that_was_being_attached_as_its_case_became_restricted_is_hidden_too(team):
    reference = a_case_by_mail(team.site_id)
    mail, chief = came(a_mail("It was him again.")), states.staff((Role.COORDINATOR, None))
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=chief)
    states.act(reference, triage.restrict, "category", actor=team.coordinator)
    processing.process_due()
    assert item_of(mail).troubles == ["could_not_be_placed"]
    assert seen_by(chief) == []
    assert [one.id for one in seen_by(team.focal)] == [mail.id]


def test_an_answer_to_a_restricted_case_that_was_erased_waits_for_its_focal_points_alone(team, reference):
    address = answer_to(notice_of(reference))
    erased(reference)
    before = {one.id for one in notices()}
    mail = came(a_mail("It was him again.", to=address))
    assert (mail.state, item_of(mail).troubles) == (MailState.PEN, ["case_gone"])
    assert seen_by(states.staff((Role.COORDINATOR, None))) == []
    assert [one.id for one in seen_by(team.focal)] == [mail.id]
    assert {one.user_id for one in notices() if one.id not in before} == {team.focal.id, team.second_focal.id}


@pytest.mark.parametrize("is_erased", [True, False])
def test_a_survivors_mail_that_nothing_could_read_at_first_is_no_case_of_a_coordinator(
    clock, team, reference, monkeypatch, is_erased
):
    address = answer_to(notice_of(reference))
    if is_erased:
        erased(reference)
    else:
        with unit_of_work():
            moving.move(states.cases.lock(reference, team.focal), actor=team.focal)  # before the notice has left
    with monkeypatch.context() as patched:
        patched.setattr(finding, "answered", lambda *_: 1 / 0)
        mail = came(a_mail("I am here.", to=address))
        for _ in range(claims.TRIES):
            clock.advance(timedelta(hours=7))
            processing.process_due()
    chief = states.staff((Role.COORDINATOR, None))
    with unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=chief)
    processing.process_due()
    assert db.session.get_one(ReceivedMail, mail.id, populate_existing=True).state is MailState.PEN
    assert (seen_by(chief), seen_by(team.coordinator)) == ([], [])
