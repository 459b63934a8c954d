"""The phones of the people of the demonstration: the codes that their apps would show."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engage import clock
from engage.domain import second_factor as rules
from engage.extensions import db
from engage.models import SecondFactor, StaffUser
from engage.services import second_factor
from engage.services.demo.people import MAIL_DOMAIN


@dataclass(frozen=True, slots=True)
class Phone:
    """Whose it is, and the next code that will be taken; none where each that counts now was used."""

    name: str
    email: str
    code: str | None


def phones() -> Sequence[Phone]:
    """Return the phones of the invented people, by address. Nobody else's: they alone have such an address."""
    rows = db.session.execute(
        select(StaffUser.name, StaffUser.email, SecondFactor)
        .join(SecondFactor, SecondFactor.user_id == StaffUser.id)
        .where(StaffUser.email.endswith(f"@{MAIL_DOMAIN}"))
        .order_by(StaffUser.email)
    )
    return [Phone(name, email, _shown(row)) for name, email, row in rows]


def _shown(row: SecondFactor) -> str | None:
    steps = rules.steps_open(clock.utcnow(), row.last_step)
    return second_factor.code_at(second_factor.secret_of(row), steps[0]) if steps else None
