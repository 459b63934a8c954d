"""A notice as a mail: neutral subject, text and HTML, from the words in force and the frame around them."""

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from markupsafe import Markup

from engage.notify import messages
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.headers import POLICY, can_answer, set_headers
from engage.notify.writing import Written, direction_of, environment, write


def render(message: Claimed, letter: Letter) -> EmailMessage:
    """Return the mail, ready to hand over. A value that its words ask for and nobody gave is an error.

    Raises:
        KeyError: there is no such message.
        MissingValue: a value is missing.
        NoAddress: the reader's address cannot be one, or is more than one.
    """
    locale = messages.locale_of(letter.template, letter.locale)
    facts = messages.table().messages[letter.template]
    words = letter.words or messages.shipped(letter.template, locale)
    written = write(facts, words, letter.values, locale)
    mail = EmailMessage(policy=POLICY)
    set_headers(mail, message, letter, written.subject)
    audience, frame = facts.audience.value, letter.values | {"can_answer": can_answer(message, letter)}
    mail.set_content(framed(audience, "txt", locale, frame, written))
    mail.add_alternative(framed(audience, "html", locale, frame, written), subtype="html")
    mail.set_boundary(f"=_{message.id.hex}")  # not by chance: a second copy of a notice is the same, byte for byte
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
