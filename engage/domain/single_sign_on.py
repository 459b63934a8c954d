"""Single sign-on: which roles a provider's claim stands for, and whether it asked for a second factor."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from engage.domain.policy import Membership, Role

MULTI_FACTOR = (
    "mfa"  # Source: RFC 8176, 2: several factors were asked for. What a single method is worth we do not guess.
)
# Ours: how long somebody may take at the provider; and how far its clock and ours may be apart.
AWAY_FOR, LEEWAY = timedelta(minutes=10), timedelta(minutes=1)
EVERYWHERE = "all"


@dataclass(frozen=True, slots=True)
class MappedRole:
    """A value of the provider's claim, and a role it stands for at a site, by its code, or at all of them."""

    value: str
    role: Role
    site_code: str | None


def read_mapping(document: Mapping[str, object]) -> tuple[MappedRole, ...]:
    """Return the operator's file as values: `[[mapping]]` with `value` and `roles` like "officer@BOR", "auditor@all".

    Raises:
        ValueError: it does not have the shape, or a role is none of ours.
    """
    rows = document.get("mapping")
    if not isinstance(rows, list):
        raise ValueError("the file has no [[mapping]]")
    found = []
    for row in rows:
        for text in row.get("roles", ()):
            role, _, place = str(text).partition("@")
            if not place:
                raise ValueError(f"a role names no place: {text}")
            code = None if place == EVERYWHERE else place.upper()
            found.append(MappedRole(str(row.get("value", "")), Role(role), code))
    return tuple(found)


def mapped_to(
    mapping: Iterable[MappedRole], values: Collection[str], site_ids: Mapping[str, uuid.UUID]
) -> tuple[frozenset[Membership], frozenset[Membership]]:
    """Return the roles that the values stand for, and all that the provider has a say in.

    Sites that are not there are left out: a file may be written before its site is.
    """
    known = {
        (one.value, Membership(one.role, site_ids[one.site_code] if one.site_code else None))
        for one in mapping
        if one.site_code is None or one.site_code in site_ids
    }
    return frozenset(held for value, held in known if value in values), frozenset(held for _, held in known)


def asked_for_second_factor(claims: Mapping[str, object], acr_values: Collection[str]) -> bool:
    """Whether the provider says that it asked for a second factor: by `amr`, or an `acr` we were told."""
    amr, acr = claims.get("amr"), claims.get("acr")
    return (isinstance(amr, list) and MULTI_FACTOR in amr) or (isinstance(acr, str) and acr in acr_values)
