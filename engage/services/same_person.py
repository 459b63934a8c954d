"""Concerns of one person are known to be that only where the person agreed, in each of them."""

from sqlalchemy import delete, select

from engage import data_keys, vault
from engage.domain.events import ConcernsPutTogether
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, SamePerson, SealedContact
from engage.services.contact import ContactRefused, Problem
from engage.services.timeline import record


def has_agreed(case: Case) -> bool:
    """Whether the person agreed that this concern is put together with others of theirs."""
    return db.session.scalar(select(SamePerson.digest).where(SamePerson.case_id == case.id).limit(1)) is not None


def agree(case: Case, *, agreed: bool, typed: str | None, actor: Actor) -> None:
    """Keep a keyed hash of the person's addresses, or take it away. Doing what is done already records nothing.

    Call it after the contact was changed, with the mail address that was typed just now: a relay address cannot be
    read any more once it is sealed. Only who is named by us as the person may call it: see the case's own pages.

    Raises:
        ContactRefused: the address is sealed to the worker and was not typed again.
    """
    had = set(db.session.scalars(select(SamePerson.digest).where(SamePerson.case_id == case.id)))
    wanted = _digests(case, typed, had) if agreed else set()
    if wanted == had:
        return
    db.session.execute(delete(SamePerson).where(SamePerson.case_id == case.id))
    db.session.add_all(SamePerson(case_id=case.id, digest=one) for one in sorted(wanted))
    if bool(wanted) is not bool(had):
        record(case, ConcernsPutTogether(agreed=bool(wanted)), actor=actor)


def _digests(case: Case, typed: str | None, had: set[str]) -> set[str]:
    row = db.session.get(SealedContact, case.id)
    if row is None:
        raise ContactRefused({"email": Problem.NEEDS_EMAIL_OR_PHONE})
    if not row.to_worker:
        kept = data_keys.opened(row)
        return {digest_of_address(kept[name]) for name in ("email", "phone") if kept.get(name)}
    if typed:
        return {digest_of_address(typed)}
    if not had:
        raise ContactRefused({"email": Problem.NEEDS_EMAIL})
    return had


def digest_of_address(address: str) -> str:
    """Return the blind index of an address: under it stand the cases whose person agreed to that."""
    return vault.digest("".join(address.split()).casefold(), vault.SAME_PERSON)
