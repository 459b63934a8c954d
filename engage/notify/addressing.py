"""Where a notice goes, found when it is sent: what holds then counts, not what held when it was owed."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import joinedload

from engage.domain.message_checks import Words
from engage.extensions import db
from engage.models import Case, Recipient
from engage.notify import edited
from engage.notify.claims import Claimed
from engage.notify.destinations import ADDRESS_LEFT as ADDRESS_LEFT
from engage.notify.destinations import CODE_LINK as CODE_LINK
from engage.notify.destinations import NEUTRAL_FOR_PERSON as NEUTRAL_FOR_PERSON
from engage.notify.destinations import NEUTRAL_FOR_STAFF as NEUTRAL_FOR_STAFF
from engage.notify.destinations import WITHHELD as WITHHELD
from engage.notify.destinations import ByHand as ByHand
from engage.notify.destinations import Destination, NoAddress, Text
from engage.notify.destinations import Letter as Letter
from engage.notify.destinations import Nowhere as Nowhere
from engage.notify.messages import locale_of
from engage.notify.to_person import to_lane, to_person
from engage.notify.to_staff import to_staff

WordsOf = Callable[[str, str], Words | None]


def destination(message: Claimed, *, words: WordsOf = edited.in_force) -> Destination:
    """Return where the notice goes, of a letter or text with the words that an administrator gave it, if any.

    `words` finds those of a message and a locale; whoever asks for many notices at once remembers them meanwhile.
    Reads only; the caller ends the transaction before anything is sent.

    Raises:
        NoAddress: the recipient is gone, or what they left serves the road it has to take no more.
        Unreadable: the sealed address does not open with our keys.
        NoRing: the file of keys is not there.
    """
    found = _destination(message)
    if not isinstance(found, Letter | Text):
        return found
    return replace(found, words=words(found.template, locale_of(found.template, found.locale)))


def _destination(message: Claimed) -> Destination:
    if message.lane_report_id is not None:
        return to_lane(message, message.lane_report_id)
    case = _case(message.case_id) if message.case_id else None
    if message.recipient is Recipient.PERSON:
        if case is None:
            raise NoAddress("no case")
        return to_person(message, case)
    return to_staff(message, case)


def _case(case_id: uuid.UUID) -> Case:
    # one that was read ahead costs nothing
    return db.session.get_one(Case, case_id, options=[joinedload(Case.site), joinedload(Case.preference)])
