"""Sums of money that a remedy pays, and who may know of them."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from engage.domain.policy import Actor, CaseFacts, Permission, may

MONEY_REMEDIES = frozenset({"compensation_money"})  # of taxonomy.toml
MOST = Decimal(10) ** 12  # ours: whatever is more is a slip of the keyboard, in any currency
# No currency of ISO 4217 has more decimals. Kept in the same parts for all, because lists of currencies change how many
# decimals one has, and what was agreed must not change with them.
_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in one currency, by its ISO 4217 code. Sums of two currencies are never added."""

    amount: Decimal
    currency: str

    @property
    def parts(self) -> int:
        """The sum in ten-thousandths, as it is stored."""
        return int(self.amount * _PARTS)

    @classmethod
    def of_parts(cls, parts: int, currency: str) -> "Money":
        """Return a stored sum."""
        return cls(Decimal(parts) / _PARTS, currency)


def may_see(actor: Actor, owner_id: uuid.UUID | None, case: CaseFacts) -> bool:
    """Whether the actor may know the sum of a remedy: who decides on it, and who carries it out. Source: issue B.

    The owner of the remedy has to pay it and so knows its sum, and no other one of the case.
    """
    if may(actor, Permission.VIEW_MONEY, case):
        return True
    return owner_id is not None and owner_id == actor.id and may(actor, Permission.READ_UNMASKED, case)
