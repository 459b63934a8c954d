"""The mail server of the tests misbehaves as it is told to."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.mail_peer import Manner


def send(peer, *, timeout=5):
    message = EmailMessage()
    message["Subject"] = "News"
    message["Message-ID"] = "<one@engage.test>"
    message.set_content("There is news.")
    with smtplib.SMTP(peer.host, peer.port, timeout=timeout) as connection:
        connection.send_message(message, "engage@engage.test", ["officer@engage.test"])


def test_a_mail_that_is_accepted_is_kept(mail_peer):
    send(mail_peer)
    [delivery] = mail_peer.wait_for(1)
    assert delivery.recipients == ("officer@engage.test",)
    assert mail_peer.to("officer@engage.test")[0]["Subject"] == "News"


@pytest.mark.parametrize(
    ("manner", "error", "kept"),
    [
        (Manner.BUSY, smtplib.SMTPResponseException, 0),
        (Manner.GREYLIST, smtplib.SMTPRecipientsRefused, 0),
        (Manner.REFUSE_RECIPIENT, smtplib.SMTPRecipientsRefused, 0),
        (Manner.REFUSE_CONTENT, smtplib.SMTPDataError, 0),
        (Manner.STALL, smtplib.SMTPServerDisconnected, 0),
        (Manner.DROP, smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_a_mail_fails_in_the_manner_asked_for(mail_peer, manner, error, kept):
    mail_peer.manner = manner
    with pytest.raises(error):
        send(mail_peer, timeout=0.5)
    assert len(mail_peer.mails) == kept


def test_a_stopped_server_refuses_and_comes_back_on_the_same_port(mail_peer):
    port = mail_peer.port
    mail_peer.stop()
    with pytest.raises(ConnectionRefusedError):
        send(mail_peer)
    mail_peer.start()
    send(mail_peer)
    assert (mail_peer.port, len(mail_peer.wait_for(1))) == (port, 1)
