"""What there was at the end of a day on which everything died, held against what mail server and gateway took."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from engage import clock
from engage.extensions import db
from engage.models import CaseEvent, Errand, OutboxMessage, ReachedRung
from tests.worker.chaos_peer import ChaosGateway, ChaosPeer


@dataclass
class Account:
    """What there was at the end."""

    seed: int
    notices: int = 0
    states: Counter[str] = field(default_factory=Counter)
    roads: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    still_owed: int = 0  # reminders that wait to be gathered left out
    unexplained: list[str] = field(default_factory=list)  # given up without a reason
    lost: list[str] = field(
        default_factory=list
    )  # written down as sent, and never taken by the mail server or the gateway
    unowed: list[str] = field(default_factory=list)  # taken by one of them, and nobody's
    doubled_without_reason: list[str] = field(default_factory=list)
    doubled: int = 0
    rungs: int = 0
    doubled_rungs: int = 0
    errands: int = 0
    seconds: float = 0.0


def take_stock(peer: ChaosPeer, gateway: ChaosGateway, account: Account, domain: str) -> None:
    """Fill in what became of every notice, every mail, every text and every rung."""
    rows = db.session.scalars(select(OutboxMessage)).all()
    now = clock.utcnow()
    account.states.update(row.state(now).value for row in rows)
    account.roads.update(row.road or "none" for row in rows)
    account.unexplained = [str(row.id) for row in rows if row.dead_at is not None and not row.last_error]
    names = {f"<{row.id}@{domain}>": (row.road, "email") for row in rows}
    names |= {str(row.id): (row.road, "sms") for row in rows}
    taken: dict[str, list[bool]] = {}
    for one in (*peer.taken, *gateway.taken):
        taken.setdefault(one.message_id, []).append(one.is_known)
    account.lost = [name for name, (road, by) in names.items() if road == by and name not in taken]
    account.unowed = [name for name in taken if name not in names]
    # Only a mail or a text whose client was never heard of again may come once more.
    account.doubled_without_reason = [name for name, known in taken.items() if any(known[:-1])]
    account.doubled = sum(len(known) - 1 for known in taken.values())
    rungs = db.session.execute(select(ReachedRung.deadline_id, ReachedRung.code)).all()
    account.rungs, account.doubled_rungs = len(rungs), len(rungs) - len(set(rungs))
    told = db.session.scalars(select(CaseEvent.payload).where(CaseEvent.kind == "RungReached")).all()
    account.doubled_rungs += len(told) - len(set(told))
    account.errands = db.session.scalar(select(func.count(Errand.id))) or 0
    db.session.rollback()
