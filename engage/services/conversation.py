"""What the person and our staff say to each other, and what staff note among themselves."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engage import clock, vault
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.events import AttemptLogged, Event, MessageWritten
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.domain.work_events import ColleagueMentioned
from engage.extensions import db
from engage.models import Case, ContactAttempt, Message, StaffUser
from engage.services import pausing, search_index
from engage.services.timeline import digest_of, record


@dataclass(frozen=True, slots=True)
class Came:
    """How what somebody wrote came to us, beside its words."""

    channel: str = "web"
    whole: str | None = None  # of a mail, with what it quotes
    left_out: Sequence[dict[str, Any]] = ()  # files that we do not take: name and code


BY_FORM = Came()


def write_as_person(case: Case, words: str, *, actor: Actor, token: str | None = None, came: Came = BY_FORM) -> Message:
    """Add what the person wrote, which ends the pause in which we waited for it.

    The same form, or the same mail, sent twice finds the first message.

    Raises:
        NotAllowed: it is not the actor's case.
    """
    policy.require(actor, Permission.REPLY, case.facts)
    submission = vault.digest(token, vault.TOKEN) if token else None
    if submission and (found := db.session.scalar(select(Message).where(Message.submission_digest == submission))):
        return found
    case.unread_reply = True
    message = add(case, words, writer=Writer.PERSON, actor=actor, submission_digest=submission, came=came)
    pausing.resume_as_answered(case, actor=actor)
    return message


def reply(case: Case, words: str, *, actor: Actor, asks: bool = False) -> Message:
    """Add what we write to the person; `asks` marks a question that we wait to have answered.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    policy.require(actor, Permission.REPLY, case.facts)
    case.unread_reply = False
    return add(case, words, writer=Writer.STAFF, actor=actor, asks=asks)


def note(case: Case, words: str, *, actor: Actor, readers: Collection[uuid.UUID] = (), came: Came = BY_FORM) -> Message:
    """Add a note that only staff can read, and tell the readers named that it is meant for them.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: a reader could not see the case, or is here no longer.
    """
    policy.require(actor, Permission.NOTE, case.facts)
    named = [db.session.get(StaffUser, user_id) for user_id in dict.fromkeys(readers) if user_id != actor.id]
    if any(user is None or not policy.may(user.actor, Permission.VIEW, case.facts) for user in named):
        raise Refused(Refusal("owner_cannot_see"))
    message = add(case, words, writer=Writer.NOTE, actor=actor, came=came)
    for user in filter(None, named):
        record(case, ColleagueMentioned(message_id=message.id, user_id=user.id), actor=actor)
    return message


def log_attempt(case: Case, channel: str, *, reached: bool, actor: Actor) -> None:
    """Record a try to reach the person.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    policy.require(actor, Permission.TELL_PERSON, case.facts)
    db.session.add(ContactAttempt(case_id=case.id, channel=channel, reached=reached, at=clock.utcnow(), by_id=actor.id))
    record(case, AttemptLogged(channel=channel, reached=reached), actor=actor)


def add(
    case: Case,
    words: str,
    *,
    writer: Writer,
    actor: Actor,
    asks: bool = False,
    submission_digest: str | None = None,
    tells: bool = True,
    came: Came = BY_FORM,
) -> Message:
    """Add a message to the case. Use cases whose own event tells of it pass `tells=False`."""
    message = Message(
        id=uuid.uuid4(),
        case_id=case.id,
        writer=writer,
        author_id=actor.id if writer is not Writer.PERSON else None,
        salt=vault.salt(),
        words=words,
        whole=came.whole,
        left_out=list(came.left_out) or None,
        is_question=asks,
        written_at=clock.utcnow(),
        submission_digest=submission_digest,
    )
    db.session.add(message)
    search_index.index(case)
    if tells:
        event: Event = MessageWritten(message_id=message.id, writer=writer.value, asks=asks, channel=came.channel)
        record(case, event, actor=actor, content=digest_of_message(message))
    return message


def digest_of_message(message: Message) -> str:
    """Return the salted digest under which the record keeps the words of a message."""
    return digest_of(message.salt, message.words, *([] if message.whole is None else [message.whole]))
