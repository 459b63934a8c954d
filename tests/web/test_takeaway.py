"""What a person takes with them: a page to read, the same facts for a computer, and the files; nothing that is ours."""

import io
import json
import secrets
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Road, Writer
from engage.domain.events import Event
from engage.models import Attachment, Opening, StaffUser
from engage.queries.case_everything import TOLD
from engage.services import answers, attachments, conversation, endings, meetings, openings, receipt_proof
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web.takeaway import bundle, page
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_person import Person, a_concern, come_back
from tests.web.as_staff import sign_in


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def with_file(reference, name, content, *, writer=Writer.PERSON, actor=None):
    act(
        reference,
        attachments.add_all,
        [attachments.check(io.BytesIO(content), name)],
        writer=writer,
        actor=actor or person_of(reference),
    )


def taken(client) -> zipfile.ZipFile:
    answer = client.get("/case/download/all")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="engage.zip"'
    return zipfile.ZipFile(io.BytesIO(answer.data))


def facts(client):
    return json.loads(taken(client).read("facts.json"))


def read(client) -> str:
    return taken(client).read("read-me.html").decode()


def test_a_person_takes_everything_that_was_said_promised_done_and_sent(client, team, clock):
    reference = states.a_closed_case(team)
    act(reference, conversation.reply, "We came on Thursday.", actor=team.officer)
    act(reference, answers.give_feedback, process=4, outcome=5, words="Be faster.", actor=person_of(reference))
    with_file(reference, "garden.txt", b"Dust on every leaf.")
    come_back(client, reference)
    sign_in(client, team.coordinator).get(f"/staff/cases/{reference}")
    got = taken(client)
    assert got.testzip() is None
    assert got.namelist() == ["read-me.html", "facts.json", "files/01-garden.txt"]
    assert got.read("files/01-garden.txt") == b"Dust on every leaf."
    told, said = json.loads(got.read("facts.json")), got.read("read-me.html").decode()
    assert (told["reference"], told["stage"], told["close_type"]) == (reference, "closed", "agreed_remedied")
    assert told["concern"]["what_happened"] in said
    assert [one["what"] for one in told["happened"]][:2] == ["CaseReceived", "CaseAcknowledged"]
    assert {"by": "staff", "role": "officer"}.items() <= told["happened"][-3].items()
    assert told["messages"][-1]["words"] == "We came on Thursday."
    assert "We came on Thursday." in said
    assert {one["promise"] for one in told["promises"]} >= {"acknowledge", "assess", "propose", "implement"}
    (offer,) = told["proposals"]
    assert offer["remedies"][0] | {"words": "Water the road.", "confirmed": True} == offer["remedies"][0]
    assert (told["feedback"]["process"], told["feedback"]["words"]) == (4, "Be faster.")
    assert told["opened_by"] == [{"role": "coordinator", "days": [clock.now.date().isoformat()]}]
    (file,) = told["files"]
    assert (file["in_bundle"], file["by"]) == ("files/01-garden.txt", "person")
    assert told["proof"] == receipt_proof.of_case(case_of(reference).id)
    assert told["proof"][-1] in said
    assert datetime.fromisoformat(told["received_at"]).tzinfo == UTC


def test_nothing_among_staff_and_no_name_of_theirs_is_in_it(client, team, session):
    reference = states.a_closed_case(team)
    act(reference, conversation.note, "Between us alone.", actor=team.officer)
    with_file(reference, "ours.txt", b"A minute of ours.", writer=Writer.NOTE, actor=team.officer)
    act(reference, conversation.reply, "To you.", actor=team.officer)
    with unit_of_work():
        for number, user in enumerate(session.scalars(select(StaffUser))):
            user.name = f"Zqxname{number}"
    come_back(client, reference)
    got = taken(client)
    for name in got.namelist():
        content = got.read(name).decode()
        assert "Between us" not in content
        assert "Zqxname" not in content
        assert str(team.officer.id) not in content
    assert not any("ours" in name for name in got.namelist())


def test_who_the_person_is_stays_out_of_a_file_that_lies_about(client, team):
    reach = Values(name="Amina Kovac", email="amina@example.org")
    given = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    Person(client, given.code)
    got = taken(client)
    for name in got.namelist():
        assert "amina" not in got.read(name).decode().lower()
    held = json.loads(got.read("facts.json"))["we_hold"]
    assert held == {"identity": "named", "road": "direct", "a_name": True, "an_address": True}
    assert given.code not in got.read("read-me.html").decode()


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(client, team):
    come_back(client, states.a_proposed_case(team, "Water the road."))
    said = read(client)
    found = html5lib.parse(said, namespaceHTMLElements=False)
    assert [one for tag in ("script", "link", "img", "iframe", "a") for one in found.iter(tag)] == []
    assert "url(" not in said
    assert "@import" not in said
    assert found.get("lang") == "en"


def test_the_page_speaks_the_persons_language_and_runs_its_way(client, team):
    come_back(client, states.a_case(team.site_id))
    with client.session_transaction() as kept:
        kept["language"] = "ar@pseudo"
    found = html5lib.parse(read(client), namespaceHTMLElements=False)
    assert (found.get("lang"), found.get("dir")) == ("ar-x-pseudo", "rtl")


def test_words_are_words_and_no_markup(client, team):
    come_back(client, states.a_case(team.site_id, what_happened="<script>alert(1)</script> & dust"))
    said = read(client)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; dust" in said
    assert facts(client)["concern"]["what_happened"] == "<script>alert(1)</script> & dust"


def test_files_of_one_name_lie_beside_each_other_and_none_leads_out_of_the_folder(client, team, session):
    reference = states.a_case(team.site_id)
    for _ in range(2):
        with_file(reference, "note.txt", b"One.")
    with unit_of_work():
        for row in session.scalars(select(Attachment)):
            row.name = "../../.ssh/x.txt"  # whatever an older release may have let in
    come_back(client, reference)
    assert taken(client).namelist()[2:] == ["files/01-x.txt", "files/02-x.txt"]


def test_a_file_that_is_missing_is_named_and_the_rest_is_there(client, team, session, clock):
    reference = states.a_case(team.site_id)
    with_file(reference, "gone.txt", b"Gone.")
    clock.advance(timedelta(seconds=1))
    with_file(reference, "here.txt", b"Here.")
    lost = session.scalars(select(Attachment).where(Attachment.name == "gone.txt")).one()
    (settings().VAR / "files" / lost.stored_as).unlink()
    come_back(client, reference)
    got = taken(client)
    assert got.namelist()[2:] == ["files/01-here.txt"]
    assert "This file is missing from our store" in got.read("read-me.html").decode()
    assert [one["in_bundle"] for one in json.loads(got.read("facts.json"))["files"]] == [None, "files/01-here.txt"]


def test_a_group_finds_the_meeting_at_which_it_was_told_but_not_our_talks(client, team):
    reference = states.a_case(team.site_id, is_collective=True)
    act(reference, states.triage.acknowledge, actor=team.coordinator)
    act(reference, states.triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, states.triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, states.proposals.propose, states.offer("Water the road."), actor=team.officer)
    met = meetings.Met(states.today(), "School", "Serbian", "Forty people", "We told them.")
    act(reference, meetings.hold_talks, met, actor=team.officer)
    act(reference, meetings.report_back, met, actor=team.officer)
    come_back(client, reference)
    (meeting,) = facts(client)["meetings"]
    assert (meeting["purpose"], meeting["place"]) == ("report_back", "School")
    assert "School, Serbian" in read(client)


def test_who_was_shown_a_secret_name_stands_in_it(client, team, clock, session):
    reach = Values(name="Amina Kovac", email="amina@example.org")
    given = a_concern(team.site_id, identity=Identity.CONFIDENTIAL, road=Road.NONE, reach=reach)
    reference = given.reference
    act(reference, states.triage.acknowledge, actor=team.coordinator)
    act(reference, states.triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, states.triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, openings.ask, "To visit.", 3, actor=team.officer)
    asked = session.scalars(select(Opening.id)).one()
    act(reference, openings.decide, asked, approve=True, words="", actor=team.custodian)
    act(reference, openings.look, actor=team.officer)
    Person(client, given.code)
    assert facts(client)["name_shown_to"] == [{"role": "officer", "days": [clock.now.date().isoformat()]}]
    assert "Your name was shown to: Officer" in read(client)


def test_an_appeal_that_is_not_decided_says_so(client, team):
    reference = states.an_appealed_case(team)
    come_back(client, reference)
    (appeal,) = facts(client)["appeals"]
    assert appeal["decided_at"] is None
    assert "The panel has not decided." in read(client)


def test_a_stranger_is_asked_for_the_code(client, team):
    answer = client.get("/case/download/all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/case")


def test_a_big_file_is_sent_in_pieces():
    big = [secrets.token_bytes(64 * 1024) for _ in range(12)]
    pieces = list(bundle.packed({"a.txt": "a"}, {"files/01-big.bin": iter(big)}))
    assert max(map(len, pieces)) < 3 * 64 * 1024
    got = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert got.testzip() is None
    assert got.read("files/01-big.bin") == b"".join(big)


def test_every_event_that_is_told_exists_and_has_words():
    known = {kind.__name__ for kind in Event.__subclasses__()}
    assert set(TOLD) - known == set()
    assert set(page.HAPPENED) == set(TOLD)
    assert Path(bundle.PAGE).suffix == ".html"


def test_remedies_answers_and_reviews_are_there_as_codes(client, team):
    reference = states.an_implementing_case(team)
    remedy = facts_of(client, reference)["proposals"][0]["remedies"][0]
    assert (remedy["finished_at"], remedy["amount"]) == (None, None)
    proposal = states.cases.latest_proposal(case_of(reference))
    act(reference, endings.finish_remedy, proposal.remedies[0].id, "Photo.", actor=team.officer)
    assert facts(client)["proposals"][0]["remedies"][0]["evidence"] == "Photo."


def facts_of(client, reference):
    come_back(client, reference)
    return facts(client)
