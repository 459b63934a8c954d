"""One notice and what became of it: for the page of staff, and for the command line. No words and no address."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import lazyload

from engage.domain import policy
from engage.domain.policy import Actor, Permission, Role
from engage.extensions import db
from engage.models import Case, DeliveryAttempt, Errand, OutboxMessage, SealedContact, Site, StaffUser
from engage.queries.notice_states import ROAD
from engage.scope import open_to


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A notice as somebody who looks after its case may see it."""

    notice: OutboxMessage
    case: Case
    site: Site
    road: str  # it went by, or will go by as things stand
    reader: str | None  # the member of staff it is for; none where it is for the person
    roles: Sequence[Role]  # of that reader for this case
    attempts: Sequence[DeliveryAttempt]  # the first one first
    replaced_by: OutboxMessage | None
    replaces: Sequence[OutboxMessage]
    errand: Errand | None  # "tell the person": the one that is open, else the last that was finished
    has_contact: bool
    actor: Actor

    def may(self, what: Permission) -> bool:
        """Whether policy lets the reader do this with the case."""
        return policy.may(self.actor, what, self.case.facts)


def page(notice_id: uuid.UUID, actor: Actor) -> NoticePage:
    """Return one notice.

    Raises:
        NoResultFound: there is none, it is about no case, or the actor may not look after the delivery of its case.
    """
    notice, case, site, user, road = db.session.execute(
        select(OutboxMessage, Case, Site, StaffUser, ROAD)
        .join(Case, Case.id == OutboxMessage.case_id)
        .join(Site, Site.id == Case.site_id)
        .outerjoin(StaffUser, StaffUser.id == OutboxMessage.user_id)
        .options(lazyload(Case.site))
        .where(OutboxMessage.id == notice_id, open_to(actor, Permission.SEE_DELIVERY))
    ).one()
    beside = _beside(notice)
    return NoticePage(
        notice=notice,
        case=case,
        site=site,
        road=road,
        reader=user.name if notice.user_id else None,
        roles=_roles(user, case) if notice.user_id else (),
        attempts=attempts(notice_id),
        replaced_by=next((one for one in beside if one.id == notice.replaced_by_id), None),
        replaces=[one for one in beside if one.replaced_by_id == notice.id],
        errand=_errand(notice),
        has_contact=db.session.get(SealedContact, case.id) is not None,
        actor=actor,
    )


def attempts(notice_id: uuid.UUID) -> Sequence[DeliveryAttempt]:
    """Return every try to deliver a notice, the first one first."""
    wanted = select(DeliveryAttempt).where(DeliveryAttempt.outbox_message_id == notice_id)
    return db.session.scalars(wanted.order_by(DeliveryAttempt.at, DeliveryAttempt.id)).all()


def notice(notice_id: uuid.UUID) -> OutboxMessage | None:
    """Return a notice, whatever it is about: for the operator, who is shown ids and codes alone."""
    return db.session.get(OutboxMessage, notice_id)


def _roles(user: StaffUser, case: Case) -> list[Role]:
    """The roles that count for the case, in which somebody is told of it."""
    return sorted({row.role for row in user.memberships if row.counts and row.site_id in (None, case.site_id)})


def _beside(notice: OutboxMessage) -> Sequence[OutboxMessage]:
    """What speaks for this notice, and that for which it speaks, of the same case."""
    either = or_(OutboxMessage.id == notice.replaced_by_id, OutboxMessage.replaced_by_id == notice.id)
    wanted = select(OutboxMessage).where(and_(OutboxMessage.case_id == notice.case_id, either))
    return db.session.scalars(wanted.order_by(OutboxMessage.created_at, OutboxMessage.id)).all()


def _errand(notice: OutboxMessage) -> Errand | None:
    if notice.user_id is not None:
        return None
    since = notice.bounced_at or notice.dead_at or notice.created_at
    same = select(Errand).where(
        Errand.case_id == notice.case_id,
        Errand.template == notice.template,
        # What was told before was other news; what nobody finished ended because nobody had to go any more.
        or_(Errand.finished_at.is_(None), and_(Errand.finished_at >= since, Errand.finished_by_id.is_not(None))),
    )
    order = (Errand.finished_at.is_not(None), Errand.made_at.desc(), Errand.id)
    return db.session.scalars(same.order_by(*order).limit(1)).first()
