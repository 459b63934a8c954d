"""Notices from the command line: ids and codes, no address and no content."""

import uuid

import pytest

from engage.domain.case import Road
from engage.domain.delivery import NoticeState, Outcome
from engage.extensions import db
from engage.models import OutboxMessage
from engage.notify.table import as_markdown
from engage.services import delivery, undelivered
from engage.unit_of_work import unit_of_work
from tests.notify.fates import in_state, tried
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.states import a_site


@pytest.fixture
def run(session, sent_tasks, app):
    def invoke(*arguments):
        return app.test_cli_runner().invoke(args=["engage", *arguments])

    return invoke


@pytest.fixture
def reference(run):
    made = a_case_with(Road.DIRECT, site_id=a_site())
    forget_notices()
    return made


def test_what_waits_is_listed_without_an_address(run, reference):
    key = a_notice(reference)
    said = run("outbox", "list").output
    assert str(row_of(key).id) in said
    assert "1 waiting" in said
    assert ADDRESS not in said
    assert reference not in said
    assert "to person" in said
    assert row_of(key).template not in said  # its name may say that the case is restricted


def test_a_dead_notice_is_listed_and_tried_again(run, reference):
    key = a_notice()
    delivery.drain()
    notice = str(row_of(key).id)
    assert notice in run("outbox", "list", "--dead").output
    assert run("outbox", "retry", notice).exit_code == 0
    assert row_of(key).dead_at is None
    assert "0 dead" in run("outbox", "list", "--dead").output


def test_one_notice_is_shown_with_each_try_by_ids_and_codes_alone(run, reference):
    second = in_state(NoticeState.SENT, reference)
    notice_id = in_state(NoticeState.REPLACED, reference, template="panel_offered")
    tried(notice_id, Outcome.REFUSED, "refused 550 5.1.1")
    tried(notice_id, Outcome.ARRIVED, None)
    with unit_of_work():
        db.session.get_one(OutboxMessage, notice_id).replaced_by_id = second
    said = run("outbox", "show", str(notice_id)).output
    for words in ("to person", "replaced ", f"replaced_by  {second}", "refused 550 5.1.1", "arrived", "2 tries"):
        assert words in said
    for secret in (ADDRESS, reference, "panel_offered"):
        assert secret not in said
    assert run("outbox", "show", str(uuid.uuid4())).exit_code == 1


def test_retrying_what_is_not_dead_is_refused(run, reference):
    assert run("outbox", "retry", str(uuid.uuid4())).exit_code == 1


def test_a_sweep_delivers_here_and_now(run, reference):
    a_notice(reference)
    assert run("sweep").output == "1 sent\n"
    assert db.session.query(OutboxMessage).filter(OutboxMessage.sent_at.is_(None)).count() == 0


def test_the_page_about_notices_can_be_printed(run):
    assert run("notifications").output == as_markdown()


def test_a_notice_that_came_back_is_listed_and_tried_again(run, reference):
    key = a_notice(reference)
    run("sweep")
    with unit_of_work():
        undelivered.bounced(row_of(key).id, "5.1.1")
    assert f"{row_of(key).id}  bounced  to person" in run("outbox", "list", "--bounced").output
    assert run("outbox", "retry", str(row_of(key).id)).exit_code == 0
    assert f"{row_of(key).id}  waiting  to person" in run("outbox", "list").output
