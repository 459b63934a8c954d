"""Sites, staff and cases in the states that tests need. Cases get there by the use cases, each in its unit of work."""

import secrets
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engage import clock
from engage.domain.guards import RIGHTS
from engage.domain.policy import Actor, Membership, Party, Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, StaffMembership, StaffUser
from engage.services import answers, appeals, cases, endings, intake, investigation, panels, proposals, sites, triage
from engage.services.assessing import Assessment
from engage.services.findings import Line, Offer
from engage.services.intake import Concern
from engage.services.investigation import Plan
from engage.unit_of_work import unit_of_work

ZONE = "Europe/Belgrade"


def today() -> date:
    """Which day it is where the sites of the tests lie."""
    return clock.utcnow().astimezone(ZoneInfo(ZONE)).date()


def a_site(code: str = "BOR", time_zone: str = ZONE, **values: Any) -> uuid.UUID:
    """A site with the shipped rules."""
    with unit_of_work():
        site = sites.add(sites.NewSite(code=code, name=f"Site {code}", country="RS", time_zone=time_zone))
        for name, value in values.items():
            setattr(site, name, value)
        return site.id


def staff(*roles: Role | tuple[Role, uuid.UUID | None], site_id: uuid.UUID | None = None, **values: Any) -> Actor:
    """A member of staff with the roles, each at the site given unless it names its own."""
    held = [role if isinstance(role, tuple) else (role, site_id) for role in roles]
    with unit_of_work():
        user = StaffUser(
            id=uuid.uuid4(),
            email=values.pop("email", f"{secrets.token_hex(4)}@staff.engage.test"),
            name=values.pop("name", " ".join(role.value for role, _ in held) or "nobody"),
            session_key=secrets.token_hex(8),
            created_at=clock.utcnow(),
            **values,
        )
        db.session.add(user)
        db.session.add_all(StaffMembership(user_id=user.id, role=role, site_id=at) for role, at in held)
        db.session.flush()
        memberships = frozenset(Membership(role=role, site_id=at) for role, at in held)
        return Actor(id=user.id, memberships=memberships)


class Team:
    """A site and one member of staff per role that works its cases."""

    def __init__(self, code: str = "BOR") -> None:
        self.site_id = a_site(code)
        for role in (*_WORKING, Role.CUSTODIAN, Role.FOCAL, Role.AUDITOR, Role.LIAISON, Role.ADMIN, Role.OVERSIGHT):
            setattr(self, role.value, staff(role, site_id=self.site_id))
        self.second_coordinator = staff(Role.COORDINATOR, site_id=self.site_id)
        self.second_focal = staff(Role.FOCAL, site_id=self.site_id)

    coordinator: Actor
    officer: Actor
    approver: Actor
    panel: Actor
    rights_lead: Actor
    custodian: Actor
    focal: Actor
    auditor: Actor
    liaison: Actor
    admin: Actor
    oversight: Actor


_WORKING = (Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.PANEL, Role.RIGHTS_LEAD)


def person_of(reference: str) -> Actor:
    """The person whose case it is."""
    case_id = db.session.scalars(select(Case.id).where(Case.reference == reference)).one()
    return Actor(id=None, party=Party.PERSON, case_id=case_id)


def case_of(reference: str) -> Case:
    """The case as the database has it now."""
    return db.session.scalars(
        select(Case).where(Case.reference == reference).execution_options(populate_existing=True)
    ).one()


def a_case(site_id: uuid.UUID | None = None, token: str | None = None, **values: Any) -> str:
    """A concern that just came in; returns its reference."""
    concern = Concern(**{"what_happened": "Dust from the haul road covers our gardens.", **values})
    with unit_of_work():
        return intake.submit(token or intake.new_token(), concern, site_id=site_id).reference


def act(reference: str, use_case: Callable[..., Any], *args: Any, actor: Actor, **values: Any) -> Any:
    """Take the case in hand as the actor and run one use case in its unit of work."""
    with unit_of_work():
        case = (
            cases.lock_own(actor.case_id)
            if actor.party is Party.PERSON and actor.case_id
            else cases.lock(reference, actor)
        )
        use_case(case, *args, actor=actor, **values)


def assessment(level: Level = Level.LOW, **values: Any) -> Assessment:
    """What triage finds of an ordinary concern at a level."""
    first = {"immediate_action": "The road is closed until tomorrow."} if level >= Level.HIGH else {}
    return Assessment(**{"category": "AIR", "actual": level, "potential": level, **first, **values})


def offer(*words: str, **values: Any) -> Offer:
    """A proposal with one remedy per text, due in ten days."""
    due = clock.utcnow() + timedelta(days=10)
    lines = [Line("repair", text, due) for text in words]
    standard = {
        "shared_findings": "We measured the dust. It is above what we promised.",
        "finding": "substantiated",
        "close_type": "agreed_remedied" if words else "agreed_explained",
        "root_cause": "control_failed",
        "involvement": "caused",
        "lines": lines,
    }
    return Offer(**{**standard, **values})


def plan(**values: Any) -> Plan:
    """How the facts of an ordinary concern are established, within ten days."""
    standard = {
        "to_establish": "How much dust comes from the haul road.",
        "how": "Measure for a week, and read the records of the water truck.",
        "heard": "The person, two neighbours, the driver.",
        "evidence": "Measurements and the truck's records.",
        "due_at": clock.utcnow() + timedelta(days=10),
    }
    return Plan(**{**standard, **values})


def look_into(reference: str, actor: Actor) -> None:
    """Begin an investigation with its plan, and talk with the person."""
    act(reference, investigation.investigate, plan(), actor=actor)
    act(reference, proposals.consult, "At the school, in Serbian, with the person alone.", actor=actor)


def an_acknowledged_case(team: Team, **values: Any) -> str:
    reference = a_case(team.site_id, **values)
    act(reference, triage.acknowledge, actor=team.coordinator)
    return reference


def an_assessed_case(team: Team, level: Level = Level.LOW, **values: Any) -> str:
    reference = an_acknowledged_case(team)
    act(reference, triage.assess, assessment(level, **values), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    return reference


def a_proposed_case(team: Team, *remedies: str, level: Level = Level.LOW) -> str:
    reference = an_assessed_case(team, level)
    if level > Level.LOW:
        look_into(reference, team.officer)
    act(reference, proposals.propose, offer(*remedies), actor=team.officer)
    if level >= Level.MODERATE:
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    if level >= Level.HIGH:
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.rights_lead)
    return reference


def an_implementing_case(team: Team, *remedies: str, level: Level = Level.LOW) -> str:
    reference = a_proposed_case(team, *(remedies or ("Water the road.",)), level=level)
    act(reference, answers.accept, actor=person_of(reference))
    return reference


def a_closed_case(team: Team, level: Level = Level.LOW) -> str:
    """A case that went the whole road: the person accepted, the remedy was done, confirmed and verified."""
    reference = an_implementing_case(team, level=level)
    proposal = cases.latest_proposal(case_of(reference))
    assert proposal is not None
    remedy_id = proposal.remedies[0].id
    act(reference, endings.finish_remedy, remedy_id, "Photo of the water truck.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy_id, confirmed=True, actor=person_of(reference))
    act(reference, endings.verify, actor=team.officer)
    return reference


def seat(reference: str, *members: Actor, by: Actor) -> None:
    """Name the panel; each member says that they have no conflict of interest."""
    act(reference, appeals.seat_panel, [member.id for member in members], actor=by)
    for member in members:
        act(reference, panels.declare, actor=member)


def an_appealed_case(team: Team) -> str:
    reference = a_proposed_case(team, "Water the road.")
    act(reference, answers.refuse, wants_panel=True, actor=person_of(reference))
    return reference
