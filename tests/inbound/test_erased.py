"""Whoever has everything erased does not leave their mail behind in the holding pen; what may be another's stays."""

import pytest
from sqlalchemy import select

from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.models import DoomedFile, PenItem, ReceivedMail
from engage.services import cases, erasure_requests, file_store
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import STRANGER, a_case_by_mail, a_mail, came, notice_of, seen_by


@pytest.fixture
def reference(team):
    return a_case_by_mail(team.site_id)


def erase_everything(reference):
    with unit_of_work():
        case = cases.lock_own(states.case_of(reference).id)
        erasure_requests.erase_everything(case, actor=states.person_of(reference))


def test_an_answer_that_waits_goes_with_everything_else(team, reference):
    mail = came(
        a_mail("Zqxheron, my name is in here.", sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>")
    )
    assert [one.id for one in seen_by(team.coordinator)] == [mail.id]
    path = file_store.path_of(mail.stored_as)
    erase_everything(reference)
    assert db.session.scalars(select(PenItem.words)).all() == []
    assert db.session.scalars(select(ReceivedMail)).all() == []
    assert not path.exists()
    assert db.session.scalars(select(DoomedFile)).all() == []


def test_a_mail_that_only_names_the_case_may_be_somebody_elses_word_and_waits_on(team, reference):
    mail = came(a_mail(f"I saw the same as {reference}.", sender=STRANGER))
    erase_everything(reference)
    assert db.session.scalars(select(ReceivedMail.state).where(ReceivedMail.id == mail.id)).one() is MailState.PEN


def test_a_mail_that_may_be_about_another_case_as_well_waits_on(team, reference):
    other = a_case_by_mail(team.site_id)
    words = f"As in {other}: it goes on."
    mail = came(a_mail(words, sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    erase_everything(reference)
    assert db.session.scalars(select(ReceivedMail.state).where(ReceivedMail.id == mail.id)).one() is MailState.PEN
