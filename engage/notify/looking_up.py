"""Where the notices of a batch go, found in one go and with few statements."""

import uuid
from collections.abc import Sequence
from functools import cache

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from engage.extensions import db
from engage.models import Case, DataKey, SealedContact, StaffUser
from engage.notify import addressing, edited
from engage.notify.addressing import WordsOf
from engage.notify.claims import Claimed
from engage.notify.destinations import Destination

Found = Destination | Exception


def destinations(messages: Sequence[Claimed]) -> dict[uuid.UUID, Found]:
    """Return where each notice goes, or why that cannot be found. Reads only; the caller ends the transaction.

    Raises:
        SQLAlchemyError: the database is gone.
    """
    kept = _read_ahead(messages)
    words = cache(edited.in_force)  # looked up once for each message and language of the batch
    found = {message.id: _destination(message, words) for message in messages}
    del kept
    return found


def _destination(message: Claimed, words: WordsOf) -> Found:
    try:
        return addressing.destination(message, words=words)
    except SQLAlchemyError:
        raise
    except Exception as error:  # one notice's own, which must not keep the others of the batch from leaving
        return error


def _read_ahead(messages: Sequence[Claimed]) -> list[object]:
    """Read what the notices need into the session, which finds it there one by one while somebody holds it."""
    case_ids = {message.case_id for message in messages if message.case_id is not None}
    user_ids = {message.user_id for message in messages if message.user_id is not None}
    kept: list[object] = []
    if user_ids:
        kept += db.session.scalars(select(StaffUser).where(StaffUser.id.in_(user_ids)))
    if case_ids:
        with_them = (joinedload(Case.site), joinedload(Case.preference))
        kept += db.session.scalars(select(Case).where(Case.id.in_(case_ids)).options(*with_them))
    of_people = {message.case_id for message in messages if message.user_id is None} - {None}
    if of_people:
        kept += db.session.scalars(select(SealedContact).where(SealedContact.case_id.in_(of_people)))
        kept += db.session.scalars(select(DataKey).where(DataKey.case_id.in_(of_people)))
    return kept
