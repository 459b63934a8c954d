"""The same thing again and again at one place: found by the clock, and what is done so that it stops (domain R53)."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from engage import clock, vault
from engage.domain import systemic
from engage.domain.case import CaseClass, Kind
from engage.domain.events import JoinedSystemicIssue
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import SYSTEM, Actor, NotAllowed
from engage.extensions import db
from engage.models import Case, CorrectiveAction, IssueCase, RuleSet, StaffUser, Statement, SystemicIssue
from engage.services import cases, sent_forms, sites
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What cases have in common: what they are about, and where."""

    site_id: uuid.UUID
    category: str
    place: str


def watch(now: datetime | None = None) -> int:
    """Put cases that repeat on the list of what keeps happening, and return how many were put there.

    How many in how many days the site's rules say, which also lift the severity by it (domain 3.4). A case counts
    once: what was dealt with counts for no new issue. Restricted cases are left out. Safe to run twice, late, and at
    the same time; a case that somebody has in hand is left to the next sweep, and a cluster that fails stops no other.
    """
    now, count = now or clock.utcnow(), 0
    has_rules = select(RuleSet.site_id).where(RuleSet.effective_at <= now).distinct()
    for site_id in db.session.scalars(has_rules).all():
        lift = sites.rules_of(sites.rule_set_in_force(site_id, now)).severity.uplift
        since = now - timedelta(days=lift.similar_within_days)
        for category, place in db.session.execute(_repeated(site_id, since, lift.similar_cases)).all():
            try:
                count += _join(Cluster(site_id, category or "", place), since)
            except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
                log.exception("what repeats at site %s could not be put together", site_id)
    return count


_place = func.coalesce(Statement.place_key, "")


def _alike(site_id: uuid.UUID, since: datetime) -> Select[Case]:
    """Grievances with a category and a place that came in since then and belong to nothing that was dealt with."""
    return (
        select(Case)
        .join(Statement, Statement.case_id == Case.id)
        .outerjoin(IssueCase, IssueCase.case_id == Case.id)
        .outerjoin(SystemicIssue, SystemicIssue.id == IssueCase.issue_id)
        .where(
            Case.site_id == site_id,
            Case.category.is_not(None),
            Case.received_at >= since,
            Case.class_ != CaseClass.RESTRICTED,
            Case.kind == Kind.GRIEVANCE,
            _place != "",
            SystemicIssue.closed_at.is_(None),
        )
    )


def _repeated(site_id: uuid.UUID, since: datetime, least: int) -> Select[str | None, str]:
    alike = _alike(site_id, since).with_only_columns(Case.category, _place).group_by(Case.category, _place)
    return alike.having(func.count(Case.id) >= least, func.count(IssueCase.case_id) < func.count(Case.id))


def _join(cluster: Cluster, since: datetime) -> int:
    with unit_of_work():
        issue = db.session.scalar(_open_issue(cluster).with_for_update())
        opens = issue is None
        if issue is None:
            issue = SystemicIssue(id=uuid.uuid4(), opened_at=clock.utcnow(), **_values(cluster))
            db.session.add(issue)
            db.session.flush()  # a second sweep at the same time fails here, and finds the issue when it comes again
        alike = _alike(cluster.site_id, since).where(Case.category == cluster.category, _place == cluster.place)
        fresh = alike.with_only_columns(Case.id).where(IssueCase.case_id.is_(None)).order_by(Case.received_at, Case.id)
        ids = db.session.scalars(fresh).all()
        taken = [case for case in map(cases.lock_if_free, ids) if case is not None]
        for case in taken:
            db.session.add(IssueCase(case_id=case.id, issue_id=issue.id, joined_at=clock.utcnow()))
            event = JoinedSystemicIssue(issue_id=issue.id, opens=opens and case is taken[-1])
            record(case, event, actor=SYSTEM)
        return len(taken)


def _values(cluster: Cluster) -> dict[str, uuid.UUID | str]:
    return {"site_id": cluster.site_id, "category": cluster.category, "place": cluster.place}


def _open_issue(cluster: Cluster) -> Select[SystemicIssue]:
    return select(SystemicIssue).filter_by(closed_at=None, **_values(cluster))


def add_action(
    issue_id: uuid.UUID, words: str, owner_id: uuid.UUID, due_at: datetime, *, actor: Actor, mark: str | None = None
) -> None:
    """Decide what is changed so that it stops, who sees to it and by when; once by forms of the same mark.

    Raises:
        NotAllowed: the actor does not decide at the site.
        Refused: it is closed, nothing is said, the owner has no part there, or the date is past.
    """
    issue, row_id = _in_hand(issue_id, actor), sent_forms.row_of(mark, actor)
    if db.session.get(CorrectiveAction, row_id) is not None:
        return
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    if due_at <= clock.utcnow():
        raise Refused(Refusal("date_is_past"))
    owner = db.session.get(StaffUser, owner_id)
    if owner is None or not owner.is_active or not systemic.may(owner.actor, "read", issue.site_id):
        raise Refused(Refusal("owner_unknown"))
    row = CorrectiveAction(
        id=row_id,
        issue_id=issue.id,
        words=words,
        salt=vault.salt(),
        owner_id=owner.id,
        due_at=due_at,
        added_by_id=actor.id,
        added_at=clock.utcnow(),
    )
    db.session.add(row)


def finish_action(action_id: uuid.UUID, evidence: str, *, actor: Actor) -> None:
    """Say that it is done, with what shows it. Whoever sees to it may, and who decides at the site.

    Raises:
        NoResultFound: there is none, or it belongs to a case: see services.corrective.
        NotAllowed: neither of them.
        Refused: it is done already, or nothing shows it.
    """
    row, issue = db.session.execute(
        select(CorrectiveAction, SystemicIssue)
        .join(SystemicIssue, SystemicIssue.id == CorrectiveAction.issue_id)
        .where(CorrectiveAction.id == action_id)
        .with_for_update(of=CorrectiveAction)
        .execution_options(populate_existing=True)
    ).one()
    if actor.id != row.owner_id and not systemic.may(actor, "decide", issue.site_id):
        raise NotAllowed("finish_action")
    if row.finished_at is not None or not evidence.strip():
        raise Refused(Refusal("item_done" if row.finished_at else "reason_needed"))
    row.evidence, row.finished_by_id, row.finished_at = evidence, actor.id, clock.utcnow()


def close(issue_id: uuid.UUID, root_cause: str, words: str, *, actor: Actor) -> None:
    """End it: its cause is known and what was decided is done. When it begins anew, that is a new one.

    Raises:
        NotAllowed: the actor does not decide at the site.
        Refused: it is closed, something decided is not done, the cause is none of the list, or nothing is said.
    """
    issue = _in_hand(issue_id, actor)
    left = select(func.count(CorrectiveAction.id)).where(
        CorrectiveAction.issue_id == issue.id, CorrectiveAction.finished_at.is_(None)
    )
    if count := db.session.scalar(left):
        raise Refused(Refusal("actions_open", {"count": count}))
    if root_cause not in {term.code for term in sites.in_force(issue.site_id).taxonomy.lists["root_causes"]}:
        raise Refused(Refusal("not_in_the_list"))
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    issue.root_cause, issue.closing_words = root_cause, words
    issue.closed_at, issue.closed_by_id = clock.utcnow(), actor.id


def _in_hand(issue_id: uuid.UUID, actor: Actor) -> SystemicIssue:
    issue = db.session.get_one(SystemicIssue, issue_id, with_for_update=True)
    if not systemic.may(actor, "decide", issue.site_id):
        raise NotAllowed("systemic_issue")
    if issue.closed_at is not None:
        raise Refused(Refusal("issue_closed"))
    return issue
