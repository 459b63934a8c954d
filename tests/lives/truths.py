"""What holds of a case whatever anybody does with it: seen before and after each deed, from its rows alone."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import inspect, select

from engage.domain.case import Answer, CaseClass, Kind
from engage.domain.deadlines import Promise
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Party, Role
from engage.extensions import db
from engage.models import (
    Appeal,
    Approval,
    Case,
    CaseEvent,
    CaseLink,
    ContactAttempt,
    Deadline,
    IndependentReview,
    OutboxMessage,
    Pause,
    Proposal,
    Remedy,
    Screening,
)
from engage.scope import first_to_tell
from engage.services import timeline
from tests.lives import work_truths
from tests.lives.life import Life

Row = dict[str, Any]
# How a case ends by each deed. Written down by hand from product 3; a proposal's own close type stands as None.
ENDS = {
    "verify": None,
    "accept": None,
    "refuse": "not_agreed",
    "let_lapse": "lapsed",
    "decide_on_screening_out": "screened_out",
    "answer": "answered",
    "decide": "resolved_on_appeal",
    "report": "resolved_independently",
    "withdraw": "withdrawn",
}
TAKES_UP_AGAIN = {
    "appeal": Stage.APPEALED,
    "reopen": Stage.ASSESSED,
    "come_back": Stage.ASSESSED,
    "refer": Stage.INDEPENDENT,
}
MODELS = (Proposal, Remedy, Screening, Appeal, Pause, ContactAttempt, IndependentReview, *work_truths.MODELS)


@dataclass(frozen=True)
class Look:
    """Every row of a case that the truths speak of, as plain values."""

    case: Row
    subjects: frozenset[uuid.UUID]
    events: list[CaseEvent]
    deadlines: dict[uuid.UUID, Row]
    told: dict[uuid.UUID, tuple[str, uuid.UUID | None]]
    others: dict[str, list[Row]]
    neighbours: tuple[Row, ...]  # the other case of the site, and one of another site

    @property
    def stage(self) -> Stage:
        return Stage(self.case["stage"])

    def same_as(self, other: "Look") -> bool:
        return self._rows() == other._rows()

    def _rows(self) -> tuple[object, ...]:
        return self.case, self.subjects, self.deadlines, self.told, self.others, self.neighbours

    @property
    def standing(self) -> Row:
        """The newest proposal."""
        return max(self.others["proposal"], key=lambda row: row["number"])


def values_of(row: object) -> Row:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}


def look(life: Life) -> Look:
    db.session.expire_all()
    case = life.case
    beside = select(Case).where(Case.reference.in_((life.neighbour, life.cast.elsewhere)))
    near = {row.reference: values_of(row) for row in db.session.scalars(beside)}
    rows = {
        model.__tablename__: [values_of(row) for row in db.session.scalars(select(model).where(_of(model, case.id)))]
        for model in MODELS
    }
    told = select(OutboxMessage.id, OutboxMessage.template, OutboxMessage.user_id)
    return Look(
        case=values_of(case),
        subjects=case.facts.subjects,
        events=list(
            db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number))
        ),
        deadlines={
            row.id: values_of(row) for row in db.session.scalars(select(Deadline).where(Deadline.case_id == case.id))
        },
        told={
            id_: (template, user)
            for id_, template, user in db.session.execute(told.where(OutboxMessage.case_id == case.id))
        },
        others=rows,
        neighbours=(near[life.neighbour], near[life.cast.elsewhere]),
    )


def _of(model: Any, case_id: uuid.UUID) -> Any:
    mine = model.case_id == case_id
    return mine | (model.other_id == case_id) if model is CaseLink else mine


def always(now: Look, life: Life) -> None:
    """Hold what is true of a case at any moment."""
    case = now.case
    assert timeline.breaks_in(now.events) == []
    assert (now.events[-1].number, now.events[-1].hash) == (case["version"], case["head_hash"])
    closed = now.stage is Stage.CLOSED
    assert [closed] * 2 == [case["close_type"] is not None, case["closed_at"] is not None]
    running = [row for row in now.deadlines.values() if row["ended_at"] is None]
    assert not closed or {row["promise"] for row in running} <= {Promise.CHECK_AFTERWARDS}
    assert set(Counter((row["promise"], row["subject_id"]) for row in running).values()) <= {1}
    owed = [(row["due_at"], row["promise"].value) for row in running if row["promise"].owed_by_us]
    assert (case["next_due_at"], case["next_promise"]) == min(owed, default=(None, None))
    late = [row for row in now.deadlines.values() if row["breached_at"] is not None]
    assert case["was_late"] == bool(late)
    assert sum(event.kind == "DeadlineMissed" for event in now.events) == len(late)
    assert all(row["promise"].owed_by_us for row in late)
    assert case["assignee_id"] is None or case["assignee_id"] not in now.subjects
    assert 0 <= case["round"] <= 3
    assert first_to_tell(life.case), "nobody would hear of this case"
    work_truths.always(now.others, case, now.neighbours, life)


def after(before: Look, now: Look, life: Life, deed: str, actor: Actor | None) -> None:
    """Hold what is true of every deed that was done."""
    assert now.events[: len(before.events)] == before.events
    for id_, row in before.deadlines.items():
        assert row["breached_at"] in (None, now.deadlines[id_]["breached_at"]), "a breach is for ever"
        assert row["ended_at"] in (None, now.deadlines[id_]["ended_at"])
    assert before.case["was_late"] <= now.case["was_late"]
    if before.case["class_"] is CaseClass.RESTRICTED:
        assert now.case["class_"] is CaseClass.RESTRICTED
    _tells_the_right_people(before, now, life)
    work_truths.after(before, now, life, deed, actor)
    for row in now.others["proposal"]:
        sent_before = any(one["id"] == row["id"] and one["sent_at"] for one in before.others["proposal"])
        if row["sent_at"] and not sent_before:
            _was_approved(row, now)
    if before.stage is not now.stage is Stage.CLOSED:
        assert deed in ENDS, f"{deed} closed a case"
        assert all(row["over_at"] for row in now.others["pause"])
        wanted = ENDS[deed] or now.standing["close_type"]
        assert now.case["close_type"] == wanted
        CLOSES_HONESTLY[deed](before, now, life, actor)
    if before.stage is Stage.CLOSED is not now.stage:
        judged = any(row.kind == "CaseAssessed" for row in before.events)
        back = TAKES_UP_AGAIN[deed]
        assert now.stage is (Stage.ACKNOWLEDGED if back is Stage.ASSESSED and not judged else back)
    if before.stage is now.stage is Stage.CLOSED:
        assert before.case["close_type"] == now.case["close_type"]


def _tells_the_right_people(before: Look, now: Look, life: Life) -> None:
    told = {now.told[id_] for id_ in now.told.keys() - before.told.keys()}
    users = {user for _, user in told if user is not None}
    assert not users & now.subjects, "somebody the case is about was told"
    if now.case["class_"] is CaseClass.RESTRICTED:
        site_id = now.case["site_id"]
        outside = [
            name for name, one in life.cast.staff.items() if one.id in users and not one.has(Role.FOCAL, site_id)
        ]
        assert not outside, "somebody outside the restricted lane was told"


def _was_approved(proposal: Row, now: Look) -> None:
    """A second person from level 3, the human-rights lead too from 4, none of whom wrote it (product 3, domain R03)."""
    level = now.case["level"] or 3
    takes_a_right = "waive" in proposal["shared_findings"]  # a second person at every level, with a reason (R34)
    given = db.session.scalars(select(Approval).where(Approval.proposal_id == proposal["id"])).all()
    assert proposal["drafted_by_id"] not in {row.user_id for row in given}
    roles = {row.role for row in given if row.user_id not in now.subjects}
    if now.case["class_"] is CaseClass.RESTRICTED:
        assert level < 3 and not takes_a_right or roles
    else:
        assert level < 3 and not takes_a_right or "approver" in roles
    assert not takes_a_right or all(row.why_no_waiver for row in given)
    if now.case["class_"] is not CaseClass.RESTRICTED:
        assert level < 4 or "rights_lead" in roles


def _verified(before: Look, now: Look, life: Life, actor: Actor) -> None:
    mine = [row for row in before.others["remedy"] if row["proposal_id"] == before.standing["id"]]
    all_confirmed = all(row["finished_at"] and row["confirmed"] for row in mine)
    site_id = life.cast.site_id
    assert all_confirmed or actor.has(Role.APPROVER, site_id) or actor.has(Role.FOCAL, site_id)


def _accepted(before: Look, now: Look, life: Life, actor: Actor) -> None:
    assert now.standing["answer"] is Answer.ACCEPT
    assert not [row for row in now.others["remedy"] if row["proposal_id"] == now.standing["id"]]
    _says_who(now, actor)


def _refused(before: Look, now: Look, life: Life, actor: Actor) -> None:
    assert now.standing["answer"] is Answer.REFUSE
    _says_who(now, actor)


def _says_who(now: Look, actor: Actor) -> None:
    """What was said to staff was read back, and says how it was signed off (domain R45)."""
    assert actor.party is Party.PERSON or (now.standing["read_back"] and now.standing["sign_off"] != "portal")


def _lapsed(before: Look, now: Look, life: Life, actor: Actor) -> None:
    since = before.standing["sent_at"]
    tries = [row for row in before.others["contact_attempt"] if row["at"] >= since]
    assert before.standing["answer"] is None
    assert len(tries) >= 3
    assert now.case["closed_at"] >= since + timedelta(days=60)
    assert actor.has(Role.APPROVER, life.cast.site_id) or actor.has(Role.FOCAL, life.cast.site_id)


def _screened_out(before: Look, now: Look, life: Life, actor: Actor) -> None:
    [asked] = [row for row in before.others["screening"] if row["decided_at"] is None]
    assert asked["asked_by_id"] != actor.id
    assert asked["words"] and asked["referral"]


def _answered(before: Look, now: Look, life: Life, actor: Actor) -> None:
    assert now.case["kind"] is not Kind.GRIEVANCE


def _decided(before: Look, now: Look, life: Life, actor: Actor) -> None:
    undecided = [row for row in before.others["appeal"] if row["decided_at"] is None]
    appeal = max(undecided, key=lambda row: row["lodged_at"])
    seated = {seat.user_id for row in life.case.appeals if row.id == appeal["id"] for seat in row.seats}
    assert actor.id in seated


def _reported(before: Look, now: Look, life: Life, actor: Actor) -> None:
    assert any(row["reported_at"] is None for row in before.others["independent_review"])


def _withdrawn(before: Look, now: Look, life: Life, actor: Actor) -> None:
    assert actor.party is Party.PERSON


CLOSES_HONESTLY = {
    "verify": _verified,
    "accept": _accepted,
    "refuse": _refused,
    "let_lapse": _lapsed,
    "decide_on_screening_out": _screened_out,
    "answer": _answered,
    "decide": _decided,
    "report": _reported,
    "withdraw": _withdrawn,
}
