"""An administrator changes the promises, the ladder and the pause reasons of a site."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.models import AuditEvent, RuleSet
from engage.services import sites, triage
from tests import states
from tests.promised import owed
from tests.states import act, case_of
from tests.web.as_staff import done, filled, page, send, sign_in

CHANGE = "/admin/sites/BOR/rules/change"


@pytest.fixture
def team(session, client):
    team = states.Team()
    for role in (Role.APPROVER, Role.COORDINATOR, Role.OVERSIGHT, Role.FOCAL):
        states.staff((role, None), name=f"{role.value} of all sites")
    return team


@pytest.fixture
def admin(client, team):
    return sign_in(client, team.admin)


def on(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def in_days(count: int) -> list[str]:
    return on(states.today() + timedelta(days=count))


def versions(session) -> list[RuleSet]:
    session.rollback()
    return list(session.scalars(select(RuleSet).where(RuleSet.site_id == case_site(session)).order_by(RuleSet.version)))


def case_site(session):
    from_bor = select(RuleSet.site_id).join(sites.Site).where(sites.Site.code == "BOR")
    return session.scalars(from_bor.limit(1)).one()


def said(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def save(browser, **typed):
    """Change the form, look at what it would change, and save."""
    looked = send(browser, CHANGE, **typed)
    assert looked.status_code == 200, said(looked)
    return browser.post(CHANGE, data=filled(looked))


def refused(browser, field, words, **typed):
    """Send a form that will not do: the words stand beside the field, in the summary, and nothing typed is lost."""
    answer = send(browser, CHANGE, **typed)
    assert answer.status_code == 422, said(answer)
    shown = page(answer)
    assert words in shown.select_one(f"[id='{field}-error']").text
    assert words in shown.select_one(f".govuk-error-summary a[href='#{field}']").text
    for name, value in typed.items():
        if isinstance(value, str) and shown.select_one(f"input[name='{name}'][type=text]"):
            assert filled(answer)[name] == value
    return answer


def test_r19_a_changed_promise_is_on_the_public_page_and_in_the_dates_of_new_cases(session, team, admin):
    before = states.a_case(team.site_id)
    done(save(admin, propose_3="21", note="agreed with the communities of Bor"))
    after = states.a_case(team.site_id)
    assert owed(after)[Promise.PROPOSE] - case_of(after).received_at <= timedelta(days=21, hours=1)
    assert owed(before)[Promise.PROPOSE] - case_of(before).received_at >= timedelta(days=29)
    public = said(admin.get("/s/BOR/how-it-works"))
    assert "agreed with the communities of Bor" in public
    assert "We offer you a way to put it right, level 3: 21 days. Before: 30 days." in public
    assert "The times we began with." in public


def test_r05_a_case_keeps_the_version_it_was_opened_under(session, team, admin):
    reference = states.an_acknowledged_case(team)
    done(save(admin, propose_2="5"))
    act(reference, triage.assess, states.assessment(Level.LOW), actor=team.coordinator)
    case = case_of(reference)
    assert owed(reference)[Promise.PROPOSE] - case.received_at >= timedelta(days=29)
    assert sites.rules_for(case).promises.version == 1
    assert sites.in_force(team.site_id).promises.version == 2


def test_before_saving_it_says_what_changes_and_that_open_cases_keep_theirs(session, team, admin):
    for _ in range(2):
        states.a_case(team.site_id)

    shown = send(admin, CHANGE, propose_3="21", try_level="3")
    assert shown.status_code == 200
    text = said(shown)
    assert "2 open cases keep the rules they began under; none is moved." in text
    assert "level 3: 21 days. Before: 30 days." in text
    assert len(versions(session)) == 1


def test_every_change_leaves_what_was_before_and_after_in_the_record(session, team, admin):
    done(save(admin, propose_3="21", **{"rungs-4-when": "3"}))
    session.rollback()
    row = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    values = json.loads(row.payload)
    assert (row.kind, row.actor_id) == ("rules_changed", team.admin.id)
    assert values["before"]["promises.promises.propose.3.days"] == 30
    assert values["after"]["promises.promises.propose.3.days"] == 21
    assert values["before"]["ladder.rungs.late_2_days.after_days"] == 2
    assert values["after"]["ladder.rungs.late_2_days.after_days"] == 3
    assert values["after"]["version"] == 2


def test_a_version_for_a_later_day_counts_from_that_day_on(clock, session, team, admin):
    done(save(admin, propose_3="21", effective_on=["29", "3", "2026"]))
    assert sites.in_force(team.site_id).promises.version == 1
    assert "From Sunday 29 March on" in said(admin.get("/s/BOR/how-it-works"))
    clock.move_to(datetime(2026, 3, 28, 22, 59, tzinfo=UTC))
    assert sites.in_force(team.site_id).promises.version == 1
    clock.move_to(datetime(2026, 3, 28, 23, 0, tzinfo=UTC))  # midnight at the site, on the day clocks change
    assert sites.in_force(team.site_id).promises.version == 2
    assert "Since Sunday 29 March" in said(admin.get("/s/BOR/how-it-works"))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("propose_3", "0", "Use 1 or more."),
        ("propose_3", "", "Write a number, or choose that it is not promised."),
        ("propose_3", "soon", "Write a whole number, like 30."),
        ("propose_3", "30, 60", "Write one number."),
        ("propose_3", "4000", "Use 3650 or less."),
        ("check_afterwards_4", "90, 30", "the smallest first"),
        ("appeal_window_days", "0", "Use 1 or more."),
        ("appeal_window_days", "1234567", "Write a whole number"),
        ("grace_hours", "", "Write a whole number"),
        ("rungs-1-when", "40", "Use a number from 51 to 99"),
        ("rungs-2-when", "49", "Use a number of hours from 1 to 48."),
        ("rungs-4-when", "", "Write a whole number"),
        ("rungs-5-when", "2", "The step above comes after 2 days. Use more days than that."),
        ("rungs-5-severe", "4", "The step above comes after 4 hours."),
        ("rungs-5-severe", "200", "Use 0 to 120 hours."),
        ("pauses-0-most_days", "", "A pause we set ourselves needs an end."),
        ("pauses-0-most_days", "0", "Use 1 or more."),
        ("pauses-4-label", "A ceremony in your community", "There is a reason with these words."),
        ("note", "", "Say where these times come from."),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(session, admin, field, value, words):
    refused(admin, field, words, **{field: value})
    assert len(versions(session)) == 1


def test_a_day_in_the_past_is_refused(session, admin):
    answer = send(admin, CHANGE, propose_3="21", effective_on=in_days(-1))
    assert answer.status_code == 422
    assert "Choose today or a later day" in said(answer)
    assert "This is no date." in said(send(admin, CHANGE, effective_on=["31", "2", "2027"]))


def test_a_ladder_that_skips_somebody_is_refused(session, admin):
    assert "This skips somebody." in said(
        refused(admin, "rungs-5-to", "This skips somebody.", **{"rungs-4-leave_out": "y"})
    )
    refused(admin, "rungs-6-to", "A step above goes to somebody higher.", **{"rungs-6-to": "coordinator"})


def test_a_step_that_nobody_would_hear_of_is_refused(session, admin):
    everything = {f"rungs-{number}-leave_out": "y" for number in range(4, 9)}
    answer = send(admin, CHANGE, **everything)
    assert answer.status_code == 422
    assert "Keep at least one step" in said(answer)


def test_nothing_changed_is_no_version(session, admin):
    answer = send(admin, CHANGE)
    assert answer.status_code == 422
    assert "Nothing is different" in said(answer)


def test_a_confirmation_of_receipt_is_always_promised(session, admin):
    refused(admin, "acknowledge_3", "A concern is always confirmed.", acknowledge_3_unit="not promised")


def test_the_second_of_two_administrators_is_told_and_loses_nothing(session, team, admin, client):
    other = sign_in(client, states.staff(Role.ADMIN, site_id=team.site_id))
    looked = send(other, CHANGE, propose_3="25")
    done(save(admin, propose_3="21"))
    answer = other.post(CHANGE, data=filled(looked))
    assert answer.status_code == 409
    assert "was saved meanwhile, by somebody else" in said(answer)
    assert filled(answer)["propose_3"] == "25"
    again = other.post(CHANGE, data={**filled(answer), "look": "yes"})
    assert "level 3: 25 days. Before: 21 days." in said(again)
    done(other.post(CHANGE, data=filled(again)))
    assert [row.promises["promises"]["propose"]["3"] for row in versions(session)] == [
        {"days": 30},
        {"days": 21},
        {"days": 25},
    ]


def test_what_was_not_looked_at_is_not_saved(session, admin):
    looked = send(admin, CHANGE, propose_3="21")
    other = admin.post(CHANGE, data={**filled(looked), "propose_3": "7"})
    assert other.status_code == 200
    assert "level 3: 7 days. Before: 30 days." in said(other)
    assert len(versions(session)) == 1


def test_steps_and_reasons_are_added_and_left_out(session, team, admin):
    new = {"rungs-9-when": "7", "rungs-9-severe": "30", "rungs-9-to": "approver"}
    reason = {"pauses-7-label": "Rains that close the road", "pauses-7-set_by": "us", "pauses-7-most_days": "14"}
    done(save(admin, **new, **reason, **{"pauses-5-leave_out": "y", "rungs-8-leave_out": "y"}))
    row = versions(session)[-1]
    assert [rung["code"] for rung in row.ladder["rungs"]][4:] == [
        "late_2_days",
        "late_5_days",
        "late_7_days",
        "late_10_days",
        "late_20_days",
    ]
    assert row.ladder["rungs"][6]["also"] == ["explanation"]
    assert row.pauses["reasons"][-1] == {
        "code": "own_1",
        "label": "Rains that close the road",
        "set_by": "us",
        "most_days": 14,
    }
    assert "harvest" not in [one["code"] for one in row.pauses["reasons"]]
    public = said(admin.get("/s/BOR/how-it-works"))
    assert "Time may stand still for a new reason: Rains that close the road (14 days at most)." in public
    assert "Time no longer stands still for this: Harvest time in your community" in public
    assert "Who is told when something is late, or how soon." in public


def test_trying_out_shows_the_dates_before_and_after_and_why(clock, session, admin):
    shown = said(
        send(admin, CHANGE, propose_4="30", try_on=["28", "3", "2026"], try_level="4", effective_on=["1", "4", "2026"])
    )
    assert "28 March 2026, 09:00 (" in shown
    assert "27 April 2026, 09:00 (" in shown  # over the change of clocks, at the same time of day
    assert "12 May 2026, 09:00 (" in shown
    assert "30 days counted" in shown


def test_an_administrator_of_another_site_changes_nothing_here(session, team, client):
    other = states.a_site("KOL")
    browser = sign_in(client, states.staff(Role.ADMIN, site_id=other))
    assert browser.get(CHANGE).status_code == 404
    assert browser.post(CHANGE).status_code in (400, 404)


def test_what_was_changed_is_told_in_words_for_every_kind_of_change(session, team, admin):
    typed = {"before_assessment": "4", "without_approval": "2", "news_5": "3", "most_days": "20"}
    done(save(admin, **typed, **{"pauses-0-most_days": "20", "interim_measure_2_unit": "hours", "severe_from": "3"}))
    shown = said(admin.get("/admin/sites/BOR/rules"))
    for words in (
        "The level that counts until we know how serious it is: 4. Before: 3.",
        "How our own staff may put a date off.",
        "News from us at level 5, at least every: 3 days. Before: 7 days.",
        "A date of ours can be put off by at most: 20 days. Before: 30 days.",
        "level 2: 72 hours. Before: 72 hours, while the harm goes on.",
        "(20 days at most). Before:",
        "Who is told when something is late, or how soon.",
    ):
        assert words in shown


def test_a_planned_version_can_be_taken_back_to_make_room_for_one_that_counts_today(clock, session, team, admin):
    rules = "/admin/sites/BOR/rules"
    done(save(admin, propose_3="20", effective_on=["29", "3", "2026"]))
    answer = send(admin, CHANGE, propose_3="25", effective_on=["2", "3", "2026"])
    assert "or take it back" in said(answer)
    button = page(admin.get(rules)).select_one("form[action$='take-back']")
    token = {field["name"]: field["value"] for field in button.select("input")}
    done(admin.post(button["action"], data=token))
    assert "It never counted." in said(admin.get(rules))
    done(admin.post(button["action"], data=token))
    assert "It can't be taken back" in said(admin.get(rules))
    done(save(admin, propose_3="25"))
    assert sites.in_force(team.site_id).promises.version == 2
