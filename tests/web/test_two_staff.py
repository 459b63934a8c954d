"""Two members of staff at one case at the same time, full disks, and forms that were tampered with."""

import errno
import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.lifecycle import Stage
from engage.domain.severity import Level
from engage.models import AfterCheck, Attachment, ContactAttempt, Message
from engage.services import conversation, triage
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_staff import assessment, done, filled, page, sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def first(client, team):
    return sign_in(client, team.coordinator)


@pytest.fixture
def second(client, team):
    return sign_in(client, team.second_coordinator)


def test_the_second_of_two_is_told_and_keeps_what_was_typed(first, second, team):
    reference = states.an_acknowledged_case(team)
    address = f"/staff/cases/{reference}/assess"
    one, two = filled(first.get(address)), filled(second.get(address))
    done(first.post(address, data={**one, **assessment("2")}))

    late = second.post(address, data={**two, **assessment("4", title="My title", immediate_action="Road closed.")})

    assert late.status_code == 409
    assert "changed meanwhile" in page(late).select_one(".govuk-notification-banner").get_text()
    assert (filled(late)["title"], filled(late)["immediate_action"]) == ("My title", "Road closed.")
    assert case_of(reference).level == 2


def test_sent_again_with_the_new_version_it_is_taken_where_it_still_fits(first, second, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/reply"
    form = filled(first.get(address))
    act(reference, conversation.write_as_person, "One more thing.", actor=person_of(reference))
    late = first.post(address, data={**form, "message": "We come on Thursday."})
    assert late.status_code == 409
    done(first.post(address, data=filled(late)))


def test_sent_again_where_it_no_longer_fits_it_says_why(first, second, team):
    reference = states.a_case(team.site_id)
    address = f"/staff/cases/{reference}/acknowledge"
    form = {**filled(second.get(address)), "how": "notice"}
    act(reference, triage.acknowledge, actor=team.coordinator)
    late = second.post(address, data=form)
    again = second.post(address, data=filled(late))
    assert (late.status_code, again.status_code) == (409, 409)
    assert "Not while the case is “acknowledged”" in again.text


def test_a_double_click_answers_once(first, session, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/reply"
    form = {**filled(first.get(address)), "message": "We come on Thursday."}
    assert [first.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(session.scalars(select(Message).where(Message.words == "We come on Thursday.")).all()) == 1


def test_a_double_click_counts_as_one_try_to_reach_the_person(first, session, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/log-attempt"
    form = {**filled(first.get(address)), "channel": "voice_call", "reached": "no"}
    assert [first.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(session.scalars(select(ContactAttempt)).all()) == 1
    form = {**filled(first.get(address)), "channel": "voice_call", "reached": "no"}
    done(first.post(address, data=form))
    assert len(session.scalars(select(ContactAttempt)).all()) == 2  # tried again later, from a page opened anew


def test_a_double_click_holds_one_of_the_checks_after_closure(clock, client, session, team):
    reference = states.a_closed_case(team, level=Level.MODERATE)  # checked after 30 and after 90 days
    clock.advance(timedelta(days=60))
    first = sign_in(client, team.coordinator)
    address = f"/staff/cases/{reference}/check-afterwards"
    form = {**filled(first.get(address)), "outcome": "attempt", "account": "Nobody at home."}
    assert [first.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(session.scalars(select(AfterCheck)).all()) == 1


def test_a_note_put_in_other_words_from_the_same_page_is_a_note_of_its_own(first, session, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/note"
    form = filled(first.get(address))
    for words in ("Booked.", "Booked for Friday.", "Booked for Friday."):
        done(first.post(address, data={**form, "message": words}))
    kept = session.scalars(select(Message.words).where(Message.words.like("Booked%"))).all()
    assert sorted(kept) == ["Booked for Friday.", "Booked."]


def test_a_note_is_never_in_the_way_of_others(first, second, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/note"
    form = filled(first.get(address))
    act(reference, conversation.reply, "We come.", actor=team.officer)
    done(first.post(address, data={**form, "message": "Laboratory booked."}))


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "１"])
def test_a_form_without_a_version_counts_as_out_of_date(first, team, version):
    reference = states.a_case(team.site_id)
    address = f"/staff/cases/{reference}/acknowledge"
    form = {**filled(first.get(address)), "how": "notice", "version": version}
    assert first.post(address, data=form).status_code == 409
    assert case_of(reference).stage is Stage.RECEIVED


def test_a_case_that_left_the_second_ones_sight_is_gone_for_them(first, second, team):
    reference = states.an_acknowledged_case(team)
    address = f"/staff/cases/{reference}/assess"
    form = {**filled(second.get(address)), **assessment("2")}
    act(reference, triage.restrict, "child_harmed", actor=team.coordinator)
    assert second.post(address, data=form).status_code == 404


def test_a_full_disk_sends_nothing_and_loses_no_word(first, session, team, monkeypatch):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/reply"
    form = filled(first.get(address))

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = first.post(
        address,
        data={**form, "message": "See the paper.", "files": (io.BytesIO(b"%PDF-1.7 words"), "paper.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 507
    assert "Nothing was sent. We have no room for files just now." in answer.text and "See the paper." in answer.text
    assert session.scalars(select(Attachment)).all() == []
    assert session.scalars(select(Message).where(Message.words == "See the paper.")).all() == []


def test_a_form_that_has_to_be_put_right_says_that_files_have_to_be_chosen_again(first, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/reply"
    form = filled(first.get(address))
    answer = first.post(
        address,
        data={**form, "message": " ", "files": (io.BytesIO(b"%PDF-1.7 words"), "paper.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "Choose your files again" in answer.text


def test_words_beyond_every_measure_are_an_answer_in_the_page(first, team):
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}/note"
    form = filled(first.get(address))
    assert first.post(address, data={**form, "message": "x" * 1_000_000}).status_code == 422
    assert first.post(address, data={**form, "message": "\0"}).status_code == 422
    done(first.post(address, data={**form, "message": "🙂 مرحبا\0 <b>"}))
