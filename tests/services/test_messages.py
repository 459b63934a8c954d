"""Administrators change what mails say: in versions, never without what is owed, and mails follow at once."""

import json
import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, NoResultFound

from engage import clock
from engage.domain.case import Road
from engage.domain.message_checks import Words, WordsRefused
from engage.domain.policy import NotAllowed, Role
from engage.models import AuditEvent, MessageVersion, OutboxMessage
from engage.notify import addressing, claims, edited, messages
from engage.queries import message_versions
from engage.services import messages as service
from engage.services.messages import SHIPPED, WordsChangedMeanwhile
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.threads import at_once

NEWS = Words("Something for you", "Dear neighbour,\n\nthere is news in {{ reference }}.\n\nRead it:\n{{ link }}")


@pytest.fixture
def chief(session):
    return states.staff((Role.ADMIN, None))


def save(words=NEWS, *, actor, seen=0, message="case_news", locale="en"):
    with unit_of_work():
        return service.save(message, locale, words, seen_version=seen, actor=actor).version


def restore(version, *, actor, seen):
    with unit_of_work():
        return service.restore("case_news", "en", version, seen_version=seen, actor=actor).version


def entries(session):
    session.rollback()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.kind.like("message%")).order_by(AuditEvent.number))
    return [(row.kind, row.actor_id, json.loads(row.payload)) for row in rows]


def test_a_mail_is_written_in_the_words_that_were_saved(session, sent_tasks, chief):
    reference = a_case_with(Road.DIRECT)
    forget_notices()
    save(actor=chief)
    a_notice(reference)
    with unit_of_work():
        claimed = claims.claim(5)[0]
    letter = addressing.destination(claimed)
    assert letter.words == NEWS
    assert service.words_in_use("case_news", "en") == NEWS


def test_who_is_not_reached_by_mail_has_no_words_looked_up(session, sent_tasks, chief):
    reference = a_case_with(Road.FACILITATOR, facilitator="The teacher")
    forget_notices()
    a_notice(reference)
    with unit_of_work():
        claimed = claims.claim(5)[0]
    assert not isinstance(addressing.destination(claimed), addressing.Letter)


def test_without_a_version_the_shipped_words_count(session):
    assert edited.in_force("case_news", "en") is None
    assert edited.in_force("no_such_message", "en") is None
    assert service.words_in_use("case_news", "en") == messages.shipped("case_news", "en")


def test_every_change_is_a_version_and_an_entry_that_proves_its_words(session, chief):
    assert save(actor=chief) == 1
    other = Words("News", NEWS.body)
    assert save(other, actor=chief, seen=1) == 2
    found = entries(session)
    assert [kind for kind, *_ in found] == ["message_changed", "message_changed"]
    assert {actor_id for _, actor_id, _ in found} == {chief.id}
    first, second = (payload for *_, payload in found)
    assert (first["before"]["version"], first["after"]["version"]) == (SHIPPED, 1)
    assert (first["after"]["message"], first["after"]["locale"]) == ("case_news", "en")
    assert second["before"]["digest"] == first["after"]["digest"] != second["after"]["digest"]
    assert first["before"]["digest"] == service._digest(messages.shipped("case_news", "en"))


def test_older_words_count_again_as_a_new_version(session, chief):
    save(actor=chief)
    save(Words("News", NEWS.body), actor=chief, seen=1)
    assert restore(1, actor=chief, seen=2) == 3
    assert service.words_in_use("case_news", "en") == NEWS
    assert restore(SHIPPED, actor=chief, seen=3) == 4
    assert edited.in_force("case_news", "en") is None
    told = [(one.number, one.restored_from, one.words) for one in message_versions.history("case_news", "en")]
    assert told == [(4, 0, None), (3, 1, NEWS), (2, None, Words("News", NEWS.body)), (1, None, NEWS)]
    assert message_versions.history("case_news", "en")[0].by
    assert [kind for kind, *_ in entries(session)][2:] == ["message_restored", "message_restored"]
    standing = message_versions.standing()[("case_news", "en")]
    assert (standing.version, standing.is_own) == (4, False)
    with pytest.raises(NoResultFound):
        restore(9, actor=chief, seen=4)


def test_the_second_of_two_administrators_is_told_and_nothing_is_overwritten(session, chief):
    save(actor=chief)
    for late in (
        lambda: save(Words("Late", NEWS.body), actor=chief),
        lambda: restore(SHIPPED, actor=chief, seen=0),
    ):
        with pytest.raises(WordsChangedMeanwhile):
            late()
    assert service.words_in_use("case_news", "en") == NEWS


def test_of_two_at_the_same_moment_one_is_told(app, session, chief):
    def try_one():
        try:
            save(actor=chief)
        except WordsChangedMeanwhile:
            return "told"
        return "saved"

    assert sorted(at_once(app, 2, try_one)) == ["saved", "told"]


def test_a_number_that_is_taken_is_somebody_elses_version(session, chief, monkeypatch):
    save(actor=chief)
    monkeypatch.setattr(edited, "newest", lambda message, locale: None)  # what the other transaction did not see yet
    with pytest.raises(WordsChangedMeanwhile):
        save(actor=chief)


def test_words_without_what_is_owed_are_not_saved(session, chief):
    """Source: domain R22."""
    words = messages.shipped("case_acknowledged", "en")
    without = Words(words.subject, words.body.replace("{{ block_appeal }}", "Goodbye."))
    with pytest.raises(WordsRefused) as refused:
        save(without, actor=chief, message="case_acknowledged")
    assert [one.refusal.values for one in refused.value.problems] == [{"name": "block_appeal"}]
    assert session.scalars(select(MessageVersion)).all() == []


def test_what_says_the_same_is_no_version(session, chief):
    with pytest.raises(WordsRefused):
        save(messages.shipped("case_news", "en"), actor=chief)


def test_only_an_administrator_of_all_sites_changes_words(session):
    site = states.a_site("BOR")
    for actor in (states.staff((Role.ADMIN, site)), states.staff((Role.COORDINATOR, None))):
        with pytest.raises(NotAllowed):
            save(actor=actor)
        with pytest.raises(NotAllowed):
            restore(SHIPPED, actor=actor, seen=0)


def test_what_is_fixed_or_unknown_is_not_changed(session, chief):
    with pytest.raises(NotAllowed):
        save(actor=chief, message="password_link")
    for message, locale in (("no_such", "en"), ("case_news", "xx")):
        with pytest.raises(NoResultFound):
            save(actor=chief, message=message, locale=locale)


def put(words, *, by, message="case_news"):
    with unit_of_work():
        from_an_older_engage = MessageVersion(
            id=uuid.uuid4(),
            message=message,
            locale="en",
            version=1,
            subject=words.subject,
            body=words.body,
            made_by_id=by.id,
            made_at=clock.utcnow(),
        )
        edited.db.session.add(from_an_older_engage)


def test_words_that_no_longer_fit_are_passed_over_and_complained_of(session, chief, caplog):
    put(Words("News", "{{ no_longer_there }}"), by=chief)
    assert edited.in_force("case_news", "en") is None
    assert "version 1 of the message case_news in en does not fit" in caplog.text
    with pytest.raises(WordsRefused):
        restore(1, actor=chief, seen=1)


def test_words_of_a_message_that_is_fixed_by_now_are_not_asked_for(session, chief):
    put(Words("Enter here", "{{ link }}"), by=chief, message="password_link")
    assert edited.in_force("password_link", "en") is None


def test_versions_hold_whole_words(session, chief):
    half = text(
        "INSERT INTO message_version (id, message, locale, version, subject, made_by_id, made_at) "
        "VALUES (:id, 'case_news', 'en', 1, 'x', :by, CURRENT_TIMESTAMP)"
    )
    with pytest.raises(IntegrityError), unit_of_work():
        session.execute(half, {"id": uuid.uuid4().hex, "by": chief.id.hex})


def test_the_outbox_holds_no_words(session, sent_tasks, chief):
    save(actor=chief)
    reference = a_case_with(Road.DIRECT)
    a_notice(reference)
    assert all("neighbour" not in str(row.context) for row in session.scalars(select(OutboxMessage)))


def test_sites_and_their_locales_are_known(session):
    states.a_site("BOR")
    assert message_versions.locales_of_sites() == ["en"]
