"""A notice as a mail: neutral subject, text and HTML, from the words in force and the frame around them."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any

from markupsafe import Markup

from engage.notify import messages
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.writing import Written, direction_of, environment, write
from engage.settings import settings


def render(message: Claimed, letter: Letter) -> EmailMessage:
    """Return the mail, ready to hand over. A value that its words ask for and nobody gave is an error.

    The Message-ID comes from the row's id alone, so that a mail system knows a second copy of the same notice.

    Raises:
        KeyError: there is no such message.
        MissingValue: a value is missing.
    """
    locale = messages.locale_of(letter.template, letter.locale)
    facts = messages.table().messages[letter.template]
    words = letter.words or messages.shipped(letter.template, locale)
    written = write(facts, words, letter.values, locale)
    # The reader's own address may hold letters outside ASCII; everything else is made of ASCII lines that no mail
    # server on the way can break.
    policy = SMTP.clone(cte_type="7bit") if letter.address.isascii() else SMTPUTF8.clone(cte_type="7bit")
    mail = EmailMessage(policy=policy)
    mail["From"] = settings().MAIL_FROM
    mail["To"] = letter.address
    mail["Subject"] = written.subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{_domain()}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers us
    mail["X-Auto-Response-Suppress"] = "All"  # the same for servers that know only this
    audience = facts.audience.value
    mail.set_content(framed(audience, "txt", locale, letter.values, written))
    mail.add_alternative(framed(audience, "html", locale, letter.values, written), subtype="html")
    return mail


def framed(audience: str, part: str, locale: str, values: Mapping[str, Any], written: Written) -> str:
    """Return one part of a mail, `txt` or `html`, with what is ours around its words."""
    is_html = part == "html"
    page = {
        "locale": locale,
        "lang": locale.replace("@", "-x-").replace("_", "-"),
        "direction": direction_of(locale),
        # What the layout made is HTML of ours: each value in it is escaped there.
        "words": Markup(written.html) if is_html else written.text.rstrip(),  # noqa: S704 - made by the layout
    }
    template = environment().get_template(f"email/_layout/{locale}/{audience}.{part}")
    return template.render({**values, **page})


def _domain() -> str:
    return settings().MAIL_FROM.rpartition("@")[2].strip("> ")
