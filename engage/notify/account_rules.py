"""Who is told when an account is changed by somebody else: no event of a case, so beside the table of events."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import or_, select, true

from engage import clock
from engage.domain.account_links import FORMER_TOLD, LinkPurpose
from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import FormerAddress, StaffMembership, StaffUser
from engage.notify import outbox
from engage.notify.outbox import Owed
from engage.notify.to_users import to_user

ADDRESS_LEFT = "own_address_left"  # goes to the address that its account had before, and nowhere else
LETTER_OF = {LinkPurpose.INVITATION: "invitation", LinkPurpose.RESET: "password_link"}


def password_given(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner of a password that somebody else gave them a new one; whoever cannot sign in is not told."""
    if user.is_active:
        _tell_owner("password_given", user, change_id)


def address_changed(user: StaffUser, former_id: uuid.UUID, *, change_id: uuid.UUID) -> None:
    """Tell the owner of an account that it has another address: there, and at the one before, whatever holds later."""
    outbox.enqueue(_owed("own_address", user, change_id, own="yes"), _to_former(user, former_id, change_id, again=""))


def link_made(user: StaffUser, purpose: LinkPurpose, *, link_id: uuid.UUID) -> None:
    """Send somebody the link with which they choose a password. The outbox holds its id, which opens nothing."""
    outbox.enqueue(_owed(LETTER_OF[purpose], user, link_id, link_id=str(link_id)))


def link_left_at(user_id: uuid.UUID, purpose: LinkPurpose, *, link_id: uuid.UUID) -> datetime | None:
    """Return when the link left last; None where it has not left yet."""
    return outbox.left_at(f"{link_id}:{LETTER_OF[purpose]}:{user_id}")


def password_chosen(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner that their password was chosen by a link, in case it was not they who did."""
    _tell_owner("password_chosen", user, change_id)


def second_factor_reset(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner that their second factor no longer counts; whoever cannot sign in is not told."""
    if user.is_active:
        _tell_owner("second_factor_reset", user, change_id)


def passkey_added(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner of an account that a passkey opens it now."""
    _tell_owner("passkey_added", user, change_id, own="yes")


def passkey_removed(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner of an account that a passkey opens it no longer."""
    _tell_owner("passkey_removed", user, change_id, own="yes")


def passkey_refused(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner of a passkey that there seems to be a copy of it, and that it counts no more."""
    _tell_owner("passkey_refused", user, change_id, own="yes")


def identity_linked(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell the owner of an account that they can enter it by single sign-on from now on."""
    _tell_owner("identity_linked", user, change_id, own="yes")


def new_browser(user: StaffUser, *, session_id: uuid.UUID) -> None:
    """Tell somebody that their account was entered with a browser in which they never signed in."""
    _tell_owner("new_browser", user, session_id)


def nobody_stands_in(user: StaffUser, *, change_id: uuid.UUID) -> None:
    """Tell somebody who is away that whoever stood in for them can do so no longer, and that nobody fits."""
    outbox.enqueue(_owed("nobody_stands_in", user, change_id))


def cannot_end(user: StaffUser, *, asks_themself: bool = False) -> None:
    """Tell administrators that an account whose time is up goes on, since it is needed; once for each end.

    Its own user is asked, too, where nobody else administers all sites: only they can name another.
    """
    ends_at = user.ends_at.isoformat() if user.ends_at else ""
    for one in administrators_of(row.site_id for row in user.memberships):
        if one.id != user.id or asks_themself:
            outbox.enqueue(_owed("cannot_end", one, f"{user.id}:{ends_at}", person=str(user.id)))


def training_ends(user: StaffUser, place: uuid.UUID | None, on: date) -> None:
    """Tell somebody that a role of theirs will rest from a day on, and administrators; once for each day."""
    _of_training("training_ends", user, place, on)


def role_rests(user: StaffUser, place: uuid.UUID | None, on: date) -> None:
    """Tell somebody that a role of theirs rests now, and administrators; once for each day from which one rests."""
    _of_training("role_rests", user, place, on)


def cannot_rest(user: StaffUser, place: uuid.UUID | None, on: date) -> None:
    """Tell somebody and administrators that a role goes on without its training, since nobody else holds it."""
    _of_training("cannot_rest", user, place, on)


def _of_training(template: str, user: StaffUser, place: uuid.UUID | None, on: date) -> None:
    day = datetime.combine(on, time(12), UTC).isoformat()
    outbox.enqueue(_owed(template, user, f"training:{user.id}:{on}", on=day, own="yes"))
    others = [one for one in administrators_of([place]) if one.id != user.id]
    key = f"training:{user.id}:{on}"
    outbox.enqueue(*(_owed(template, one, key, on=day, own="", person=str(user.id)) for one in others))


def administrators_of(places: Iterable[uuid.UUID | None]) -> Sequence[StaffUser]:
    """Return who administers one of the sites, or all of them."""
    here = or_(StaffMembership.site_id.is_(None), StaffMembership.site_id.in_({place for place in places if place}))
    admin = (StaffMembership.role == Role.ADMIN) & StaffMembership.counts & here
    wanted = select(StaffUser).where(StaffUser.is_active, StaffUser.memberships.any(admin))
    return db.session.scalars(wanted.order_by(StaffUser.id)).all()


def focal_point_changed(user: StaffUser, held: Iterable[Membership], *, change_id: uuid.UUID) -> None:
    """Tell the other focal points of the places that one of them is new, or signs in by what somebody else gave them.

    Ours: by a new account, password, address or second factor an administrator could sign in as a focal point, whose
    cases they must not see; that cannot be kept from them, but it cannot be kept secret either. A focal point of all
    sites is one of every place.
    """
    places = {one.site_id for one in held if one.role is Role.FOCAL}
    if not places:
        return
    here = or_(StaffMembership.site_id.is_(None), StaffMembership.site_id.in_(places - {None}))
    others = db.session.scalars(
        select(StaffUser)
        .where(StaffUser.is_active, StaffUser.id != user.id)
        .where(
            StaffUser.memberships.any(
                (StaffMembership.role == Role.FOCAL) & StaffMembership.counts & (true() if None in places else here)
            ),
        )
    )
    outbox.enqueue(*(_owed("focal_changed", other, change_id) for other in others))


def _tell_owner(template: str, user: StaffUser, change_id: uuid.UUID, **context: str) -> None:
    """Tell somebody what lets them into their account, or no more; for some days at the address it had before, too.

    Else whoever may change an address could have all of it sent to their own, and change it back.
    """
    since = clock.utcnow() - FORMER_TOLD
    formers = select(FormerAddress.id).where(FormerAddress.user_id == user.id, FormerAddress.left_at > since)
    left = [_to_former(user, one, change_id, again="yes") for one in db.session.scalars(formers)]
    outbox.enqueue(_owed(template, user, change_id, **context), *left)


def _to_former(user: StaffUser, former_id: uuid.UUID, change_id: uuid.UUID, *, again: str) -> Owed:
    context = {"former_id": str(former_id), "again": again}
    return to_user(user, ADDRESS_LEFT, f"{change_id}:{ADDRESS_LEFT}:{former_id}", context=context)


def _owed(template: str, user: StaffUser, change_id: uuid.UUID | str, **context: str) -> Owed:
    return to_user(user, template, f"{change_id}:{template}", context=context)
