"""A text message that no machine could place waits in the holding pen beside mail, and is read again from there."""

import json
import uuid

from engage import clock
from engage.domain.received_mail import GuessedBy, MailRoad, MailState
from engage.extensions import db
from engage.incoming.mail import Incoming, MailKind
from engage.models import ReceivedMail, ReceivedText
from engage.services import contact
from engage.services.inbound import finding, penning, raw_copy


def hand_over(text: ReceivedText, sender: str, words: str) -> None:
    """Put the text into the pen, in the open unit of work; staff are shown its words and no number.

    Its number stays sealed to the worker. The text is as old in the pen as it is.

    Raises:
        FileRefused: there is no room; the whole unit of work has to roll back, and the text stays where it is.
    """
    kept = json.dumps({"id": str(text.id), "from": sender, "words": words}).encode()
    row = ReceivedMail(
        id=uuid.uuid4(),
        digest=text.digest,  # of another purpose than those of mails, so that none of them is the same
        road=MailRoad.SMS,
        size=len(kept),
        received_at=text.received_at,
        state=MailState.RECEIVED,
        not_before=clock.utcnow(),
        attempts=0,
        is_restricted=False,
    )
    raw_copy.keep(row, kept, ())
    db.session.add(row)
    mail = read(kept)
    row.kind = mail.kind
    guesses = finding.guesses(mail, None)
    by_number = sum(one.by is GuessedBy.SAME_NUMBER for one in guesses)
    if not mail.text:
        why = "no_words"
    elif guesses:
        why = "several_cases" if by_number > 1 else "known"
    else:
        why = "unknown_number"
    penning.put(row, mail, b"", guesses, why)


def read(kept: bytes) -> Incoming:
    """Return the text in the form of a mail, with a number as its sender where it came from one."""
    said = json.loads(kept)
    return Incoming(
        kind=MailKind.WRITTEN,
        why="",
        sender=number_of(said["from"]),
        envelope_sender=said["from"],
        recipients=(),
        subject="",
        sent_at=None,
        message_id=said["id"],
        references=(),
        text=said["words"],
        shown=said["words"],
        files=(),
        reports=(),
        troubles=(),
    )


def number_of(sender: str) -> str | None:
    """Return a number as gateways write it, with or without its plus, in the form in which numbers are kept.

    None where it is none: who sells things by text may have a name there.
    """
    return contact.number_as_kept(sender if sender.startswith("+") else f"+{sender}", "")
