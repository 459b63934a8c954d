"""What mails say, changed by administrators: version by version, each of which holds what a message owes."""

import hashlib
import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound

from engage import clock
from engage.domain import message_checks
from engage.domain.administration import require_sites
from engage.domain.guards import Refusal
from engage.domain.message_checks import BODY, Problem, Words, WordsRefused
from engage.domain.messages_file import MessageFacts
from engage.domain.policy import Actor, NotAllowed
from engage.extensions import db
from engage.models import MessageVersion
from engage.notify import edited, messages
from engage.services.audit import Change, note
from engage.services.chain import canonical

SHIPPED = 0  # the version that lies in files


class WordsChangedMeanwhile(RuntimeError):
    """Somebody saved another version after the form was opened."""


def problems(message: str, words: Words) -> list[Problem]:
    """Return what keeps the words from being saved."""
    table = messages.table()
    return message_checks.problems(words, table.messages[message], table)


def editable(message: str, locale: str) -> MessageFacts:
    """Return the message whose words can be changed in a locale.

    Raises:
        NoResultFound: there is no such message, or we have no texts of our own in the locale.
        NotAllowed: nobody changes its words.
    """
    facts = messages.table().messages.get(message)
    if facts is None or locale not in messages.locales():
        raise NoResultFound
    if not facts.is_editable:
        raise NotAllowed("message")
    return facts


def words_in_use(message: str, locale: str) -> Words:
    """Return the words a mail in this locale is written in now."""
    return edited.in_force(message, locale) or messages.shipped(message, locale)


def save(message: str, locale: str, words: Words, *, seen_version: int, actor: Actor) -> MessageVersion:
    """Save new words; mails that leave from now on are written in them. One subject and text for all sites.

    Raises:
        NoResultFound: there is no such message or locale.
        NotAllowed: the actor does not administer all sites, or nobody changes this message.
        WordsChangedMeanwhile: the form was opened on another version than the newest.
        WordsRefused: they say what they must not, leave out what they owe, or say what is said already.
    """
    require_sites(actor, [None])
    editable(message, locale)
    newest = _seen(message, locale, seen_version)
    found = problems(message, words)
    if not found and words == words_in_use(message, locale):
        found = [Problem(BODY, Refusal("words_unchanged"))]
    if found:
        raise WordsRefused(found)
    return _add(newest, (message, locale), words, actor=actor)


def restore(message: str, locale: str, version: int, *, seen_version: int, actor: Actor) -> MessageVersion:
    """Let the words of an older version count again, as a new version; of version 0, the words as shipped.

    Raises:
        NoResultFound: there is no such message, locale or version.
        NotAllowed: the actor does not administer all sites, or nobody changes this message.
        WordsChangedMeanwhile: the page was opened before somebody saved another version.
        WordsRefused: the old words no longer hold what the message owes.
    """
    require_sites(actor, [None])
    editable(message, locale)
    newest = _seen(message, locale, seen_version)
    words = edited.words_of(_version(message, locale, version)) if version != SHIPPED else None
    if words is not None and (found := problems(message, words)):
        raise WordsRefused(found)
    return _add(newest, (message, locale), words, actor=actor, restored_from=version)


def _version(message: str, locale: str, version: int) -> MessageVersion:
    return db.session.scalars(
        select(MessageVersion).where(
            MessageVersion.message == message, MessageVersion.locale == locale, MessageVersion.version == version
        )
    ).one()


def _seen(message: str, locale: str, version: int) -> MessageVersion | None:
    """The newest version, which is the one somebody saw."""
    newest = edited.newest(message, locale)
    if (newest.version if newest else SHIPPED) != version:
        raise WordsChangedMeanwhile(message)
    return newest


def _add(
    newest: MessageVersion | None,
    place: tuple[str, str],
    words: Words | None,
    *,
    actor: Actor,
    restored_from: int | None = None,
) -> MessageVersion:
    (message, locale), before = place, newest.version if newest else SHIPPED
    row = MessageVersion(
        id=uuid.uuid4(),
        message=message,
        locale=locale,
        version=before + 1,
        subject=words.subject if words else None,
        body=words.body if words else None,
        sms=words.sms if words else None,
        restored_from=restored_from,
        made_by_id=actor.id,
        made_at=clock.utcnow(),
    )
    was = {"version": before, "digest": _digest(edited.words_of(newest) or messages.shipped(message, locale))}
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:  # two at the same moment: the number is taken
        raise WordsChangedMeanwhile(message) from error
    named: dict[str, object] = {"message": message, "locale": locale, "version": row.version}
    change = Change.MESSAGE_CHANGED if restored_from is None else Change.MESSAGE_RESTORED
    now = _digest(words or messages.shipped(message, locale))
    note(change, actor=actor, subject_id=row.id, before=was, after={**named, "digest": now})
    return row


def _digest(words: Words) -> str:
    """What the record keeps of words, so that nobody can say afterwards that a mail said something else."""
    said = canonical({"subject": words.subject, "body": words.body, "sms": words.sms})
    return hashlib.sha256(said.encode()).hexdigest()
