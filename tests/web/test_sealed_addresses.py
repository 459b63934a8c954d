"""An address that is the worker's alone: no page and no file shows it, and none needs the worker's private key."""

from datetime import timedelta

import pytest
from werkzeug.routing import Rule

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.deadlines import Promise
from engage.domain.severity import Level
from engage.models import DataKey, SealedContact
from engage.services import contact, delivery
from engage.services.contact import Values
from tests import states
from tests.notify.letters import a_notice, forget_notices, row_of
from tests.promised import rows_of
from tests.states import act, case_of, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import sign_in
from tests.web.printed import file_of, text

ADDRESS, NAME = "hidden.person@people.example.org", "Given Family"


@pytest.fixture
def apart(session, sent_tasks, change_settings, tmp_path):
    """The worker's private key as it lies on another machine: out of reach until a test brings it back."""
    vault.make_worker_keys(tmp_path)
    change_settings(VAR=tmp_path, MAIL="files")
    private = tmp_path / "worker.key"
    elsewhere = private.rename(tmp_path / "elsewhere")
    return lambda: elsewhere.rename(private)


@pytest.fixture
def team(clock, apart):
    return states.Team()


@pytest.fixture
def reference(team):
    """An assessed case whose person gave a name, and an address that nobody may see."""
    made = states.an_assessed_case(team, Level.MODERATE)
    keep = {"identity": Identity.NAMED, "road": Road.RELAY, "values": Values(name=NAME, email=ADDRESS)}
    act(made, contact.set_contact, **keep, actor=person_of(made))
    return made


def addresses(app, reference: str) -> list[str]:
    """Every page of staff about the case; where another thing is named, one of the case or one that is not there."""
    known = {"reference": reference, "deadline_id": rows_of(reference, Promise.PROPOSE)[0].id}
    return [
        rule.build({name: known.get(name, case_of(reference).id) for name in rule.arguments})[1]
        for rule in app.url_map.iter_rules()
        if is_about_a_case(rule)
    ]


def is_about_a_case(rule: Rule) -> bool:
    return rule.endpoint.startswith("staff.") and "reference" in rule.arguments and "GET" in (rule.methods or ())


@pytest.mark.slow
@pytest.mark.parametrize("role", ["coordinator", "officer", "custodian", "auditor"])
def test_every_page_of_the_case_answers_without_the_key_and_shows_no_address(app, client, team, reference, role):
    browser, seen = sign_in(client, getattr(team, role)), []
    for address in [*addresses(app, reference), "/staff/", "/staff/day"]:
        answer = browser.get(address)
        assert answer.status_code < 500, address
        assert ADDRESS.encode() not in answer.data, address
        seen.append((address, answer))
    shown = dict(seen)
    assert shown[f"/staff/cases/{reference}"].status_code == 200
    person, file = shown[f"/staff/cases/{reference}/person"], shown[f"/staff/cases/{reference}/file"]
    if role == "auditor":
        assert (person.status_code, NAME in person.text) == (403, False)
    else:
        assert NAME in person.text
        assert "Only the machine that sends notices can open it" in person.text
    if file.status_code == 200:
        assert ADDRESS not in text(file)


def test_the_person_s_own_page_and_file_do_not_show_it_either(client, reference):
    come_back(client, reference)
    assert ADDRESS not in client.get("/case/view").text
    assert ADDRESS not in client.get("/case/contact").text
    assert ADDRESS not in text(file_of(client))


def test_a_notice_waits_for_the_key_and_arrives_with_it(reference, apart, clock, tmp_path):
    forget_notices()
    key = a_notice(reference)
    delivery.drain()
    row = row_of(key)
    assert (row.sent_at, row.dead_at, row.last_error) == (None, None, "failed FileNotFoundError")
    apart()
    clock.advance(timedelta(hours=1))
    delivery.drain()
    assert row_of(key).road == "email"
    [mail] = (tmp_path / "mail").rglob("*.eml")
    assert ADDRESS in mail.read_text()


def test_the_database_shows_nobody_the_address_even_with_the_key_of_the_case(reference, session):
    case_id = case_of(reference).id
    assert session.get(DataKey, case_id) is not None
    assert session.get(SealedContact, case_id).to_worker
    assert ADDRESS.encode() not in session.get(SealedContact, case_id).sealed
