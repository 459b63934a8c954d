"""Sums of money on a proposal: written as people write them, shown to those who need them and to nobody else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask_babel import force_locale

from engage import clock as engage_clock
from engage.domain.guards import RIGHTS
from engage.domain.money import Money
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.models import Remedy
from engage.services import answers, cases, proposals
from engage.services.findings import Line
from engage.unit_of_work import unit_of_work
from engage.web import money
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, page, proposal, send, sign_in

READ = [
    ("84000", "84000"),
    ("84,000", "84000"),
    ("84 000", "84000"),
    ("84\u00a0000", "84000"),
    ("84'000", "84000"),
    ("84’000.50", "84000.50"),
    ("1,250.50", "1250.50"),
    ("1.250,50", "1250.50"),
    ("1.250.000,5", "1250000.5"),
    ("1,250,000", "1250000"),
    ("1.250.000", "1250000"),
    ("84,5", "84.5"),
    ("84.50", "84.50"),
    ("  7 ", "7"),
    ("٨٤٠٠٠", "84000"),
    ("٨٤٬٠٠٠٫٥", "84000.5"),
    ("-5", "-5"),
    ("−5", "-5"),
    ("0", "0"),
]
UNREAD = [
    "",
    "many",
    "12 dinars",
    "1e5",
    "NaN",
    "Infinity",
    "1.2.3",
    "1,2,3",
    "1,,000",
    "--5",
    "5-",
    ".",
    ",5",
    "½",
    "€5",
]
UNREAD += ["9" * 31, "1.250,000.5", "0x10", "1_000", "<script>", "1.250", "-84.000"]


@pytest.mark.parametrize(("typed", "meant"), READ)
def test_a_sum_is_read_as_people_write_it(app, typed, meant):
    with app.test_request_context():
        assert money.read_amount(typed, "RSD") == Decimal(meant)


@pytest.mark.parametrize("typed", UNREAD)
def test_what_is_no_sum_is_not_guessed(app, typed):
    with app.test_request_context():
        assert money.read_amount(typed, "RSD") is None


@pytest.mark.parametrize("spoken", ["en", "de", "fr", "sr", "ar", "es_CO"])
@pytest.mark.parametrize("amount", ["84000", "1250.5", "0.01", "1.005", "1234567.891", "999999999999"])
def test_what_a_page_writes_it_reads_again_in_every_language(app, spoken, amount):
    with app.test_request_context(), force_locale(spoken):
        written = money.written_amount(Money(Decimal(amount), "EUR"))
        assert money.read_amount(written, "KWD") == Decimal(amount), written


def test_thousandths_are_read_where_the_currency_has_them(app):
    with app.test_request_context():
        assert money.read_amount("1.250", "KWD") == Decimal("1.25")
        assert money.read_amount("0.250", "RSD") == Decimal("0.25")
        assert money.read_amount("1250.000", "RSD") == Decimal(1250)


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def paid(**more):
    return proposal(**{"lines-0-type_code": "compensation_money", "lines-0-amount": "84,000", **more})


def test_the_currency_of_the_site_stands_there_and_the_sum_is_kept(client, session, team):
    reference = states.an_assessed_case(team)
    browser = sign_in(client, team.officer)
    assert filled(browser.get(f"/staff/cases/{reference}/propose"))["lines-0-currency"] == "RSD"
    done(send(browser, f"/staff/cases/{reference}/propose", **paid()))
    assert session.query(Remedy).one().money == Money(Decimal(84000), "RSD")
    assert "RSD84,000" in browser.get(f"/staff/cases/{reference}").text.replace("\u00a0", "")


def test_another_currency_may_be_written_in_small_letters(client, session, team):
    reference = states.an_assessed_case(team)
    sent = paid(**{"lines-0-currency": " eur ", "lines-0-amount": "1.250,50"})
    done(send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **sent))
    assert session.query(Remedy).one().money == Money(Decimal("1250.50"), "EUR")


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"lines-0-amount": "0"}, "lines-0-amount", "more than nothing"),
        ({"lines-0-amount": "-5"}, "lines-0-amount", "more than nothing"),
        ({"lines-0-amount": "9999999999999"}, "lines-0-amount", "at most 1000000000000"),
        ({"lines-0-amount": "much"}, "lines-0-amount", "Write the sum in figures"),
        ({"lines-0-amount": "9" * 400}, "lines-0-amount", "Use 300 characters or fewer"),
        ({"lines-0-amount": "1.250"}, "lines-0-amount", "Write the sum in figures"),
        ({"lines-0-amount": "1000.005"}, "lines-0-amount", "at most"),
        ({"lines-0-currency": "DEM"}, "lines-0-currency", "three letters"),
        ({"lines-0-currency": ""}, "lines-0-currency", "three letters"),
        ({"lines-0-currency": "<b>"}, "lines-0-currency", "three letters"),
        ({"lines-0-type_code": "apology"}, "lines-0-amount", "Only compensation in money"),
    ],
)
def test_a_bad_sum_is_told_beside_its_field_and_nothing_is_lost(client, session, team, typed, field, said):
    reference = states.an_assessed_case(team)
    sent = paid(**typed)
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **sent)
    assert answer.status_code == 422
    assert said in page(answer).select_one(f"#{field}-error").get_text()
    kept = filled(answer)
    for name in ("lines-0-amount", "lines-0-currency", "lines-0-words"):
        assert kept[name] == sent.get(name, "RSD")
    assert kept["shared_findings"] == "We measured the dust."
    assert session.query(Remedy).count() == 0


def test_a_sum_alone_begins_a_line(client, team):
    reference = states.an_assessed_case(team)
    answer = send(
        sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **proposal(**{"lines-1-amount": "5"})
    )
    assert answer.status_code == 422
    assert page(answer).select_one("#lines-1-type_code-error")


def with_a_sum(team, *, owner=None, level=Level.LOW) -> str:
    reference = states.an_assessed_case(team, level)
    if level > Level.LOW:
        states.look_into(reference, team.officer)
    if owner is not None:
        with unit_of_work():
            case_of(reference).recorded_by_id = owner.id  # who took it down may know of it, and so see to a remedy
    due = engage_clock.utcnow() + timedelta(days=10)
    line = Line(
        "compensation_money", "For the harvest.", due, owner.id if owner else None, Money(Decimal(84321), "RSD")
    )
    act(reference, proposals.propose, states.offer(lines=[line]), actor=team.officer)
    return reference


def sees(client, actor, reference) -> bool:
    """Whether the sum stands anywhere a reader of the case can look."""
    browser = sign_in(client, actor)
    paths = ("", "/story", "/propose", "/approve-proposal", "/verify", "/finish-remedy", "/record-answer", "/decide")
    answers = [browser.get(f"/staff/cases/{reference}{path}") for path in paths]
    assert answers[0].status_code == 200
    return any("84,321" in answer.text or "84321" in answer.text for answer in answers)


def test_those_who_need_the_sum_see_it_and_no_one_else(client, team):
    reference = with_a_sum(team, level=Level.HIGH)
    another = states.staff(Role.OFFICER, site_id=team.site_id)
    for needs in (team.officer, team.coordinator, team.approver, team.rights_lead):
        assert sees(client, needs, reference), needs
    for watches in (team.auditor, team.custodian, another):
        assert not sees(client, watches, reference), watches


def test_who_carries_it_out_sees_what_is_to_be_paid(client, session, team):
    reference = with_a_sum(team, owner=team.liaison)
    assert sees(client, team.liaison, reference)
    session.query(Remedy).one().owner_id = team.officer.id
    session.commit()
    assert not sees(client, team.liaison, reference)


def test_a_panel_that_sits_sees_the_sum(client, team):
    reference = with_a_sum(team)
    act(reference, answers.refuse, wants_panel=True, actor=person_of(reference))
    states.seat(reference, team.panel, by=team.coordinator)
    assert sees(client, team.panel, reference)


def test_the_person_reads_the_sum_wherever_the_remedy_stands(client, team):
    reference = with_a_sum(team)
    person = come_back(client, reference)
    for path in ("/case/view", "/case/accept", "/case/download"):
        assert "RSD84,321" in client.get(path).text.replace("\u00a0", ""), path
    person.send("/case/accept")
    [remedy] = cases.latest_proposal(case_of(reference)).remedies
    act(reference, states.endings.finish_remedy, remedy.id, "A receipt.", actor=team.officer)
    assert "RSD84,321" in client.get(f"/case/remedies/{remedy.id}").text.replace("\u00a0", "")


def test_a_proposal_that_was_sent_back_has_its_sum_and_causes_still(client, session, team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    browser = sign_in(client, team.officer)
    sent = paid(
        **{
            "lines-0-amount": "1250.50",
            "lines-0-currency": "EUR",
            "second_cause": "legacy",
            "involvement": "contributed",
        }
    )
    done(send(browser, f"/staff/cases/{reference}/propose", **sent))
    act(reference, proposals.return_proposal, "Say by when.", actor=team.approver)
    again = filled(browser.get(f"/staff/cases/{reference}/propose"))
    assert (again["lines-0-amount"], again["lines-0-currency"]) == ("1,250.5", "EUR")
    assert (again["root_cause"], again["second_cause"], again["third_cause"]) == ("control_failed", "legacy", "")
    assert again["involvement"] == ["contributed"]
    done(send(browser, f"/staff/cases/{reference}/propose"))
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert cases.latest_proposal(case_of(reference)).remedies[0].money == Money(Decimal("1250.50"), "EUR")
