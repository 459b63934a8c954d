"""Who is told what, for every event: the one notification table."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import singledispatch

from engage.domain import events
from engage.domain.events import Event
from engage.extensions import db
from engage.models import Case, Recipient, StaffUser
from engage.notify import outbox
from engage.scope import first_to_tell


@dataclass(frozen=True, slots=True)
class Notice:
    """A message called for: which, for whom, with which plain values."""

    template: str
    recipient: Recipient
    user_id: uuid.UUID | None = None
    context: dict[str, str] = field(default_factory=dict)


def tell(event: Event, case: Case, *, event_id: uuid.UUID) -> None:
    """Enqueue the notices that the event calls for; the same event never makes the same notice twice."""
    for notice in notices(event, case):
        locale = case.locale
        if notice.user_id is not None:
            user = db.session.get(StaffUser, notice.user_id)
            locale = user.locale if user else "en"
        outbox.enqueue(
            dedupe_key=f"{event_id}:{notice.template}:{notice.user_id or 'person'}",
            template=notice.template,
            locale=locale,
            recipient=notice.recipient,
            user_id=notice.user_id,
            case_id=case.id,
            context={"reference": case.reference, **notice.context},
        )


def _to_person(template: str, **context: str) -> list[Notice]:
    return [Notice(template, Recipient.PERSON, context=context)]


def _to_staff(users: Sequence[uuid.UUID], template: str, **context: str) -> list[Notice]:
    return [Notice(template, Recipient.STAFF, user_id=user_id, context=context) for user_id in users]


@singledispatch
def notices(event: Event, case: Case) -> list[Notice]:
    """Return the messages an event calls for. An event without a rule here tells no one."""
    return []


@notices.register
def _(event: events.CaseReceived, case: Case) -> list[Notice]:
    return _to_person("case_received") + _to_staff(first_to_tell(case), "new_case")
