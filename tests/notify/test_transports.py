"""Mails over real SMTP and into files: what is final, what can be tried again, and what is nobody's fault."""

import os
import smtplib
import ssl
import uuid
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest

from engage.notify.transports import Post, TransportDeferred, TransportDown, TransportRefused
from engage.notify.transports.choice import open_transport
from engage.notify.transports.files import FileTransport
from engage.notify.transports.smtp import Server, SmtpTransport
from tests.mail_peer import Manner, free_port

TO = "amina@people.test"


def a_mail(to=TO, words="There is news."):
    mail = EmailMessage(policy=SMTPUTF8.clone(cte_type="7bit"))
    mail["From"], mail["To"], mail["Subject"] = "engage@engage.test", to, "News"
    mail.set_content(words)
    return Post(str(uuid.uuid4()), "engage@engage.test", to, mail.as_bytes())


def a_server(peer, **values):
    standard = {"host": peer.host, "port": peer.port, "security": "none", "user": None, "password": None, "seconds": 3}
    return Server(**(standard | values))


@pytest.fixture
def transport(mail_peer):
    made = SmtpTransport(a_server(mail_peer))
    yield made
    made.close()


def test_several_mails_leave_over_one_connection(mail_peer, transport):
    for _ in range(3):
        transport.send(a_mail())
    assert len(mail_peer.wait_for(3)) == 3
    assert mail_peer.connection_count == 1
    assert mail_peer.mails[0].recipients == (TO,)


def test_lines_that_begin_with_a_dot_arrive_as_they_were_written(mail_peer, transport):
    transport.send(a_mail(words=".\n..\nafter"))
    (arrived,) = mail_peer.wait_for(1)
    assert arrived.message.get_content().replace("\r\n", "\n") == ".\n..\nafter\n"


def test_an_address_that_is_refused_is_refused_for_good_and_the_next_mail_leaves(mail_peer, transport):
    mail_peer.manner = Manner.REFUSE_RECIPIENT
    with pytest.raises(TransportRefused) as caught:
        transport.send(a_mail())
    assert str(caught.value) == "550 5.1.1"
    mail_peer.manner = Manner.ACCEPT
    transport.send(a_mail())
    assert mail_peer.connection_count == 1


def test_a_content_that_is_refused_is_refused_for_good(mail_peer, transport):
    mail_peer.manner = Manner.REFUSE_CONTENT
    with pytest.raises(TransportRefused, match=r"^554 5\.6\.0$"):
        transport.send(a_mail())


def test_a_server_that_says_later_is_tried_later(mail_peer, transport):
    mail_peer.manner = Manner.GREYLIST
    with pytest.raises(TransportDeferred, match=r"^451 4\.7\.1$"):
        transport.send(a_mail())


@pytest.mark.parametrize("manner", [Manner.BUSY, Manner.STALL, Manner.DROP])
def test_a_server_that_fails_in_the_middle_is_down_and_the_next_mail_connects_anew(mail_peer, manner):
    transport = SmtpTransport(a_server(mail_peer, seconds=1))
    mail_peer.manner = manner
    with pytest.raises(TransportDown) as caught:
        transport.send(a_mail())
    assert TO not in str(caught.value)
    mail_peer.manner = Manner.ACCEPT
    transport.send(a_mail())
    transport.close()
    assert mail_peer.connection_count == 2


def test_a_server_that_is_not_there_is_down(known_mail_servers):
    port = free_port()
    known_mail_servers.add(("127.0.0.1", port))
    server = Server("127.0.0.1", port, "none", None, None, 2)
    with pytest.raises(TransportDown, match="ConnectionRefusedError"):
        SmtpTransport(server).send(a_mail())


@pytest.mark.parametrize("values", [{"security": "starttls"}, {"user": "engage", "password": "secret"}])
def test_a_server_that_offers_less_than_we_need_is_down_and_gets_no_mail(mail_peer, values):
    transport = SmtpTransport(a_server(mail_peer, **values))
    with pytest.raises(TransportDown):
        transport.send(a_mail())
    transport.close()
    assert mail_peer.mails == []


def test_a_server_that_speaks_no_tls_is_down(mail_peer):
    transport = SmtpTransport(a_server(mail_peer, security="tls", seconds=1))
    with pytest.raises(TransportDown):
        transport.send(a_mail())


class Scripted(smtplib.SMTP):
    """A connection whose answers a test gives, for what the real peer cannot be made to say."""

    answers: dict[str, tuple[int, bytes]] = {}

    def mail(self, sender, options=()):
        return self.answers.get("mail") or super().mail(sender, options)

    def rcpt(self, recip, options=()):
        return self.answers.get("rcpt") or super().rcpt(recip, options)

    def data(self, msg):
        if "data" in self.answers:
            raise smtplib.SMTPDataError(*self.answers["data"])
        return super().data(msg)

    def noop(self):
        return self.answers.get("noop") or super().noop()

    def login(self, user, password, **options):
        raise smtplib.SMTPAuthenticationError(*self.answers["login"])

    def rset(self):
        if "rset" in self.answers:
            raise smtplib.SMTPServerDisconnected("gone")
        return super().rset()


@pytest.fixture
def answering(monkeypatch):
    monkeypatch.setattr(smtplib, "SMTP", Scripted)
    monkeypatch.setattr(Scripted, "answers", {})
    return Scripted.answers


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("mail", (553, b"5.1.8 who are you"), TransportDown),
        ("rcpt", (421, b"4.3.2 closing"), TransportDown),
        ("rcpt", (530, b"5.7.0 sign in first"), TransportDown),
        ("rcpt", (550, b"5.7.1 not from here"), TransportDeferred),
        ("rcpt", (550, "no enhanced code <amina@people.test>"), TransportRefused),
        ("data", (451, b"4.3.0 not now, amina@people.test"), TransportDeferred),
        ("data", (250, b"2.1.5 the answer to something else"), TransportDown),
    ],
)
def test_what_is_said_of_us_is_not_held_against_the_address(mail_peer, transport, answering, command, answer, kind):
    answering[command] = answer
    with pytest.raises(kind) as caught:
        transport.send(a_mail())
    assert "people.test" not in str(caught.value)


def test_a_sign_in_that_is_refused_is_nobodys_fault_and_its_text_is_not_kept(mail_peer, answering):
    answering["login"] = (535, b"5.7.8 engage with hunter2 is not known")
    with pytest.raises(TransportDown, match=r"^535 5\.7\.8$"):
        SmtpTransport(a_server(mail_peer, user="engage", password="hunter2")).send(a_mail())


def test_a_sign_in_that_is_refused_is_found_by_looking_before_any_mail_is_owed(mail_peer, answering):
    answering["login"] = (535, b"5.7.8 engage with hunter2 is not known")
    with pytest.raises(TransportDown, match=r"^535 5\.7\.8$"):
        SmtpTransport(a_server(mail_peer, user="engage", password="hunter2")).check()


def test_a_server_that_is_about_to_close_is_not_called_well(mail_peer, transport, answering):
    answering["noop"] = (421, b"4.3.2 closing")
    with pytest.raises(TransportDown, match=r"^421 4\.3\.2$"):
        transport.check()
    answering.clear()
    transport.check()


def test_there_is_nothing_to_hurry_before_a_connection_is_made(mail_peer, transport):
    transport._hurry(smtplib.SMTP())
    assert mail_peer.connection_count == 0


def test_a_connection_that_cannot_be_made_fit_again_is_let_go(mail_peer, transport, answering):
    answering |= {"rcpt": (450, b"later"), "rset": (0, b"")}
    with pytest.raises(TransportDeferred):
        transport.send(a_mail())
    answering.clear()
    transport.send(a_mail())
    assert mail_peer.connection_count == 2


def test_an_address_outside_ascii_leaves_only_where_the_server_can_take_it(mail_peer, transport, monkeypatch):
    transport.send(a_mail("ämina@people.test"))
    assert mail_peer.wait_for(1)[0].recipients == ("ämina@people.test",)
    monkeypatch.setattr(smtplib.SMTP, "has_extn", lambda self, name: False)
    with pytest.raises(TransportRefused, match="smtputf8"):
        transport.send(a_mail("ämina@people.test"))


def test_closing_twice_or_after_the_server_went_does_no_harm(mail_peer, transport):
    transport.send(a_mail())
    mail_peer.stop()
    transport.close()
    transport.close()


def test_starttls_is_asked_to_check_the_certificate(mail_peer, monkeypatch):
    asked = []

    def starttls(self, *, context):
        asked.append(context)
        return 220, b"go on"

    monkeypatch.setattr(smtplib.SMTP, "starttls", starttls)
    monkeypatch.setattr(smtplib.SMTP, "login", lambda self, user, password: asked.append((user, password)))
    transport = SmtpTransport(a_server(mail_peer, security="starttls", user="engage"))
    transport.send(a_mail())
    transport.close()
    assert asked[0].verify_mode is ssl.CERT_REQUIRED
    assert asked[1] == ("engage", "")


def test_a_file_is_whole_private_and_written_once_per_notice(tmp_path):
    transport = FileTransport(tmp_path / "mail")
    mail = a_mail()
    transport.send(mail)
    transport.send(mail)
    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert message_from_bytes(path.read_bytes())["Subject"] == "News"
    transport.close()


def test_a_folder_that_cannot_be_written_is_a_transport_that_is_down(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(TransportDown, match="FileExistsError"):
        FileTransport(tmp_path / "mail").send(a_mail())


def test_looking_at_the_folder_of_mails_leaves_nothing_in_it(tmp_path):
    FileTransport(tmp_path / "mail").check()
    assert list((tmp_path / "mail").iterdir()) == []


def test_a_folder_on_a_file_system_that_cannot_be_written_is_down_before_any_mail_is_owed():
    with pytest.raises(TransportDown):
        FileTransport(Path("/proc/self")).check()


def test_the_settings_choose_the_transport_and_keep_its_patience_below_the_lease(app, change_settings):
    with app.app_context():
        assert isinstance(open_transport(), FileTransport)
        change_settings(MAIL="smtp", OUTBOX_LEASE_SECONDS=80, SMTP_TIMEOUT_SECONDS=30)
        chosen = open_transport()
    assert isinstance(chosen, SmtpTransport)
    assert chosen.server.seconds == 10
