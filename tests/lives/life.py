"""A case among the people of a site, for tests that let anybody do anything: who they are, and one deed at a time."""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import NoResultFound

from engage.domain.guards import Refused
from engage.domain.lifecycle import Action, IllegalTransition
from engage.domain.policy import Actor, NotAllowed, Party, Permission, Role, may
from engage.models import Case
from engage.services import conflicts, tasks
from tests import states
from tests.states import case_of, person_of

# What a use case says to somebody who may not, or not now. Anything else that is raised is a bug.
NO = (Refused, NotAllowed, IllegalTransition, NoResultFound)
PERSON = "person"


class Cast:
    """Everybody who could have a part: each role at the site, several where two are needed, and strangers."""

    def __init__(self, code: str = "BOR") -> None:
        team = states.Team(code)
        self.site_id = team.site_id
        elsewhere = self.elsewhere_id = states.a_site(f"X{code[:2]}")
        self.codes = {self.site_id: code, elsewhere: f"X{code[:2]}"}
        self.staff: dict[str, Actor] = {role.value: getattr(team, role.value) for role in Role if hasattr(team, role)}
        self.staff |= {"second_coordinator": team.second_coordinator, "second_focal": team.second_focal}
        for role in (Role.PANEL, Role.FOCAL, Role.OFFICER, Role.PUBLISHER, Role.STEWARD):
            self.staff[f"another_{role.value}"] = states.staff(role, site_id=self.site_id)
        for role in (Role.APPROVER, Role.COORDINATOR, Role.OVERSIGHT, Role.FOCAL):
            self.staff[f"{role.value}_everywhere"] = states.staff((role, None))
        many = (Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.PANEL, Role.RIGHTS_LEAD, Role.LIAISON)
        self.staff["jack_of_all_trades"] = states.staff(*many, site_id=self.site_id)
        self.staff["stranger"] = states.staff(*many, Role.FOCAL, site_id=elsewhere)
        self.staff["nobody"] = states.staff(site_id=self.site_id)
        self.elsewhere = states.a_case(elsewhere)
        stranger = self.staff["stranger"]
        assert stranger.id is not None
        states.act(self.elsewhere, tasks.add, tasks.Todo("Ring the council.", stranger.id), actor=stranger)

    def name_of(self, user_id: uuid.UUID | None) -> str:
        return next((name for name, actor in self.staff.items() if actor.id == user_id), "?")


@dataclass
class Life:
    """One case, the one beside it, and the dice of the step that is being taken."""

    cast: Cast
    reference: str
    neighbour: str  # another case of the same site
    dice: random.Random = field(default_factory=random.Random)

    @property
    def case(self) -> Case:
        return case_of(self.reference)

    def actor(self, name: str) -> Actor:
        return person_of(self.reference) if name == PERSON else self.cast.staff[name]

    def everybody(self) -> list[str]:
        return [PERSON, *self.cast.staff]

    def able(self, deed: "Deed") -> Iterator[str]:
        """Those whom policy lets do it, in an order that the dice make."""
        names, facts = self.everybody(), self.case.facts
        self.dice.shuffle(names)
        for name in names:
            actor = self.actor(name)
            if may(actor, deed.asked_of(actor), facts) and may(actor, Permission.VIEW, facts):
                yield name

    def act(self, actor: Actor, use_case: Callable[..., Any], *args: Any, **values: Any) -> None:
        states.act(self.reference, use_case, *args, actor=actor, **values)

    def one_of(self, *choices: Any) -> Any:
        return self.dice.choice(choices)

    def seldom(self) -> bool:
        return self.dice.random() < 0.2


@dataclass(frozen=True)
class Deed:
    """Something somebody may try. `recorded` deeds are the person's own or taken down by staff.

    `unless` says for which actor a step of the lifecycle waits although its guard, as pages show it, says nothing.
    A deed `aside` is not about the case, whose policy has no say then, and leaves it as it is.
    """

    name: str
    what: Action | Permission
    do: Callable[[Life, Actor], None]
    recorded: bool = False
    unless: Callable[[Life, Actor], bool] = lambda _life, _actor: False
    aside: bool = False

    def asked_of(self, actor: Actor) -> Action | Permission:
        """Which permission the actor needs for it."""
        return Permission.RECORD_ANSWER if self.recorded and actor.party is Party.STAFF else self.what


DEEDS: dict[str, Deed] = {}


def has_worked(life: Life, actor: Actor) -> bool:
    """Nobody approves their own work."""
    return actor.id in conflicts.worked_on(life.case)


def deed(
    what: Action | Permission,
    *,
    recorded: bool = False,
    unless: Callable[[Life, Actor], bool] = Deed.unless,
    aside: bool = False,
) -> Callable[[Callable[[Life, Actor], None]], Callable[[Life, Actor], None]]:
    """Put a function into the table of deeds, under its own name."""

    def into_table(do: Callable[[Life, Actor], None]) -> Callable[[Life, Actor], None]:
        DEEDS[do.__name__] = Deed(do.__name__, what, do, recorded, unless, aside)
        return do

    return into_table
