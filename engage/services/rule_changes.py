"""New versions of a site's rules, as administrators save them. A version never changes; a case keeps its own."""

import copy
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engage import clock
from engage.domain import administration, rule_changes
from engage.domain.catalogue import Catalogue, read_catalogue
from engage.domain.escalation import ASSIGNEE, Seat
from engage.domain.guards import Refusal
from engage.domain.ladder_file import ALL_SITES
from engage.domain.policy import Actor
from engage.domain.rule_changes import Problem, RulesRefused
from engage.domain.sections import BadCatalogue
from engage.extensions import db
from engage.models import RuleSet, Site
from engage.queries import rule_versions, staffing
from engage.services.audit import Change, note
from engage.services.sites import completed, shipped_documents

EDITED = ("promises", "ladder", "pauses")


class RulesChangedMeanwhile(RuntimeError):
    """Somebody saved another version after the form was opened."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Three documents as they shall be, and the day at the site from which they count."""

    promises: dict[str, Any]
    ladder: dict[str, Any]
    pauses: dict[str, Any]
    effective_on: date

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        """The documents by name."""
        return {name: getattr(self, name) for name in EDITED}


def documents_of(row: RuleSet) -> dict[str, dict[str, Any]]:
    """Return copies of the documents an administrator may change, with what came after them."""
    return completed({name: copy.deepcopy(getattr(row, name)) for name in EDITED})


def problems(site: Site, base: RuleSet, edit: Edit) -> list[Problem]:
    """Return what keeps the edit from becoming the version after `base`, empty if nothing does."""
    now = clock.utcnow()
    found = rule_changes.problems(edit.promises, edit.ladder, edit.pauses)
    refusal = rule_changes.why_not_from(_begins(site, edit, now), latest=base.effective_at, now=now)
    if refusal is not None:
        found.append(Problem("effective_on", refusal))
    if not any(
        rule_changes.differences(base_document, edit.documents[name]) != ({}, {})
        for name, base_document in documents_of(base).items()
    ):
        found.append(Problem("", Refusal("nothing_changed")))
    found += _vacant(site.id, base.ladder, edit.ladder)
    if not found:
        try:
            as_rules(base, edit)
        except BadCatalogue as error:
            found.append(Problem("", Refusal("rules_unusable", {"place": error.key, "problem": error.problem})))
    return found


def as_rules(base: RuleSet, edit: Edit) -> Catalogue:
    """Return the edit as the rules it would be.

    Raises:
        BadCatalogue: it cannot be used; `problems` says why, by place.
    """
    documents = {"taxonomy": base.taxonomy, "severity": base.severity, "roles": shipped_documents()["roles"]}
    return read_catalogue(completed({**documents, **edit.documents}))


def save(code: str, edit: Edit, *, seen_version: int, actor: Actor) -> RuleSet:
    """Save a new version. Open cases stay under theirs; cases raised from its first day on go by it.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
        RulesChangedMeanwhile: the form was opened on another version than the newest.
        RulesRefused: something of it cannot be kept.
    """
    site = db.session.scalars(select(Site).where(Site.code == code.upper()).with_for_update()).one()
    administration.require_sites(actor, [site.id])
    base = rule_versions.newest(site.id)
    if base.version != seen_version:
        raise RulesChangedMeanwhile(code)
    if found := problems(site, base, edit):
        raise RulesRefused(found)
    version = base.version + 1
    documents = {name: {**document, "version": version} for name, document in edit.documents.items()}
    kept = {"taxonomy": base.taxonomy, "severity": base.severity}
    effective_at = _begins(site, edit, clock.utcnow())
    row = RuleSet(id=uuid.uuid4(), site_id=site.id, version=version, effective_at=effective_at, **documents, **kept)
    db.session.add(row)
    db.session.flush()
    before, after = rule_changes.differences(documents_of(base), edit.documents)
    was, is_ = ({"version": one.version, "effective_at": one.effective_at.isoformat()} for one in (base, row))
    note(Change.RULES_CHANGED, actor=actor, subject_id=site.id, before={**before, **was}, after={**after, **is_})
    return row


def take_back(code: str, version: int, *, actor: Actor) -> bool:
    """Take a planned version back; return False where it is gone, counts by now, or another was saved after it.

    No case can have begun under it, and the record keeps what it said.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
    """
    site = db.session.scalars(select(Site).where(Site.code == code.upper()).with_for_update()).one()
    administration.require_sites(actor, [site.id])
    planned = rule_versions.newest(site.id)
    if planned.version != version or planned.effective_at <= clock.utcnow():
        return False
    said = {"version": planned.version, "effective_at": planned.effective_at.isoformat(), **documents_of(planned)}
    db.session.delete(planned)
    note(Change.RULES_TAKEN_BACK, actor=actor, subject_id=site.id, before=said)
    return True


def _begins(site: Site, edit: Edit, now: datetime) -> datetime:
    return rule_changes.begins(edit.effective_on, ZoneInfo(site.time_zone), now=now)


def _vacant(site_id: uuid.UUID, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Problem]:
    """Rungs that were put before somebody who is not there. Those that stood vacant already are told, not refused."""
    held = staffing.held()
    stood = {rung["to"] for rung in old["rungs"]}
    return [
        Problem(f"rungs.{number}.to", Refusal("nobody_on_rung"))
        for number, rung in enumerate(new["rungs"])
        if rung["to"] not in stood and rung["to"] != ASSIGNEE and held.vacant([_seat(rung["to"])], site_id)
    ]


def vacant_rungs(site_id: uuid.UUID, rules: Catalogue) -> list[Seat]:
    """Return the seats of a ladder nobody is on; what would reach them goes to the next rung up."""
    return staffing.held().vacant(rules.ladder.seats, site_id)


def _seat(to: str) -> Seat:
    return Seat(to.removesuffix(ALL_SITES), all_sites=to.endswith(ALL_SITES))
