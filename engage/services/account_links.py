"""Links by which somebody chooses a password: made, ended, and looked at when one comes back."""

import uuid
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from engage import clock, vault
from engage.domain import receipts
from engage.domain.account_links import LIVES, LinkPurpose, why_dead
from engage.extensions import db
from engage.models import AccountLink, StaffUser
from engage.notify import account_rules

_KEPT_FOR = timedelta(days=30)  # Ours: so long the page can say that a link was used, and not only that it is none.


class DeadLink(LookupError):
    """The code opens nothing; `code` says why: unknown, used, replaced, too_old."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def make(user: StaffUser, purpose: LinkPurpose) -> None:
    """Send the user a link that works once; earlier ones open nothing from now on."""
    now = clock.utcnow()
    end(user.id)
    db.session.execute(delete(AccountLink).where(AccountLink.expires_at < now - _KEPT_FOR))
    link_id = uuid.uuid4()
    row = AccountLink(
        id=link_id,
        user_id=user.id,
        purpose=purpose,
        digest=_digest(vault.account_code(link_id)),
        made_at=now,
        expires_at=now + LIVES[purpose],
    )
    db.session.add(row)
    account_rules.link_made(user, purpose, link_id=link_id)


def end(user_id: uuid.UUID) -> None:
    """Let every link of the user that is on its way open nothing any more."""
    waiting = (AccountLink.user_id == user_id, AccountLink.used_at.is_(None), AccountLink.ended_at.is_(None))
    db.session.execute(update(AccountLink).where(*waiting).values(ended_at=clock.utcnow()))


def owner_of(typed: str) -> uuid.UUID:
    """Return whose link this is, dead or not. The caller locks them, then asks `taken`.

    Raises:
        DeadLink: it is nobody's.
    """
    return _found(typed).user_id


def taken(typed: str) -> LinkPurpose:
    """Use the link up and return what it was for. Of two at once the second finds it used: its owner is locked.

    Raises:
        DeadLink: it is nobody's, was used, is too old, or a newer one took its place.
    """
    row, now = _found(typed), clock.utcnow()
    db.session.refresh(row)
    left_at = account_rules.link_left_at(row.user_id, row.purpose, link_id=row.id)
    # It lives from when it left, later than it was made where the mail server was away.
    expires_at = row.expires_at if left_at is None else left_at + LIVES[row.purpose]
    if code := why_dead(used_at=row.used_at, ended_at=row.ended_at, expires_at=expires_at, now=now):
        raise DeadLink(code)
    row.used_at = now
    db.session.flush()  # else whatever ends the links of the user would end this one, too
    return row.purpose


def sent_since(user_id: uuid.UUID, age: timedelta, purpose: LinkPurpose) -> int:
    """Return how many links of a kind were made for the user in the time just past."""
    since = clock.utcnow() - age
    mine = (AccountLink.user_id == user_id, AccountLink.purpose == purpose, AccountLink.made_at > since)
    return db.session.scalar(select(func.count(AccountLink.id)).where(*mine)) or 0


def _found(typed: str) -> AccountLink:
    code = receipts.normalised(typed)
    row = db.session.scalar(select(AccountLink).where(AccountLink.digest == _digest(code))) if code else None
    if row is None:
        raise DeadLink("unknown")
    return row


def _digest(code: str) -> str:
    return vault.digest(code, vault.ACCOUNT_LINK)
