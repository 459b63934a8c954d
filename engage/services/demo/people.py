"""The sites of the demonstration and the people who work there, named by their role."""

import secrets
import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import update

from engage import clock
from engage.domain import second_factor as rules
from engage.domain.policy import Actor, Membership, Role
from engage.extensions import db
from engage.models import RuleSet, StaffMembership, StaffUser
from engage.services import second_factor, sites
from engage.services.demo import days
from engage.services.sites import SHIPPED, NewSite

FOLDER = SHIPPED / "demo"
GROUP = ""  # how the stories call the group intake
MAIL_DOMAIN = "example.org"
_TITLES = {
    "panel": "Panel member",
    "focal": "Focal point",
    "rights_lead": "Human-rights lead",
    "admin": "Administrator",
}
_DETAILS = ("phone", "phone_hours", "office", "letter_boxes", "help_services", "outside_avenues", "security")
# A random password of 80 bits needs no slow hash, and thirty slow ones would take longer than everything else.
_HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # nothing that is misread when it is typed from a screen


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account of the demonstration. The password is stored nowhere and shown once."""

    email: str
    password: str
    role: str
    site: str


@dataclass
class Cast:
    """Who plays: sites by code, actors by role and code of the site; the code of the group is that of all sites."""

    site_ids: dict[str, uuid.UUID] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)

    def who(self, role: str, site: str) -> Actor:
        """Return who holds the role at the site, else at all sites."""
        return self.actors.get((role, site)) or self.actors[role, GROUP]


@lru_cache(maxsize=1)
def _plan() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "sites.toml").read_text("utf-8"))


def settle(opened_at: datetime) -> Cast:
    """Make the sites and the accounts as if they had been there since an instant."""
    cast, made_at = Cast(), clock.utcnow()
    with clock.at(opened_at):
        group = sites.ensure_group_intake()
        cast.site_ids[GROUP], cast.zones[GROUP] = group.id, group.time_zone
        _backdate(group.id, opened_at)
        for row in _plan()["sites"]:
            site = sites.add(NewSite(row["code"], row["name"], row["country"], row["time_zone"], row["locale"]))
            for name in _DETAILS:
                setattr(site, name, row[name])
            cast.site_ids[site.code], cast.zones[site.code] = site.id, site.time_zone
            db.session.add_all(days.of_site(site, row, made_at))
            for role in row["staff"]:
                _employ(cast, role, site.code, site.name)
        for role in _plan()["everywhere"]["staff"]:
            _employ(cast, role, GROUP, "all sites")
    db.session.flush()
    return cast


def _backdate(group_id: uuid.UUID, opened_at: datetime) -> None:
    """Let the rules of a group intake that was made a moment ago count for the demonstration's past, too."""
    db.session.execute(
        update(RuleSet)
        .where(RuleSet.site_id == group_id, RuleSet.effective_at > opened_at)
        .values(effective_at=opened_at)
    )


def _employ(cast: Cast, role: str, code: str, place: str) -> None:
    """Add an account with a random password; a second one of the same role at the same place is called second."""
    is_second = (role, code) in cast.actors
    key = f"second_{role}" if is_second else role
    title = _TITLES.get(role, role.capitalize())
    name = f"Second {title.lower()}, {place}" if is_second else f"{title}, {place}"
    email = f"{key.replace('_', '.')}.{code.lower() or 'all'}@{MAIL_DOMAIN}"
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    user = StaffUser(
        id=uuid.uuid4(),
        email=email,
        name=name,
        password_hash=_HASHER.hash(password),
        session_key=secrets.token_hex(16),
        created_at=clock.utcnow(),
    )
    site_id = cast.site_ids[code] if code != GROUP else None
    db.session.add(user)
    db.session.flush()
    db.session.add(StaffMembership(user_id=user.id, role=Role(role), site_id=site_id))
    held = frozenset({Membership(role=Role(role), site_id=site_id)})
    actor = cast.actors[key, code] = Actor(id=user.id, memberships=held)
    if rules.is_demanded_of(actor):
        second_factor.keep(user, second_factor.new_secret())  # /dev/codes shows what the phone would
    cast.sign_ins.append(SignIn(email, password, title, place))
