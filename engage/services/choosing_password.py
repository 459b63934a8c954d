"""Passwords that their owner chooses by a link: after an invitation, or in place of one that was forgotten."""

import logging
import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from engage import clock, vault
from engage.domain.account_links import RESETS_A_DAY, LinkPurpose
from engage.domain.policy import Actor, Membership, NotAllowed
from engage.extensions import db
from engage.models import AskedReset, StaffUser
from engage.notify import account_rules
from engage.services import account_links, accounts, new_passwords, passwords, people
from engage.services.account_links import DeadLink
from engage.services.accounts import Details
from engage.services.audit import Change, note
from engage.services.new_passwords import WeakPassword
from engage.services.sign_in import as_stored
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
_DAY = timedelta(days=1)
MOST = 200  # Ours: so many are answered by one sweep.


def invite(details: Details, roles: Collection[Membership], *, actor: Actor) -> uuid.UUID:
    """Add a user who chooses their own password by a link that is sent to their address.

    Raises:
        NotAllowed: a role is outside of the actor's sites, or there is none.
        EmailTaken: there is an account with this address.
    """
    user = accounts.add(details, roles, password=None, actor=actor)
    account_links.make(user, LinkPurpose.INVITATION)
    note(Change.INVITATION_SENT, actor=actor, subject_id=user.id)
    return user.id


def invite_again(user_id: uuid.UUID, *, actor: Actor) -> None:
    """Send another link to somebody who never chose a password; the one before opens nothing any more.

    Raises:
        NotAllowed: the user is not the actor's to manage, has a password, or may not sign in.
    """
    user = people.managed(user_id, actor)
    if user.password_hash is not None or not user.is_active:
        raise NotAllowed("an invitation")
    account_links.make(user, LinkPurpose.INVITATION)
    note(Change.INVITATION_SENT, actor=actor, subject_id=user.id)


def ask_for_reset(email: str) -> None:
    """Note that somebody forgot the password of this address. It costs the same whether or not it is anybody's."""
    sealed = vault.seal({"email": as_stored(email)}, vault.ASKED_RESET)
    db.session.add(AskedReset(id=uuid.uuid4(), sealed=sealed, asked_at=clock.utcnow()))


def answer_resets() -> int:
    """Send the links that were asked for, each in a unit of work of its own; return how many. Safe to run twice.

    An address that is nobody's, or whose owner may not sign in, gets nothing, and nothing is said about it. Sessions go
    on until a link is used: nobody signs somebody else out by asking.
    """
    asked = select(AskedReset.id).order_by(AskedReset.asked_at).limit(MOST)
    waiting = db.session.scalars(asked).all()
    count = 0
    for asked_id in waiting:
        with unit_of_work():
            count += _answer(asked_id)
    return count


def choose(code: str, new: str) -> str:
    """Let the owner of a link have the password they chose, and return their address. Their sessions end.

    They are told by mail where the link was for a forgotten one. A second factor that they have goes on counting.

    Raises:
        DeadLink: the code opens nothing.
        WeakPassword: the new password will not do; the link is not used up.
    """
    user = people.locked(account_links.owner_of(code))
    purpose = account_links.taken(code)
    if not user.is_active:
        raise DeadLink("unknown")
    new_passwords.refuse_weak(new, email=user.email, name=user.name)
    if purpose is LinkPurpose.RESET and passwords.is_right(new, user.password_hash):
        raise WeakPassword("the_old_one")
    new_passwords.keep(user, new, must_change=False)
    entry = note(Change.PASSWORD_CHOSEN, actor=user.actor, subject_id=user.id, after={"by": purpose.value})
    if purpose is LinkPurpose.RESET:
        account_rules.password_chosen(user, change_id=entry.id)
    return user.email


def _answer(asked_id: uuid.UUID) -> bool:
    row = db.session.scalars(select(AskedReset).where(AskedReset.id == asked_id).with_for_update()).one_or_none()
    if row is None:
        return False
    db.session.delete(row)
    try:
        email = vault.opened(row.sealed, vault.ASKED_RESET)["email"]
    except vault.Unreadable:
        log.warning("a request for a new password could not be read: the root secret has changed since")
        return False
    user = db.session.scalar(select(StaffUser).where(StaffUser.email == email, StaffUser.is_active))
    if user is None or account_links.sent_since(user.id, _DAY, LinkPurpose.RESET) >= RESETS_A_DAY:
        return False
    account_links.make(user, LinkPurpose.RESET)
    return True
