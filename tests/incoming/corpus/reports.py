"""Delivery reports as Postfix, Exim, Exchange, Gmail, qmail and others write them."""

from collections.abc import Iterator

from engage.incoming.mail import MailKind
from tests.incoming.corpus.pieces import NOTICE, Sample, file, mail, page, several, text

GONE = "gone@example.org"
ORIGINAL = f"From: Concerns <concerns@mine.example.net>\r\nTo: {GONE}\r\nSubject: News\r\nMessage-ID: {NOTICE}\r\n"
RETURNED = b"Content-Type: message/rfc822\r\n\r\n" + ORIGINAL.encode() + b"\r\nPlease open the page.\r\n"
HEADERS = b"Content-Type: text/rfc822-headers\r\n\r\n" + ORIGINAL.encode()
FAILED = ("failed", "5.1.1", NOTICE, True)


def status(*recipients: str, media_type: str = "message/delivery-status") -> bytes:
    """Return the part that programs read: the server's fields, and those of each recipient."""
    groups = "\r\n\r\n".join(
        ["Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Mon, 5 Jan 2026 10:00:00 +0000", *recipients]
    )
    return f"Content-Type: {media_type}\r\n\r\n{groups}\r\n".encode()


def recipient(action: str, code: str, address: str = GONE) -> str:
    """Return the fields of one recipient."""
    return (
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {code}\r\n"
        f"Diagnostic-Code: smtp; 550 {code} No"
    )


def returned(body: bytes, *, sender: str = "MAILER-DAEMON@mx.example.org", **changed: str | None) -> bytes:
    """Return a mail of a mail server."""
    about = {
        "from": f"Mail Delivery System <{sender}>",
        "return_path": "<>",
        "subject": "Undelivered Mail Returned to Sender",
        "auto_submitted": "auto-replied",
        "in_reply_to": None,
        "references": None,
    }
    return mail(body, **{**about, **changed})


def report(*parts: bytes) -> bytes:
    """Return the body of a report in the standard's form."""
    return several(
        [text("I'm sorry to have to inform you that it could not be delivered."), *parts],
        "report",
        more="; report-type=delivery-status",
    )


def one(name: str, raw: bytes, why: str, *reports: tuple[str, str, str, bool], **more: object) -> Sample:
    """Return a sample of a report."""
    return Sample(name, raw, MailKind.DELIVERY_REPORT, why, reports=reports, sender=None, **more)  # type: ignore[arg-type] - fields by name


def samples() -> Iterator[Sample]:
    """Yield reports in the standard's form, and in words."""
    yield from _standard()
    yield from _in_words()
    yield from _exchange()
    passed_on = b"Content-Type: message/rfc822\r\n\r\n" + returned(
        report(status(recipient("failed", "5.1.1")), RETURNED)
    )
    forwarded = several([text("What does this mean?"), passed_on], boundary="=_outer")
    yield Sample("a-report-that-a-person-passes-on", mail(forwarded), text_has=("What does this mean?",))


def _standard() -> Iterator[Sample]:
    why = "delivery_status"
    yield one("postfix-failed", returned(report(status(recipient("failed", "5.1.1")), RETURNED)), why, FAILED)
    yield one("postfix-headers-only", returned(report(status(recipient("failed", "5.1.1")), HEADERS)), why, FAILED)
    delayed = returned(
        report(status(recipient("delayed", "4.4.1")), HEADERS), subject="Delayed Mail (still being retried)"
    )
    yield one("postfix-delayed", delayed, why, ("delayed", "4.4.1", NOTICE, True))
    for action in ("delivered", "relayed", "expanded"):
        done = returned(report(status(recipient(action, "2.0.0")), HEADERS), subject="Successful Mail Delivery Report")
        yield one(f"postfix-{action}", done, why, ("delivered", "2.0.0", NOTICE, True))
    both = status(
        recipient("failed", "5.1.1"),
        recipient("delayed", "4.2.2", "full@example.org"),
        recipient("delivered", "2.1.5", "here@example.org"),
    )
    three = (FAILED, ("delayed", "4.2.2", NOTICE, True), ("delivered", "2.1.5", NOTICE, True))
    yield one("several-recipients", returned(report(both, RETURNED)), why, *three)
    utf8 = status(recipient("failed", "5.1.1", "пыль@example.org"), media_type="message/global-delivery-status")
    yield one("international", returned(report(utf8, RETURNED)), why, FAILED)
    yield one(
        "without-the-mail", returned(report(status(recipient("failed", "5.7.1")))), why, ("failed", "5.7.1", "", True)
    )
    no_action = status(f"Final-Recipient: rfc822; {GONE}\r\nStatus: 4.7.0")
    yield one("without-an-action", returned(report(no_action, RETURNED)), why, ("delayed", "4.7.0", NOTICE, True))
    in_diagnosis = status(
        f"Final-Recipient: rfc822; {GONE}\r\nAction: failed\r\nDiagnostic-Code: smtp; 550-5.2.1 Disabled"
    )
    yield one(
        "status-in-the-diagnosis", returned(report(in_diagnosis, RETURNED)), why, ("failed", "5.2.1", NOTICE, True)
    )
    unknown = status("Action: failed\r\nStatus: 5.0.0")
    yield one("nobody-named", returned(report(unknown, HEADERS)), why, ("failed", "5.0.0", NOTICE, False))
    gmail = several(
        [
            several([text("** Address not found **"), page("<b>Address not found</b>")], "alternative", "=_in"),
            file("icon.png", "image/png", b"\x89PNG", disposition="inline"),
        ],
        "related",
        "=_rel",
    )
    whole = several(
        [gmail, status(recipient("failed", "5.1.1")), RETURNED], "report", more="; report-type=delivery-status"
    )
    yield one(
        "gmail",
        returned(whole, sender="mailer-daemon@googlemail.com", subject="Delivery Status Notification (Failure)"),
        why,
        FAILED,
        files=("icon.png",),
    )
    exim = returned(
        report(status(recipient("failed", "5.0.0")), RETURNED),
        subject="Mail delivery failed: returning message to sender",
        x_failed_recipients=GONE,
    )
    yield one("exim-new", exim, why, ("failed", "5.0.0", NOTICE, True))
    sendmail = returned(
        report(status(recipient("failed", "5.1.1")), HEADERS), subject="Returned mail: see transcript for details"
    )
    yield one("sendmail", sendmail, why, FAILED)
    own_server = returned(
        report(status(recipient("failed", "5.1.1")), HEADERS),
        sender="MAILER-DAEMON@mine.example.net",
        message_id="<1@mine.example.net>",
    )
    yield one("our-own-mail-server", own_server, why, FAILED)
    no_null = returned(report(status(recipient("failed", "5.1.1")), HEADERS), return_path=None, auto_submitted=None)
    yield one("without-return-path", no_null, why, FAILED)
    empty = several([text("It failed with 5.4.4."), RETURNED], "report", more="; report-type=delivery-status")
    yield one(
        "the-status-part-is-missing", returned(empty), "report_without_status", ("failed", "5.4.4", NOTICE, False)
    )


def _in_words() -> Iterator[Sample]:
    copy = ORIGINAL.replace("\r\n", "\n")
    exim = (
        "This message was created automatically by mail delivery software.\n\nA message that you "
        "sent could not be delivered to one "
        f"or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {GONE}\n"
        f"    host mx.example.org [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<{GONE}>:\n"
        "    550 5.1.1 No such user\n\n------ This is a copy of the message, including all the "
        f"headers. ------\n\n{copy}\nNews\n"
    )
    subject = "Mail delivery failed: returning message to sender"
    yield one(
        "exim-words", returned(text(exim), subject=subject, x_failed_recipients=GONE), "failed_recipients", FAILED
    )
    without = returned(text(exim), subject=subject)
    yield one("exim-words-without-the-header", without, "server_words", FAILED)
    warning = (
        "A message that you sent has not yet been delivered to one or more of its\nrecipients after "
        "more than 24 hours.\n\n"
        f"The address to which it has not yet been delivered is:\n\n  {GONE}\n    Delay reason: "
        "Connection timed out\n\n"
        "No action is required on your part.\n"
    )
    late = returned(text(warning), subject="Warning: message 1tUxyz-0001 delayed 24 hours")
    yield one("exim-delayed", late, "server_words", ("delayed", "", "", True))
    qmail = (
        "Hi. This is the qmail-send program at example.org.\nI'm afraid I wasn't able to deliver "
        "your message to the following "
        f"addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{GONE}>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the "
        f"message.\n\n{copy}\nNews\n"
    )
    yield one("qmail", returned(text(qmail), subject="failure notice", auto_submitted=None), "qmail_words", FAILED)
    two = qmail.replace("\n--- Below", "\n<full@example.org>:\nMailbox full. (#4.2.2)\n\n--- Below")
    both = (FAILED, ("delayed", "4.2.2", NOTICE, True))
    yield one("qmail-two", returned(text(two), subject="failure notice"), "qmail_words", *both)
    old_gmail = (
        f"Delivery to the following recipient failed permanently:\n\n     {GONE}\n\nTechnical details "
        "of permanent failure:\n"
        f"550 5.1.1 The account does not exist.\n\n----- Original message -----\n\n{copy}\n"
    )
    google = returned(
        text(old_gmail), sender="mailer-daemon@googlemail.com", subject="Delivery Status Notification (Failure)"
    )
    yield one("gmail-words", google, "server_words", FAILED)
    postfix = (
        f"This is the mail system at host mx.example.org.\n\n<{GONE}>: host mx.example.org said: 550 "
        f"5.1.1 unknown\n\n{copy}"
    )
    yield one("postfix-words", returned(text(postfix)), "server_words", FAILED)
    relayed = f"Your message was successfully relayed to the following recipients:\n\n<{GONE}>\n"
    yield one(
        "relayed-words", returned(text(relayed), subject="Relayed: News"), "server_words", ("delivered", "", "", True)
    )
    hand_made = "Your mail could not be delivered to the address below: 550 5.1.1 unknown"
    plain = {"return_path": None, "auto_submitted": None, "subject": "Undeliverable: News"}
    by_words = returned(text(hand_made), sender="administrator@example.org", **plain)
    yield one("no-robot-but-all-the-words", by_words, "failure_words", ("failed", "5.1.1", "", False))
    silent = returned(text("It did not work.\n"), subject="Undeliverable: News")
    yield one("nothing-but-a-subject", silent, "server_words", ("failed", "", "", False))


def _exchange() -> Iterator[Sample]:
    sender = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org"
    html = (
        f"<p>Your message to <a href='mailto:{GONE}'>{GONE}</a> couldn't be delivered.</p><p>Remote "
        "Server returned '550 5.1.1 "
        "RESOLVER.ADR.RecipNotFound'</p><p>Original message headers:</p><pre>Message-ID: "
        "&lt;0b6f@mine.example.net&gt;\n</pre>"
    )
    words = returned(page(html), sender=sender, subject="Undeliverable: News", auto_submitted=None)
    yield one("exchange-html-without-status", words, "server_words", FAILED)
    marked = returned(
        page(html),
        sender="postmaster@example.org",
        subject="News",
        return_path=None,
        auto_submitted=None,
        x_ms_exchange_message_is_ndr="",
    )
    yield one("exchange-marked", marked, "exchange_words", FAILED)
    inner = several([text(f"Delivery has failed to these recipients:\n{GONE}"), page(html)], "alternative", "=_in")
    whole = several(
        [inner, status(recipient("failed", "5.1.1")), RETURNED], "report", more="; report-type=delivery-status"
    )
    yield one(
        "exchange-with-status", returned(whole, sender=sender, subject="Undeliverable: News"), "delivery_status", FAILED
    )
    for subject in (
        "Unzustellbar: News",
        "Non remis : News",
        "No se puede entregar: News",
        "Não é possível entregar: News",
        "Undelivered: News",
    ):
        raw = returned(
            page(html), sender=sender, subject=f"=?utf-8?q?{''.join(f'={byte:02X}' for byte in subject.encode())}?="
        )
        yield one(f"exchange-{subject.split()[0].lower().strip(':')}", raw, "server_words", FAILED)
    late = page(f"<p>Delivery is delayed to these recipients:</p><p>{GONE}</p><p>The server will keep trying.</p>")
    delayed = returned(late, sender=sender, subject="Delivery delayed: News")
    yield one("exchange-delayed", delayed, "server_words", ("delayed", "", "", True))
