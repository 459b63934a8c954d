"""Proof that words were given to us: what they were, when they came, and our signature, for the person to keep.

Whoever holds it shows it to anybody without us: nothing of it is looked up, so asking tells nobody whether there is a
case. With the salt and the words, anybody can work out the digest.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage import vault
from engage.extensions import db
from engage.models import Case, CaseEvent, Statement
from engage.services.chain import canonical

FORMAT = "engage-receipt-1"
_SHAPE = re.compile(
    rf"^{FORMAT} (?P<reference>[0-9A-Z-]{{5,40}}) (?P<at>[0-9T:.+-]{{20,40}}) (?P<salt>[0-9a-f]{{32}}) "
    r"(?P<digest>[0-9a-f]{64}) (?P<signature>[0-9a-f]{128})$"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof says: the case's reference, when its words came (in UTC), and the salted digest of them."""

    reference: str
    received_at: datetime
    salt: str
    digest: str

    @property
    def signed(self) -> str:
        """The text under our signature."""
        return canonical([FORMAT, self.reference, self.received_at.isoformat(), self.digest])

    def lines(self) -> list[str]:
        """Return it as it is printed and pasted, with the signature as its last line."""
        said = [FORMAT, self.reference, self.received_at.isoformat(), self.salt, self.digest]
        return [*said, vault.sign(self.signed)]


def of_new(case: Case, statement: Statement, row: CaseEvent) -> list[str]:
    """Return the proof of a concern that came in now, from its rows. Sends no statement."""
    return Proof(case.reference, case.received_at, statement.salt, row.content_digest or "").lines()


def of_case(case_id: uuid.UUID) -> list[str]:
    """Return the proof of a concern; without its words, which were erased, there is nothing to prove and no line."""
    found = db.session.execute(
        select(Case.reference, Case.received_at, Statement.salt, CaseEvent.content_digest)
        .join(Statement, Statement.case_id == Case.id)
        .join(CaseEvent, (CaseEvent.case_id == Case.id) & (CaseEvent.number == 1))
        .where(Case.id == case_id)
    ).one_or_none()
    if found is None:
        return []
    reference, received_at, salt, digest = found
    return Proof(reference, received_at, salt, digest or "").lines()


def check(pasted: str) -> Proof | None:
    """Return what the proof says if it was signed by us and nothing of it was changed. Looks up nothing."""
    found = _SHAPE.match(" ".join(pasted.split()))
    if found is None:
        return None
    try:
        received_at = datetime.fromisoformat(found["at"])
    except ValueError:
        return None
    proof = Proof(found["reference"], received_at, found["salt"], found["digest"])
    return proof if vault.is_signed(proof.signed, found["signature"], vault.public_key()) else None
