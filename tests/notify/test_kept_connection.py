"""One connection to the mail server for runs that follow each other."""

import os

import pytest

from engage.notify.transports import kept
from engage.notify.transports.choice import give_back, take_transport
from tests.notify.test_transports import a_mail


@pytest.fixture
def sending_to(app, mail_peer, change_settings):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port)
    with app.app_context():
        yield mail_peer
        kept.close()


def a_run(mails=1):
    transport = take_transport()
    for _ in range(mails):
        transport.send(a_mail())
    give_back(transport)


def test_runs_that_follow_each_other_share_one_connection(sending_to):
    for _ in range(3):
        a_run(2)
    assert len(sending_to.wait_for(6)) == 6
    assert sending_to.connection_count == 1


def test_a_kept_connection_whose_server_went_away_is_made_anew_and_no_mail_fails(sending_to):
    a_run()
    sending_to.stop()
    sending_to.start()
    a_run()
    assert len(sending_to.wait_for(2)) == 2
    assert sending_to.connection_count == 2


def test_a_connection_that_lay_idle_too_long_is_closed(sending_to, monkeypatch):
    a_run()
    monkeypatch.setattr(kept, "KEEP_SECONDS", -1.0)
    a_run()
    assert sending_to.connection_count == 2


def test_a_process_that_forked_leaves_its_parents_connection_alone(sending_to, monkeypatch):
    transport = take_transport()
    transport.send(a_mail())
    give_back(transport)
    with monkeypatch.context() as forked:
        forked.setattr(os, "getpid", lambda: -1)
        a_run()
        assert sending_to.connection_count == 2
    kept.close()  # whose owner is another process now
    a_run()
    assert sending_to.connection_count == 3


def test_of_two_connections_that_are_given_back_one_is_kept(sending_to):
    first, second = take_transport(), take_transport()
    first.send(a_mail())
    second.send(a_mail())
    give_back(first)
    give_back(second)
    assert not first.is_connected
    assert take_transport() is second
    second.close()


def test_what_never_connected_is_not_kept(sending_to):
    transport = take_transport()
    assert not transport.stands()
    transport.abandon()
    give_back(transport)
    assert take_transport() is not transport
