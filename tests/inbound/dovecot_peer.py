"""A real Dovecot on loopback ports: IMAP to fetch from, LMTP to deliver into, one mailbox, all of it in one folder."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.inbound.mails import INBOX
from tests.mail_peer import free_port

PASSWORD = "the password of the mailbox"
_START_SECONDS = 60
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
recipient_delimiter = +
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Done {{
    auto = create
  }}
}}
{more}
"""


def dovecot() -> str:
    """Where Debian's packages dovecot-imapd and dovecot-lmtpd put it; .ci/servers.sh installs them."""
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    assert found, "install Debian's dovecot-imapd and dovecot-lmtpd, or leave these tests out with -m 'not dovecot'"
    return found


class Dovecot:
    """The server; it can be stopped and started again at the same ports. `more` goes into its configuration."""

    def __init__(self, more: str = "") -> None:
        # Not in pytest's folder, which it keeps closed to everybody but who runs it.
        self.folder = folder = Path(tempfile.mkdtemp(prefix="engage-dovecot-"))
        self.imap, self.lmtp = free_port(), free_port()
        # Mail is never touched by root, whoever runs the tests.
        user = "dovecot" if os.geteuid() == 0 else getpass.getuser()
        entry = pwd.getpwnam(user)
        group = grp.getgrgid(entry.pw_gid).gr_name
        (folder / "mail").mkdir()
        (folder / "users").write_text(f"{INBOX}:{PASSWORD}\n")
        self._configuration = folder / "dovecot.conf"
        self._configuration.write_text(
            CONFIGURATION.format(folder=folder, user=user, group=group, imap=self.imap, lmtp=self.lmtp, more=more)
        )
        if os.geteuid() == 0:
            for path in (folder, folder / "mail", folder / "users"):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [dovecot(), "-F", "-c", str(self._configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                for port in (self.imap, self.lmtp):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"Dovecot did not start: {self.said()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def said(self) -> str:
        """What it wrote into its log."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def deliver(self, raw: bytes, *recipients: str) -> None:
        """Hand a mail over by LMTP, as a mail server does: again, where it is told to come back."""
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                with smtplib.LMTP("127.0.0.1", self.lmtp) as client:
                    client.sendmail("neighbour@example.org", list(recipients) or [INBOX], raw)
            except smtplib.SMTPException:
                assert time.monotonic() < until, self.said()
                time.sleep(0.2)
            else:
                return

    def mark_all(self, flags: str) -> None:
        """As somebody does who looks through the mailbox with a mail program."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as client:
            client.login(INBOX, PASSWORD)
            client.select()
            client.store("1:*", "+FLAGS", f"({flags})")

    def count(self, folder: str = "") -> int:
        """How many mails lie in a folder of the mailbox, read or not."""
        at = self.folder / "mail" / (f".{folder}" if folder else "")
        return sum(1 for part in ("new", "cur") for _ in (at / part).glob("*"))


def a_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = made.add_extension(here, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(pem, form, plain))
    return certificate, private
