"""Cases that speak of the same, through pages."""

import pytest

from tests import states
from tests.states import case_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, kinds, page, send, sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def words(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def test_triage_suggests_links_and_unlinks(client, session, team):
    one = states.a_case(team.site_id, where_it_happened="Krivelj")
    like = states.a_case(team.site_id, where_it_happened="Krivelj", what_happened="Dust everywhere.")
    browser = sign_in(client, team.coordinator)
    shown = browser.get(f"/staff/cases/{one}")
    assert "May speak of the same" in words(shown)
    assert like in words(shown)
    assert like in words(browser.get(f"/staff/cases/{one}/link"))
    refused = send(browser, f"/staff/cases/{one}/link", other="BOR-26-NNNNN", kind="related")
    assert refused.status_code == 422
    assert "not open to you" in words(refused)
    done(send(browser, f"/staff/cases/{one}/link", other=like, kind="duplicate"))
    shown = browser.get(f"/staff/cases/{like}")
    assert "Linked cases" in words(shown)
    address = next(link["href"] for link in page(shown).select("a") if link.get("href", "").endswith("/unlink"))
    assert (
        browser.get(address.replace(like, one).replace(address.split("/")[-2], str(case_of(one).id))).status_code == 404
    )
    done(send(browser, address))
    assert "Linked cases" not in words(browser.get(f"/staff/cases/{one}"))
    assert kinds(session, one)[-2:] == ["CaseLinked", "CaseUnlinked"]


def test_the_person_of_a_linked_case_learns_nothing_of_the_other(client, team):
    one, other = states.an_assessed_case(team), states.a_case(team.site_id, what_happened="The spring is grey.")
    done(send(sign_in(client, team.coordinator), f"/staff/cases/{one}/link", other=other, kind="duplicate"))
    person = come_back(client, one)
    for path in ("/case/view", "/case/download"):
        said = client.get(path).text
        assert other not in said
        assert "spring" not in said
        assert "inked" not in said
    assert person.client is client


def test_a_restricted_case_is_suggested_to_nobody_outside_the_lane(client, team):
    one = states.a_case(team.site_id, where_it_happened="Krivelj")
    hidden = states.a_case(team.site_id, where_it_happened="Krivelj", harms_child=True)
    for actor in (team.coordinator, team.approver):
        browser = sign_in(client, actor)
        for path in ("", "/link"):
            assert hidden not in browser.get(f"/staff/cases/{one}{path}").text


def test_r20_the_number_of_an_internal_incident_is_noted_and_shown_and_words_are_refused(client, team):
    reference, boss = states.an_assessed_case(team), sign_in(client, team.coordinator)
    address = f"/staff/cases/{reference}/incident"
    refused = send(boss, address, incident="The driver was drunk")
    assert (refused.status_code, "No words." in refused.text) == (422, True)
    assert "The driver was drunk" in refused.text
    done(send(boss, address, incident="INC-2026-0153"))
    assert "INC-2026-0153" in boss.get(f"/staff/cases/{reference}").text
    assert filled(boss.get(address))["incident"] == "INC-2026-0153"
    assert sign_in(client, team.custodian).get(address).status_code == 403
