"""Every id of every table of another site, put into every address that takes one: nothing opens, nothing changes."""

import uuid

import pytest
from sqlalchemy import Uuid, select

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Base, Case, StaffSession
from engage.services import conversation
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.matrix.world import made
from tests.states import act
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import sign_in, token_of

WORKING = (Role.COORDINATOR, Role.APPROVER, Role.CUSTODIAN, Role.RIGHTS_LEAD, Role.FOCAL, Role.AUDITOR)


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team("KOL")


def ids() -> set[uuid.UUID]:
    """Every id that any table holds."""
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name == "id" and isinstance(column.type, Uuid)
    ]
    return {one for column in columns for one in db.session.scalars(select(column))}


def heads() -> list[tuple]:
    """How far each case's record is: what is done to a case stands there."""
    db.session.rollback()
    return db.session.execute(select(Case.id, Case.version, Case.head_hash).order_by(Case.id)).all()


def rules_with_ids(app, *starts: str):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(starts)
        and any(type(one).__name__ == "UUIDConverter" for one in rule._converters.values())
    ]


def at(app, rule, reference: str, one: uuid.UUID) -> str:
    kinds = {name: type(converter).__name__ for name, converter in rule._converters.items()}
    values = {name: one if kind == "UUIDConverter" else reference for name, kind in kinds.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


@pytest.mark.slow
def test_no_id_of_another_site_opens_or_changes_anything_for_staff(app, client, team):
    own = states.an_assessed_case(team)
    before = ids()
    made()
    theirs = sorted(ids() - before)
    assert len(theirs) > 200
    kept, opened = heads(), []
    browser = sign_in(client, states.staff(*((role, team.site_id) for role in WORKING)))
    token = token_of(browser)
    sample = {kind: [one for one in theirs if one in rows] for kind, rows in _by_table(theirs).items()}
    tried = [one for rows in sample.values() for one in rows[:2]]
    assert len(tried) > 25
    for rule in rules_with_ids(app, "/staff/"):
        for one in tried:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                with browser.open(at(app, rule, own, one), method=method, data={"csrf_token": token}) as answer:
                    if answer.status_code not in (403, 404):
                        opened.append((rule.endpoint, method, answer.status))
    assert opened == []
    assert heads() == kept


def _by_table(wanted) -> dict[str, set[uuid.UUID]]:
    found = {}
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns and isinstance(table.columns["id"].type, Uuid):
            found[table.name] = set(db.session.scalars(select(table.columns["id"]))) & set(wanted)
    return found


@pytest.mark.slow
def test_no_id_of_another_case_opens_or_changes_anything_for_a_person(app, client, team):
    world = made()
    mine = a_concern(team.site_id)
    person = Person(client, mine.code)
    token = person.fields("/case/view", "/case/messages")["csrf_token"]
    kept, opened = heads(), []
    tried = [one for rows in _by_table(ids()).values() for one in sorted(rows)[:3]]
    tried += [known["file_id"] for known in world.known.values()]
    db.session.rollback()
    for rule in rules_with_ids(app, "/case/"):
        for one in tried:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                with client.open(at(app, rule, "", one), method=method, data={"csrf_token": token}) as answer:
                    if answer.status_code == 200 or (answer.status_code == 303 and "/case/view" not in answer.location):
                        opened.append((rule.endpoint, method, answer.status))
    assert opened == []
    assert heads() == kept


def test_nobody_ends_the_session_of_somebody_else(client, team):
    browser, other = sign_in(client, team.officer), sign_in(client, team.coordinator)
    theirs = db.session.scalars(select(StaffSession.id).where(StaffSession.user_id == team.coordinator.id)).one()
    db.session.rollback()
    browser.post(f"/account/sessions/{theirs}/end", data={"csrf_token": token_of(browser)})
    assert other.get("/staff/").status_code == 200


def test_a_reference_of_another_site_answers_like_one_that_is_none(client, team):
    theirs = states.a_case(states.a_site("ELS"))
    browser = sign_in(client, team.coordinator)
    there, nowhere = browser.get(f"/staff/cases/{theirs}"), browser.get("/staff/cases/ELS-26-00000")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.text.replace(theirs, "") == nowhere.text.replace("ELS-26-00000", "")


def test_a_task_and_an_absence_of_another_site_are_not_there(client, team):
    other = states.Team("ELS")
    case = states.an_assessed_case(other)
    act(case, conversation.note, "Between us.", actor=other.officer)
    browser = sign_in(client, team.coordinator)
    for path in (f"/staff/absence/{other.officer.id}", f"/staff/tasks/{uuid.uuid4()}"):
        assert browser.get(path).status_code in (403, 404), path


def test_a_relay_address_is_on_no_page_whoever_asks(client, team):
    found = a_concern(
        team.site_id,
        identity=Identity.ANONYMOUS,
        road=Road.RELAY,
        reach=Values(email="zqxrelay@people.example.org"),
    )
    everybody = states.staff(*((role, None) for role in Role if role is not Role.FOCAL))
    browser = sign_in(client, everybody)
    for path in ("", "/person", "/story", "/file"):
        with browser.get(f"/staff/cases/{found.reference}{path}") as answer:
            assert b"zqxrelay" not in answer.data


def test_the_id_of_a_case_is_no_reference(client, team):
    reference = states.a_case(team.site_id)
    with unit_of_work():
        case_id = db.session.scalars(select(Case.id).where(Case.reference == reference)).one()
    assert sign_in(client, team.coordinator).get(f"/staff/cases/{case_id}").status_code == 404
