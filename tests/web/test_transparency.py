"""What anybody can check of us: the seals of the record, the program that reads them, and proofs of receipt."""

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from engage import vault
from engage.domain.case import Kind
from engage.models import Statement
from engage.services import checkpoints, intake, receipt_proof
from engage.services.chain import canonical, hash_over
from engage.services.new_case import Concern
from engage.unit_of_work import unit_of_work
from tests import states
from tests.browsing import visit
from tests.states import case_of

PROOF = "/transparency/receipt"


@pytest.fixture
def received(session, sent_tasks):
    with unit_of_work():
        return intake.submit(intake.new_token(), Concern(what_happened="Dust on our roofs.", kind=Kind.GRIEVANCE))


def sent(client, pasted):
    opened = BeautifulSoup(client.get(PROOF).text, "html.parser")
    typed = {"csrf_token": opened.select_one("[name=csrf_token]")["value"], "proof": pasted}
    return client.post(PROOF, data=typed)


@pytest.mark.parametrize("language", ["en", "ar@pseudo"])
def test_the_pages_open_before_there_is_any_seal(client, session, language):
    client.get("/language", query_string={"language": language})
    for path in ("/transparency/checkpoints", PROOF):
        assert visit(client, path).status == 200


def test_each_seal_can_be_saved_and_its_signature_fits(client, clock, session, sent_tasks):
    states.a_case()
    checkpoints.make()
    clock.advance(timedelta(days=1))
    checkpoints.make()
    listed = BeautifulSoup(client.get("/transparency/checkpoints").text, "html.parser")
    links = [link["href"] for link in listed.select("table a")]
    assert links == ["/transparency/checkpoints/2.json", "/transparency/checkpoints/1.json"]
    assert vault.public_key() in listed.get_text()
    saved = json.loads(client.get(links[0]).text)
    assert vault.is_signed(canonical(saved["checkpoint"]), saved["signature"], saved["public_key"])


def test_a_seal_says_nothing_of_how_many_cases_there_are(client, clock, session, sent_tasks):
    for _ in range(3):
        states.a_case()
    checkpoints.make()
    said = json.loads(client.get("/transparency/checkpoints/1.json").text)["checkpoint"]
    fields = {"format", "number", "on", "made_at", "root", "restricted_root", "changes_hash", "previous"}
    assert said.keys() == fields
    assert "leaves" not in client.get("/transparency/checkpoints").text


@pytest.mark.parametrize("number", ["0", "7", "99999999999999999999"])
def test_a_seal_that_there_is_not_is_not_found(client, session, number):
    assert client.get(f"/transparency/checkpoints/{number}.json").status_code == 404


def test_the_program_that_checks_can_be_read_by_anybody(client, session):
    answer = client.get("/transparency/verify_record.py")
    assert answer.status_code == 200
    assert b"RFC 9162" in answer.data
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_proof_from_a_receipt_is_ours_however_it_was_copied(client, received):
    for pasted in ("\n".join(received.proof), "  ".join(received.proof), "\r\n\r\n".join(received.proof) + "\n"):
        said = sent(client, pasted)
        assert (said.status_code, "This proof is ours" in said.text) == (200, True)
        assert received.reference in said.text


@pytest.mark.parametrize("line", range(6))
def test_a_proof_in_which_one_sign_was_changed_is_not_ours(client, received, line):
    lines = list(received.proof)
    lines[line] = lines[line][:-1] + ("0" if lines[line][-1] != "0" else "1")
    said = sent(client, "\n".join(lines))
    if line == 3:  # the salt is not signed: without it the digest is not that of the words
        assert "This proof is ours" in said.text
        return
    assert "This proof is not ours" in said.text
    assert received.reference not in BeautifulSoup(said.text, "html.parser").select_one(".app-inset").get_text()


def test_a_day_that_does_not_exist_is_no_proof(received):
    lines = list(received.proof)
    lines[2] = "2026-99-99T99:99:99+00:00"
    assert receipt_proof.check("\n".join(lines)) is None


def test_the_answer_does_not_tell_whether_there_is_a_case(client, received, session):
    """It is signed, so it is ours, whether its case is there, was erased, or never reached this database."""
    elsewhere = receipt_proof.Proof("XXX-26-00000", case_of(received.reference).received_at, "0" * 32, "1" * 64)
    assert "This proof is ours" in sent(client, "\n".join(elsewhere.lines())).text


@pytest.mark.parametrize("pasted", ["", "   ", "x" * 3000])
def test_nothing_or_too_much_is_answered_beside_the_field(client, session, pasted):
    said = sent(client, pasted)
    assert said.status_code == 422
    assert "six lines" in said.text or "Paste the lines" in said.text


def test_the_words_and_the_salt_give_the_digest_of_the_proof(received, session):
    """Anybody who has the words can work it out, without us."""
    salt, digest = received.proof[3:5]
    stated = session.get(Statement, received.case_id)
    assert digest == hash_over(salt, stated.what_happened, None, None, None)


def test_who_sends_the_form_again_is_given_the_same_proof(session, sent_tasks):
    token = intake.new_token()
    with unit_of_work():
        first = intake.submit(token, Concern(what_happened="Dust."))
    with unit_of_work():
        again = intake.submit(token, Concern(what_happened="Dust."))
    assert list(again.proof) == list(first.proof)


def test_words_that_were_erased_leave_nothing_to_prove(received, session):
    with unit_of_work():
        session.delete(session.get(Statement, received.case_id))
    assert receipt_proof.of_case(received.case_id) == []
