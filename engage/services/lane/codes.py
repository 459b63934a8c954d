"""The code of a report: changed for another by whoever holds it. There is no way back to a lost one."""

import secrets
import uuid

from sqlalchemy import select, update

from engage import clock, vault
from engage.domain import receipts
from engage.domain.lane import Happened
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import LaneReceipt, LaneReport
from engage.services.lane.record import record
from engage.services.receipt_codes import SHOWN_FOR, NewCode


def change(report: LaneReport, token: str, *, actor: Actor) -> NewCode:
    """Give the report a code made from the form's random token (32 hexadecimal characters); the old one dies.

    The same form sent twice gives the same code. The caller holds the report by its lock.
    """
    if found := code_of_form(report.id, token):
        return found
    code = vault.code_for(bytes.fromhex(token))
    if _receipt_of(code) is not None:  # a form we know from elsewhere, or from long ago: never its code again
        code = vault.code_for(secrets.token_bytes(16))
    now = clock.utcnow()
    end_all(report.id)
    receipt = LaneReceipt(id=uuid.uuid4(), report_id=report.id, code_digest=vault.digest(code, vault.CODE), made_at=now)
    db.session.add(receipt)
    record(report, Happened.CODE_CHANGED, actor=actor)
    return NewCode(receipt.id, report.id, "", receipts.grouped(code))


def end_all(report_id: uuid.UUID) -> None:
    """Let no code open the report any more."""
    living = update(LaneReceipt).where(LaneReceipt.report_id == report_id, LaneReceipt.ended_at.is_(None))
    db.session.execute(living.values(ended_at=clock.utcnow()))


def changed_before(receipt_id: uuid.UUID, token: str) -> NewCode | None:
    """Return the code that the same form made a moment ago, when the session still holds the code that died by it."""
    ended = db.session.get(LaneReceipt, receipt_id)
    return code_of_form(ended.report_id, token) if ended is not None else None


def code_of_form(report_id: uuid.UUID, token: str) -> NewCode | None:
    """Return the code that the form made for this report, while nobody used it and it is younger than a day."""
    code = vault.code_for(bytes.fromhex(token))
    receipt = _receipt_of(code)
    if receipt is None or receipt.report_id != report_id or receipt.ended_at or receipt.first_used_at:
        return None
    if clock.utcnow() >= receipt.made_at + SHOWN_FOR:
        return None
    return NewCode(receipt.id, report_id, "", receipts.grouped(code))


def _receipt_of(code: str) -> LaneReceipt | None:
    return db.session.scalar(select(LaneReceipt).where(LaneReceipt.code_digest == vault.digest(code, vault.CODE)))
