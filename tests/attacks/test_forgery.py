"""Forms that another site sends, and fields that no form of ours has: nothing changes."""

import pytest
from sqlalchemy import func, select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Base, Case, StaffUser
from engage.services import conversation
from tests import states
from tests.architecture.test_endpoints import address
from tests.states import act, case_of, person_of
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import assessment, done, filled, page, send, sign_in, token_of

# They look at their own token, or at the browser's word: without either the page comes back, and nothing is sent.
COMES_BACK = {"public.tell_safely"} | {f"public.raise_{page}" for page in ("concern", "where", "who", "check")}
HARMLESS = {"public.discard_draft"}  # only who knows the draft's own token can delete it
# Called by machines, without a session: a signature or a code that nobody can make up is their proof; here is none.
BY_ANOTHER_PROOF = {
    "account.stop_notices": 410,
    "hooks.receive_text": 404,
    "hooks.report_text": 404,
    "public.stop_mails": 410,
}
KEPT_FOR_ITS_SENDER = {"draft"}  # what was typed into a page that comes back


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def contents() -> dict[str, int]:
    """How many rows each table has, and how often anything happened to cases and accounts."""
    db.session.rollback()
    counts = {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
        if table.name not in KEPT_FOR_ITS_SENDER
    }
    versions = db.session.scalars(select(Case.version).order_by(Case.id)).all()
    keys = db.session.scalars(select(StaffUser.session_key).order_by(StaffUser.id)).all()
    db.session.rollback()
    return {**counts, "versions": versions, "keys": keys}


def posts(app):
    return sorted({(r.endpoint, address(app, r)) for r in app.url_map.iter_rules() if "POST" in (r.methods or ())})


def everything(client):
    return sign_in(client, states.staff(*((role, None) for role in Role)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["none", "empty", "made up", "of another session", "in the address"])
def test_no_form_is_taken_without_the_token_of_its_own_session(app, client, another_client, team, kind):
    states.an_assessed_case(team)
    browser = everything(client)
    Person(browser, a_concern(team.site_id).code)
    stolen = page(another_client.get("/case")).select_one("[name=csrf_token]")["value"]
    token = {"none": None, "empty": "", "made up": "x" * 40, "of another session": stolen, "in the address": None}[kind]
    own = token_of(browser)
    before, taken = contents(), []
    for endpoint, path in posts(app):
        where = f"{path}?csrf_token={own}" if kind == "in the address" else path
        answer = browser.post(where, data={} if token is None else {"csrf_token": token})
        if endpoint in COMES_BACK:
            right = answer.status_code in (303, 404, 422)  # no such mine
        else:
            wanted = 303 if endpoint in HARMLESS else BY_ANOTHER_PROOF.get(endpoint, 400)
            right = answer.status_code == wanted
        if not right:
            taken.append((endpoint, answer.status))
    assert taken == []
    assert contents() == before


@pytest.mark.slow
def test_no_form_is_taken_that_the_browser_calls_another_sites_even_with_the_right_token(app, client, team):
    browser = everything(client)
    Person(browser, a_concern(team.site_id).code)
    own = token_of(browser)
    before, taken = contents(), []
    for endpoint, path in posts(app):
        if endpoint in COMES_BACK | HARMLESS:
            continue
        answer = browser.post(path, data={"csrf_token": own}, headers={"Sec-Fetch-Site": "cross-site"})
        if answer.status_code != BY_ANOTHER_PROOF.get(endpoint, 400):
            taken.append((endpoint, answer.status))
    assert taken == []
    assert contents() == before


# What somebody may put into a form besides its own fields: every column of a case and of an account.
EXTRAS = {
    **{column.key: "1" for table in (Case, StaffUser) for column in table.__table__.columns},
    "stage": "closed",
    "class": "ordinary",
    "class_": "ordinary",
    "level": "1",
    "flagged": "",
    "is_active": "y",
    "roles": "admin@all",
    "memberships": "admin@all",
    "actor": "system",
    "approve": "yes",
}
CHANGES_ANYWAY = {"id", "reference", "submission_digest", "head_hash", "version"}


def columns_of(reference: str) -> dict[str, object]:
    row = case_of(reference)
    return {
        column.key: getattr(row, db.inspect(Case).get_property_by_column(column).key)
        for column in Case.__table__.columns
        if column.key not in CHANGES_ANYWAY
    }


STAFF_FORMS = {
    "acknowledge": (states.a_case, {"how": "notice"}),
    "reply": (None, {"message": "We come on Monday."}),
    "note": (None, {"message": "He was away."}),
    "assess": (states.an_acknowledged_case, assessment("2")),
    "convert": (None, {"kind": "question"}),
    "ask": (None, {"message": "When did it begin?"}),
}


@pytest.mark.parametrize("path", STAFF_FORMS)
def test_fields_that_a_form_of_staff_does_not_have_change_nothing(client, team, path):
    made, typed = STAFF_FORMS[path]
    browser = sign_in(client, team.coordinator)
    found = []
    for extras in ({}, EXTRAS):
        reference = states.an_acknowledged_case(team) if made is not states.a_case else states.a_case(team.site_id)
        own = {
            name: value for name, value in extras.items() if name not in typed and name not in ("category", "danger")
        }
        where = f"/staff/cases/{reference}/{path}"
        opened = browser.get(where)
        answer = browser.post(where, data={**own, **filled(opened), **typed})
        if path != "convert":  # which is refused or done, with extras or without
            done(answer)
        found.append((answer.status_code, columns_of(reference)))
    assert found[0] == found[1]


def test_fields_that_the_form_of_a_concern_does_not_have_change_nothing(client, team):
    found = []
    for number, extras in enumerate(({}, EXTRAS)):
        opened = client.get("/s/BOR/raise")
        fields = filled(opened)
        own = {
            "kind",
            "category",
            "identity",
            "road",
            "name",
            "email",
            "speaks_as",
            "on_behalf",
            "is_collective",
            "own_view",
        }
        more = {name: value for name, value in extras.items() if name not in own | set(fields) | {"harms_child"}}
        typed = {"what_happened": f"Dust {number}", "send": "now"}
        assert client.post("/s/BOR/raise", data={**more, **fields, **typed}).status_code == 200
        reference = db.session.scalars(select(Case.reference).order_by(Case.received_at, Case.id)).all()
        found.append({one: columns_of(one) for one in reference})
        db.session.rollback()
    first, second = found[0].popitem()[1], [columns for one, columns in found[1].items() if one not in found[0]]
    assert first in second


def test_fields_that_a_form_of_the_person_does_not_have_change_nothing(client, team):
    found = []
    for extras in ({}, EXTRAS):
        mine = a_concern(team.site_id)
        person = Person(client, mine.code)
        fields = person.fields("/case/view", "/case/messages")
        more = {name: value for name, value in extras.items() if name not in fields}
        assert client.post("/case/messages", data={**more, **fields, "message": "Still dusty."}).status_code in (
            200,
            303,
        )
        found.append(columns_of(mine.reference))
        db.session.rollback()
    assert found[0] == found[1]


SENTINEL = "zqxsentinel"
GUARDED = (
    "stage",
    "class_",
    "level",
    "site_id",
    "assignee_id",
    "identity",
    "road",
    "closed_at",
    "close_type",
    "flagged",
)


@pytest.mark.slow
def test_no_form_of_staff_lets_a_field_in_that_it_does_not_have(app, client, team):
    """Each form of a case and of people and settings is sent as its page stands, with every column as a field."""
    browser = everything(client)
    made = (states.a_case(team.site_id), states.an_assessed_case(team), states.a_proposed_case(team, "Water the road."))
    forms, changed = 0, []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        known = {"reference": "", "code": "BOR", "user_id": team.officer.id}
        is_ours = rule.rule.startswith(("/staff/", "/admin/")) and {"GET", "POST"} <= (rule.methods or set())
        if not is_ours or set(rule._converters) - set(known):
            continue
        for reference in made if "reference" in rule._converters else made[:1]:
            values = {name: known[name] or reference for name in rule._converters}
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(rule.endpoint, values)
            opened = browser.get(path)
            if opened.status_code != 200 or page(opened).select_one("main form[method=post]") is None:
                continue
            fields, forms = filled(opened), forms + 1
            before = {name: getattr(case_of(reference), name) for name in GUARDED}
            db.session.rollback()
            answer = browser.post(path, data={**{name: SENTINEL for name in EXTRAS if name not in fields}, **fields})
            assert answer.status_code < 500, path
            after = {name: getattr(case_of(reference), name) for name in GUARDED}
            db.session.rollback()
            if answer.status_code != 303 and after != before:
                changed.append(path)
    assert changed == []
    assert forms > 50
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert SENTINEL not in str(tuple(row)), table.name


def test_nobody_gives_themself_a_role_by_a_field_of_their_own_account(client, team):
    browser = sign_in(client, team.coordinator)
    before = contents()
    send(browser, "/account/password", present="x", new="y", again="z", **EXTRAS)
    after = contents()
    assert after == before


def test_what_a_message_says_cannot_name_another_case_to_go_to(client, team):
    other, mine = states.an_assessed_case(team), states.an_assessed_case(team)
    browser = sign_in(client, team.officer)
    before = case_of(other).version
    done(
        send(browser, f"/staff/cases/{mine}/reply", message="To you.", reference=other, case_id=str(case_of(other).id))
    )
    assert case_of(other).version == before
    act(mine, conversation.write_as_person, "Thanks.", actor=person_of(mine))
