"""One story of the demonstration: how its concern comes in, and whose hands its case is in."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engage import clock
from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import Access, Case
from engage.services import access, attachments, cases, contact, intake, receipt_codes
from engage.services.chain import GENESIS
from engage.services.demo import drawings
from engage.services.demo.people import GROUP, Cast
from engage.services.intake import Concern
from engage.services.timeline import role_at

STEP_APART = timedelta(minutes=20)
JUST_NOW = timedelta(minutes=5)  # the newest thing that happens lies so far back
OFFICE_HOURS = (9, 17)
_FOCAL = {"approver": "second_focal"}  # who stands in for whom in the restricted lane; for all others the focal point


@dataclass
class Scene:
    """A story while it is played."""

    story: dict[str, Any]
    cast: Cast
    site: str  # code of the site the case is at now; empty at the group intake
    received_at: datetime
    reference: str = ""
    case_id: uuid.UUID | None = None
    code: str | None = None
    has_opened: bool = False
    is_restricted: bool = False
    assignee: str | None = None
    remedies: list[uuid.UUID] = field(default_factory=list)
    _readers: set[tuple[uuid.UUID, date]] = field(default_factory=set)
    _last_reading: str = GENESIS

    def staff(self, role: str) -> Actor:
        """Return who plays the role for this case; in the restricted lane that is a focal point, whatever the role."""
        if self.is_restricted:
            role = role if role == "second_focal" else _FOCAL.get(role, "focal")
        return self.cast.who(role, self.site)

    def handler(self) -> Actor:
        """Return who works the case: the assignee, before that the coordinator."""
        return self.staff(self.assignee or "coordinator")

    def person(self) -> Actor:
        """Return the person; the first time they come back with their code."""
        if not self.has_opened and self.code:
            receipt_codes.open_case(self.code)
            self.has_opened = True
        return Actor(id=None, party=Party.PERSON, case_id=self.case_id)

    def case(self, actor: Actor) -> Case:
        """Return the case, taken in hand."""
        if actor.party is Party.PERSON:
            return cases.lock_own(actor.case_id or uuid.UUID(int=0))
        found = cases.lock(self.reference, actor)
        self._note_reading(found, actor)
        return found

    def _note_reading(self, case: Case, actor: Actor) -> None:
        """Keep that a member of staff read the case before they acted, once a day, as opening its page would."""
        now = clock.utcnow()
        on = now.astimezone(ZoneInfo(self.cast.zones[self.site])).date()
        if actor.id is None or (actor.id, on) in self._readers:
            return
        self._readers.add((actor.id, on))
        row = Access(
            id=uuid.uuid4(),
            case_id=case.id,
            number=len(self._readers),
            user_id=actor.id,
            role=role_at(actor, case.site_id) or "none",
            on=on,
            purpose="view",
            at=now,
            previous_hash=self._last_reading,
        )
        row.hash = self._last_reading = access.hash_of(row)
        db.session.add(row)


def schedule(story: dict[str, Any], cast: Cast, site: str, now: datetime) -> tuple[Scene, list[datetime]]:
    """Return the scene and the instant of each of its steps, all before now.

    Steps fall into office hours of the site, a little scattered, but those of the first day run from receipt: their
    hours count.
    """
    zone = ZoneInfo(cast.zones[site])
    received_at = now - timedelta(days=story["age"])
    if "at" in story:
        day = received_at.astimezone(zone).date()
        received_at = datetime.combine(day, time.fromisoformat(story["at"]), zone)
    scatter = random.Random(story["words"])  # noqa: S311 - the same hour each time; nothing here is a secret
    instants, earliest = [], received_at + STEP_APART
    for days, *_ in story["steps"]:
        moment = received_at + timedelta(days=days)
        if days >= 1:
            hour, minute = scatter.randrange(*OFFICE_HOURS), scatter.randrange(60)
            moment = moment.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
        instants.append(min(max(moment, earliest), now - JUST_NOW))
        earliest = instants[-1] + STEP_APART
    return Scene(story, cast, site, received_at), instants


def come_in(scene: Scene) -> None:
    """Let the concern come in: by the form, or taken down by staff who write it as it was said."""
    story = scene.story
    concern = Concern(
        what_happened=story["words"],
        kind=Kind(story["kind"]),
        where_it_happened=story.get("where"),
        when_it_happened=story.get("when"),
        what_would_make_it_right=story.get("wish"),
        speaks_as=story.get("speaks_as"),
        on_behalf=story.get("on_behalf", False),
        is_collective=story.get("is_collective", False),
        category=story.get("category"),
        harms_child=story.get("harms_child", False),
        channel=story.get("channel", "web"),
        identity=Identity(story["identity"]),
        road=Road(story["road"]),
        flagged=story.get("flagged", False),
        read_back=True if "taken_by" in story else None,
    )
    reach = contact.Values(
        **{name: story.get(name) for name in ("name", "organisation", "email", "phone", "facilitator")}
    )
    files = [attachments.check(drawings.picture(story["photo"]), "photo.jpg")] if "photo" in story else []
    site_id = scene.cast.site_ids[scene.site] if scene.site != GROUP else None
    token = intake.new_token()
    if "taken_by" in story and site_id is not None:
        actor = scene.cast.who(story["taken_by"], scene.site)
        found = intake.take_down(
            token, concern, site_id=site_id, received_at=scene.received_at, actor=actor, reach=reach, files=files
        )
    else:
        found = intake.submit(token, concern, site_id=site_id, reach=reach, files=files)
    scene.reference, scene.case_id, scene.code = found.reference, found.case_id, found.code
    look_again(scene)


def look_again(scene: Scene) -> None:
    """Notice when the case has moved to the restricted lane: from then on other people have it."""
    case = cases.lock_own(scene.case_id or uuid.UUID(int=0))
    scene.is_restricted = case.class_ is CaseClass.RESTRICTED
