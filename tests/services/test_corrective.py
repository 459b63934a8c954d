"""What we change because of one case so that it does not happen again, with owner, date and evidence (domain R53)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound

from engage import clock as our_time
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import CorrectiveAction, OutboxMessage, SystemicIssue
from engage.queries import corrective as reading
from engage.queries import systemic as issues
from engage.services import cases, conflicts, corrective, systemic
from engage.services.corrective import Change
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, kinds_of, with_case
from tests.states import act, case_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def change(owner, **values):
    return Change(**{"words": "Wet the road twice a day.", "owner_id": owner.id, "due_at": in_days(20), **values})


def in_days(count):
    return our_time.utcnow() + count * DAY


def the_action() -> CorrectiveAction:
    return db.session.scalars(select(CorrectiveAction).execution_options(populate_existing=True)).one()


def told():
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def refused(*args, **values) -> str:
    with pytest.raises(Refused) as error:
        act(*args, **values)
    return error.value.refusal.code


def test_r53_a_case_has_corrective_actions_with_owner_date_and_evidence_that_outlive_it(team):
    reference, colleague = states.a_closed_case(team), states.staff(Role.OFFICER, site_id=team.site_id)
    forget_notices()
    act(reference, corrective.decide, change(colleague), actor=team.officer)
    assert told() == {("task_for_you", colleague.id)}
    row = the_action()
    with pytest.raises(NotAllowed):
        act(reference, corrective.finish, row.id, "Photo.", actor=team.custodian)
    act(reference, corrective.finish, row.id, "Photo of the tank.", actor=team.coordinator)
    assert (the_action().evidence, the_action().finished_by_id) == ("Photo of the tank.", team.coordinator.id)
    assert kinds_of(reference)[-2:] == ["CorrectiveActionDecided", "CorrectiveActionDone"]
    assert breaks_of(reference) == []
    assert refused(reference, corrective.finish, row.id, "Again.", actor=team.coordinator) == "item_done"


def test_what_the_person_may_read_is_told_to_them_and_takes_no_right_from_them(team, reference):
    silence = change(team.officer, shared_words="You give up your right to go to court.")
    assert refused(reference, corrective.decide, silence, actor=team.officer) == "waiver_wording"
    forget_notices()
    act(reference, corrective.decide, change(team.officer, shared_words="We water the road."), actor=team.officer)
    act(reference, corrective.decide, change(team.officer, shared_words="  "), actor=team.officer)
    assert told() == {("case_news", None)}
    [shown] = reading.shared_in(case_of(reference).id)
    assert shown.shared_words == "We water the road."
    forget_notices()
    act(reference, corrective.finish, shown.id, "Photo.", actor=team.officer)
    assert told() == {("case_news", None)}


def test_it_says_what_is_changed_by_whom_and_by_a_day_that_lies_ahead(team, reference):
    decide = (reference, corrective.decide)
    assert refused(*decide, change(team.officer, words=" "), actor=team.officer) == "reason_needed"
    assert refused(*decide, change(team.officer, due_at=in_days(0)), actor=team.officer) == "date_is_past"
    assert refused(*decide, change(team.auditor), actor=team.officer) == "owner_cannot_see"
    nobody = change(team.officer, owner_id=uuid.uuid4())
    assert refused(*decide, nobody, actor=team.officer) == "owner_cannot_see"
    with pytest.raises(NotAllowed):
        act(*decide, change(team.officer), actor=team.custodian)
    act(*decide, change(team.officer), actor=team.officer)
    finish = (reference, corrective.finish)
    assert refused(*finish, the_action().id, " ", actor=team.officer) == "reason_needed"
    assert refused(*finish, uuid.uuid4(), "Photo.", actor=team.officer) == "nothing_to_finish"
    other = states.an_assessed_case(team)
    assert refused(other, corrective.finish, the_action().id, "Photo.", actor=team.officer) == "nothing_to_finish"
    with pytest.raises(NoResultFound), unit_of_work():
        systemic.finish_action(the_action().id, "Photo.", actor=team.coordinator)


def test_whoever_the_case_is_about_changes_nothing_because_of_it(team, reference):
    act(reference, corrective.decide, change(team.officer), actor=team.coordinator)
    act(reference, conflicts.name_person, team.officer.id, actor=team.coordinator)
    assert refused(reference, corrective.decide, change(team.officer), actor=team.coordinator) == "about_them"
    assert not corrective.may_finish(team.officer, the_action(), case_of(reference))
    with pytest.raises(NoResultFound):
        act(reference, corrective.finish, the_action().id, "Photo.", actor=team.officer)


def test_of_a_restricted_case_only_the_focal_points_know(team, reference):
    act(reference, corrective.decide, change(team.officer, due_at=in_days(1)), actor=team.coordinator)
    with_case(reference, cases.restrict, "category", actor=team.coordinator)
    with pytest.raises(NoResultFound):
        act(reference, corrective.finish, the_action().id, "Photo.", actor=team.officer)
    assert refused(reference, corrective.decide, change(team.officer), actor=team.focal) == "owner_cannot_see"
    forget_notices()
    assert corrective.remind_due(in_days(1)) == 1
    assert told() == {("item_for_you", team.focal.id), ("item_for_you", team.second_focal.id)}
    act(reference, corrective.finish, the_action().id, "Photo.", actor=team.focal)


def test_its_owner_is_reminded_once_when_it_falls_due(team, reference):
    act(reference, corrective.decide, change(team.officer, due_at=in_days(2)), actor=team.coordinator)
    forget_notices()
    assert corrective.remind_due() == 0
    assert corrective.remind_due(in_days(2)) == 1
    assert corrective.remind_due(in_days(2)) == 0
    assert told() == {("task_due", team.officer.id)}
    act(reference, corrective.decide, change(team.officer, due_at=in_days(3)), actor=team.coordinator)
    assert kinds_of(reference)[-2:] == ["CorrectiveActionDue", "CorrectiveActionDecided"]


def test_a_case_in_other_hands_one_that_was_done_meanwhile_and_one_that_fails_stop_no_other(
    team, reference, monkeypatch
):
    act(reference, corrective.decide, change(team.officer, due_at=in_days(1)), actor=team.coordinator)
    free = cases.lock_if_free
    monkeypatch.setattr(corrective.cases, "lock_if_free", lambda case_id: None)
    assert corrective.remind_due(in_days(1)) == 0

    def finished_meanwhile(case_id):
        row = the_action()
        row.finished_at, row.finished_by_id = our_time.utcnow(), team.officer.id
        db.session.flush()
        return free(case_id)

    monkeypatch.setattr(corrective.cases, "lock_if_free", finished_meanwhile)
    assert corrective.remind_due(in_days(1)) == 0
    monkeypatch.undo()
    other = states.an_assessed_case(team)
    act(other, corrective.decide, change(team.officer, due_at=in_days(1)), actor=team.coordinator)
    record = corrective.record
    monkeypatch.setattr(corrective, "record", lambda *args, **values: record(None))
    assert corrective.remind_due(in_days(1)) == 0
    monkeypatch.setattr(corrective, "record", record)
    assert corrective.remind_due(in_days(1)) == 1


def test_r53_when_the_case_joins_a_systemic_issue_each_lists_the_other(team, session):
    first, second, third = (states.an_assessed_case(team, category="AIR", community="Upper village") for _ in range(3))
    act(first, corrective.decide, change(team.officer), actor=team.officer)
    systemic.watch()
    issue = session.scalars(select(SystemicIssue)).one()
    with unit_of_work():
        systemic.add_action(issue.id, "Pave it.", team.officer.id, in_days(9), actor=team.coordinator)
    page = issues.issue_page(issue.id, team.coordinator)
    assert [(row.words, name) for row, name, _ in page.of_cases] == [("Wet the road twice a day.", "officer")]
    assert page.of_cases[0][2] == first
    assert issues.issue_page(issue.id, team.liaison).of_cases == []
    found = reading.of(case_of(first).id, team.coordinator)
    assert (len(found.own), found.issue.id) == (1, issue.id)
    assert [row.words for row, _ in found.of_issue] == ["Pave it."]
    assert set(found.others) == {second, third}
    with_case(second, cases.restrict, "category", actor=team.coordinator)
    assert reading.of(case_of(first).id, team.coordinator).others == [third]
    assert reading.of(case_of(first).id, team.custodian).issue is None
    assert not reading.of(case_of(states.an_assessed_case(team)).id, team.coordinator)


def test_an_action_belongs_to_a_case_or_to_an_issue_and_never_to_both_or_none(team, reference, session):
    act(reference, corrective.decide, change(team.officer), actor=team.officer)
    with pytest.raises(IntegrityError), unit_of_work():
        the_action().case_id = None
