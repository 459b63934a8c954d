"""The words of messages as administrators edited them, where they still fit what a message may and must say."""

import logging
from functools import lru_cache

from sqlalchemy import select

from engage.domain.message_checks import Words, problems
from engage.extensions import db
from engage.models import MessageVersion
from engage.notify import messages

log = logging.getLogger(__name__)
_REMEMBERED = 256  # ours: more than there are messages in three languages


def in_force(message: str, locale: str) -> Words | None:
    """Return the words that count instead of the shipped ones; None where those count.

    After an upgrade a message may owe more, or have a value no longer: words that do not fit any more are passed over
    and complained of, since a mail in the shipped words is better than none.
    """
    facts = messages.table().messages.get(message)
    if facts is None or not facts.is_editable:
        return None
    row = newest(message, locale)
    words = words_of(row)
    if row is None or words is None or fits(message, words):
        return words
    log.error("version %s of the message %s in %s does not fit any more", row.version, message, locale)
    return None


def newest(message: str, locale: str) -> MessageVersion | None:
    """Return the version that was saved last, which may say that the shipped words count."""
    return db.session.scalars(
        select(MessageVersion)
        .where(MessageVersion.message == message, MessageVersion.locale == locale)
        .order_by(MessageVersion.version.desc())
        .limit(1)
    ).one_or_none()


def words_of(row: MessageVersion | None) -> Words | None:
    """Return the words of a version; None where it has none of its own."""
    if row is None or row.subject is None or row.body is None:
        return None
    return Words(row.subject, row.body, row.sms)


@lru_cache(maxsize=_REMEMBERED)
def fits(message: str, words: Words) -> bool:
    """Whether the words are such as could be saved now."""
    table = messages.table()
    return not problems(words, table.messages[message], table)
