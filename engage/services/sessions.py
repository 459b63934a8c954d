"""Sessions of staff: begun at sign-in, listed for their owner, ended one by one or all but one."""

import uuid

from sqlalchemy import delete, or_, update

from engage import clock
from engage.domain.browsers import LONGEST_SESSION, Browser
from engage.extensions import db
from engage.models import StaffSession, StaffUser
from engage.notify import account_rules


def begin(user: StaffUser, browser: Browser, *, is_known: bool) -> uuid.UUID:
    """Begin a session and return its id; the user is told by mail where they never signed in with this browser.

    What is left of sessions that have ended is taken away.
    """
    now = clock.utcnow()
    has_ended = (StaffSession.user_id == user.id) & (StaffSession.key != user.session_key)
    db.session.execute(delete(StaffSession).where(or_(StaffSession.began_at <= now - LONGEST_SESSION, has_ended)))
    row = StaffSession(
        id=uuid.uuid4(),
        user_id=user.id,
        key=user.session_key,
        browser=browser.name,
        system=browser.system,
        began_at=now,
    )
    db.session.add(row)
    if not is_known:
        account_rules.new_browser(user, session_id=row.id)
    return row.id


def go_on(session_id: uuid.UUID, key: str) -> None:
    """Let this one session live on where its user has a new key, which ends all others."""
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(key=key))


def end(user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """End one session of the user.

    Raises:
        NoResultFound: it has ended, or is somebody else's.
    """
    own = (StaffSession.id == session_id) & (StaffSession.user_id == user_id)
    db.session.execute(delete(StaffSession).where(own).returning(StaffSession.id)).one()


def end_others(user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """End every session of the user but this one."""
    db.session.execute(delete(StaffSession).where(StaffSession.id != session_id, StaffSession.user_id == user_id))
