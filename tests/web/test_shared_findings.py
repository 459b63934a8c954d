"""Two parts of the findings: without the one that is shared nothing leaves, and the other stays inside (R30)."""

import pytest

from engage.domain.case import Road
from engage.domain.guards import RIGHTS
from engage.domain.severity import Level
from engage.services import answers, cases, delivery, proposals, triage
from tests import states
from tests.notify.letters import a_case_with
from tests.states import act, case_of, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, page, proposal, send, sign_in

INSIDE = "Zebrafish: the contractor hid the log."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.mark.parametrize("empty", ["", "   ", "\r\n\t", "\0", "\u00a0"])
def test_the_page_gives_a_proposal_without_a_part_to_share_back(client, team, empty):
    reference = states.an_assessed_case(team)
    sent = proposal(shared_findings=empty, internal_findings=INSIDE)
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **sent)
    assert answer.status_code == 422
    assert "Write what we found" in page(answer).select_one("#shared_findings-error").get_text()
    assert filled(answer)["internal_findings"] == INSIDE
    assert cases.latest_proposal(case_of(reference)) is None


def letters(peer) -> str:
    """Everything that left by mail, headers and bodies."""
    parts = []
    for mail in peer.mails:
        parts += [str(value) for value in mail.message.values()]
        parts += [part.get_content() for part in mail.message.walk() if not part.is_multipart()]
    return "\n".join(parts)


def test_what_only_staff_should_know_never_reaches_the_person(client, session, sent_tasks, mail_peer, change_settings):
    """R30: not on a page, not in the download, not in a mail, whatever they answer."""
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port, OUTBOX_LEASE_SECONDS=60)
    team = states.Team()
    reference = a_case_with(Road.DIRECT, site_id=team.site_id)
    act(reference, triage.acknowledge, actor=team.coordinator)
    act(reference, triage.assess, states.assessment(Level.MODERATE), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water.", internal_findings=INSIDE), actor=team.officer)
    person = come_back(client, reference)

    def read_by_them() -> str:
        delivery.drain()
        pages = ["/case/view", "/case/download", "/case/accept", "/case/refuse", "/case/change", "/case/meet"]
        return "\n".join([*(client.get(path).text for path in pages), letters(mail_peer)])

    assert "Zebrafish" not in read_by_them()
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    offered = read_by_them()
    assert "We measured the dust." in offered
    assert "Zebrafish" not in offered
    act(reference, answers.refuse, wants_panel=False, actor=person_of(reference))
    assert "Zebrafish" not in read_by_them()
    assert len(mail_peer.mails) > 3
    assert INSIDE in sign_in(client, team.officer).get(f"/staff/cases/{reference}").text
    assert person.page()


def test_the_person_reads_in_plain_words_what_we_had_to_do_with_it(client, team):
    reference = states.an_assessed_case(team)
    act(reference, proposals.propose, states.offer(involvement="directly_linked"), actor=team.officer)
    come_back(client, reference)
    for path in ("/case/view", "/case/download"):
        shown = client.get(path).text
        assert "We found that it is as you say." in shown
        assert "somebody we work with did" in shown


def test_an_offer_from_before_our_part_was_asked_says_nothing_of_it(client, session, team):
    reference = states.a_proposed_case(team)
    offer = cases.latest_proposal(case_of(reference))
    offer.involvement = offer.further_causes = None
    session.commit()
    shown = come_back(client, reference).page()
    assert "We found that it is as you say." in shown
    assert "We caused it." not in shown
    assert "The company" not in sign_in(client, team.officer).get(f"/staff/cases/{reference}").text


def test_what_was_not_investigated_says_why_to_the_person(client, team):
    reference = states.an_assessed_case(team)
    browser = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/propose"
    refused = send(browser, address, **proposal(finding="not_investigated"))
    assert refused.status_code == 422
    assert "Write why it was not investigated" in page(refused).select_one("#why_not_investigated-error").get_text()
    why = "It was put right the same day."
    done(send(browser, address, **proposal(finding="not_investigated", why_not_investigated=why)))
    assert why in browser.get(f"/staff/cases/{reference}").text
    come_back(client, reference)
    for path in ("/case/view", "/case/download"):
        assert why in client.get(path).text


def test_a_reason_beside_another_finding_is_left_out(client, team):
    reference = states.an_assessed_case(team)
    sent = proposal(why_not_investigated="A left-over.")
    done(send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **sent))
    assert cases.latest_proposal(case_of(reference)).why_not_investigated is None


def test_causes_are_chosen_in_their_order_and_a_double_is_told_beside_its_field(client, team):
    reference = states.an_assessed_case(team)
    browser = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/propose"
    for field, typed in (
        ("second_cause", {"second_cause": "control_failed"}),
        ("third_cause", {"second_cause": "legacy", "third_cause": "legacy"}),
        ("third_cause", {"third_cause": "control_failed"}),
    ):
        refused = send(browser, address, **proposal(**typed))
        assert refused.status_code == 422
        assert "named already" in page(refused).select_one(f"#{field}-error").get_text()
        assert filled(refused)[field] == typed[field]
    done(send(browser, address, **proposal(second_cause="legacy", third_cause="unknown")))
    shown = page(browser.get(f"/staff/cases/{reference}")).get_text(" ", strip=True)
    assert "1. A control failed 2. Legacy of a predecessor 3. Unknown" in shown
    act(reference, answers.refuse, wants_panel=False, actor=person_of(reference))
    shown = page(browser.get(f"/staff/cases/{reference}")).get_text(" ", strip=True)
    assert "1. A control failed · 2. Legacy of a predecessor · 3. Unknown" in shown


def test_what_the_company_had_to_do_with_it_is_asked(client, team):
    reference = states.an_assessed_case(team)
    sent = proposal()
    del sent["involvement"]
    refused = send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **sent)
    assert refused.status_code == 422
    assert page(refused).select_one("#involvement-error")
    made_up = send(
        sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **proposal(involvement="perhaps")
    )
    assert made_up.status_code == 422
