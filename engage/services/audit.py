"""The record of people and settings: who changed what, from what to what, in one chain that is only added to."""

import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum

from sqlalchemy import func, select

from engage import clock
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import AuditEvent
from engage.services.chain import GENESIS, breaks, canonical, hash_over

_TURN = select(func.pg_advisory_xact_lock(0x656E6701))  # ours: any number that nothing else of engage takes


class Change(StrEnum):
    """What can be changed of people and settings."""

    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    USER_DEACTIVATED = "user_deactivated"
    USER_REACTIVATED = "user_reactivated"
    ROLES_CHANGED = "roles_changed"
    END_CHANGED = "end_changed"
    STAND_IN_CHANGED = "stand_in_changed"
    LINE_CHANGED = "line_changed"
    USER_AWAY = "user_away"
    USER_BACK = "user_back"
    INVITATION_SENT = "invitation_sent"
    PASSWORD_CHOSEN = "password_chosen"  # noqa: S105 - the name of a change, no password
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a change, no password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a change, no password
    SECOND_FACTOR_SET_UP = "second_factor_set_up"
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_RESET = "second_factor_reset"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_REFUSED = "passkey_refused"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    TRAINING_RECORDED = "training_recorded"
    TRAINING_DEMANDED = "training_demanded"
    ROLE_RESTS = "role_rests"
    ROLE_OPENED = "role_opened"
    SITE_ADDED = "site_added"
    SITE_CHANGED = "site_changed"
    NOTICE_RETRIED = "notice_retried"
    MESSAGE_CHANGED = "message_changed"
    MESSAGE_RESTORED = "message_restored"
    RULES_CHANGED = "rules_changed"
    RULES_TAKEN_BACK = "rules_taken_back"
    HOURS_CHANGED = "hours_changed"
    CLOSURE_ADDED = "closure_added"
    CLOSURE_REMOVED = "closure_removed"
    PERIOD_ADDED = "period_added"
    PERIOD_REMOVED = "period_removed"
    READING_SETTLED = "reading_settled"
    RETENTION_PREPARED = "retention_prepared"
    RETENTION_APPROVED = "retention_approved"
    RETENTION_DECLINED = "retention_declined"
    RETENTION_FINISHED = "retention_finished"
    MAIL_SORTED = "mail_sorted"
    PHONE_CHANGED = "phone_changed"
    USER_FORGOTTEN = "user_forgotten"


def note(
    change: Change,
    *,
    actor: Actor | None,
    subject_id: uuid.UUID,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Add an entry in the open unit of work; no actor means a command on the server.

    Values are ids, codes and what a site shows to the public; of people's names and addresses only that they changed.
    Two at once: the second waits here until the first is done, so what it counts on is there.
    """
    _take_turn()
    db.session.flush()
    last = db.session.execute(
        select(AuditEvent.number, AuditEvent.hash).order_by(AuditEvent.number.desc()).limit(1)
    ).one_or_none()
    row = AuditEvent(
        id=uuid.uuid4(),
        number=last.number + 1 if last else 1,
        kind=change.value,
        actor_id=actor.id if actor else None,
        subject_id=subject_id,
        at=clock.utcnow(),
        payload=canonical({"before": dict(before or {}), "after": dict(after or {})}),
        previous_hash=last.hash if last else GENESIS,
    )
    row.hash = hash_of(row)
    db.session.add(row)
    db.session.flush()
    return row


def _take_turn() -> None:
    """Hold the end of the chain until the unit of work ends. SQLite lets one write at a time anyway.

    No row is held for it: the chain begins empty, and its rows are only added.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(_TURN)


def hash_of(row: AuditEvent) -> str:
    """Return the hash an entry must have: over every column but its own, and the entry before it."""
    return hash_over(
        str(row.id),
        row.number,
        row.kind,
        str(row.actor_id) if row.actor_id else None,
        str(row.subject_id) if row.subject_id else None,
        row.at.isoformat(),
        row.payload,
        row.previous_hash,
    )


def breaks_in(rows: Iterable[AuditEvent]) -> list[int]:
    """Return the numbers at which the chain does not hold; the rows come in order of their number."""
    return breaks(rows, hash_of)
