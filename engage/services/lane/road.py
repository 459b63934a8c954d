"""The road to her: an address that nobody here can read, changed or burned by herself."""

import uuid

from engage import lane_keys, vault
from engage.domain.lane import Happened
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import SYSTEM, Actor
from engage.models import LaneReport
from engage.notify import lane_rules
from engage.services import contact
from engage.services.contact import ContactRefused, Problem
from engage.services.lane.record import lock_own, record


def change(report: LaneReport, email: str | None, *, actor: Actor) -> None:
    """Keep another address, or none. The one before is gone with its key; nothing is sent to it.

    Raises:
        NotAllowed: policy refuses the actor.
        ContactRefused: the address cannot be one, or the report is about somebody else.
    """
    require_in_lane(actor, LanePermission.WRITE, report.facts)
    address = contact.address_as_kept(email) if email else None
    if email and address is None:
        raise ContactRefused({"email": Problem.BAD_EMAIL})
    if address and report.for_other:
        raise ContactRefused({"email": Problem.ROAD_NOT_OPEN})
    lane_keys.seal_road(report.id, vault.seal_to_worker({"email": address}) if address else None)
    record(report, Happened.ROAD_CHANGED, actor=actor, has_road=address is not None)


def note_undeliverable(report_id: uuid.UUID) -> None:
    """Tell the focal points that word did not reach her: her code is the only road now."""
    report = lock_own(report_id)
    event = record(report, Happened.NOT_DELIVERED, actor=SYSTEM)
    lane_rules.tell_focal_points(report, event_id=event.id)
