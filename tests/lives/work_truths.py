"""What holds of the work around a case, whatever anybody does: groups, links, tasks, words we owe, what repeats."""

import uuid
from typing import Any

from engage import clock
from engage.domain.case import CaseClass, Kind, Writer
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Party, Permission, may
from engage.extensions import db
from engage.models import (
    AfterCheck,
    CaseLink,
    Explanation,
    Feedback,
    IssueCase,
    Meeting,
    Message,
    Task,
)
from engage.queries import day
from engage.queries import tasks as task_pages
from tests.lives.life import DEEDS, Life
from tests.states import case_of

Row = dict[str, Any]
MODELS = (AfterCheck, CaseLink, Explanation, Feedback, IssueCase, Meeting, Message, Task)
# What we do that ends the concern of a group, so that its people have to hear of it first (domain R46): not what they
# say themselves, nor what a panel or an outside body decides, nor what never came to a proposal.
OURS_TO_END = frozenset({"verify", "let_lapse", "accept"})
# Words that a person reads or we keep, with the event that holds their digest.
SPEAKS = {
    "put_off": ("DeadlineExtended", Writer.STAFF, "more_time"),
    "tell_of_a_delay": ("DelayTold", Writer.STAFF, "case_delayed"),
    "tell_the_group": ("ReportedBack", Writer.STAFF, "case_news"),
    "explain_in_writing": ("ExplanationWritten", Writer.NOTE, None),
    "look_afterwards": ("CheckedAfterwards", Writer.NOTE, None),
}
FOR_OWNERS = frozenset({"task_for_you", "task_due"})


def always(rows: dict[str, list[Row]], case: Row, others: tuple[Row, ...], life: Life) -> None:
    """Hold what is true of the work at any moment."""
    unwritten = [row for row in rows["explanation"] if row["written_at"] is None]
    assert case["owes_explanation"] == bool(unwritten)
    assert [other["reference"] for other in others] == [life.neighbour, life.cast.elsewhere], "a reference is gone"
    known = {case["id"], *(other["id"] for other in others)}
    linked = [row for row in rows["case_link"] if row["unlinked_at"] is None]
    pairs = [frozenset((row["case_id"], row["other_id"])) for row in linked]
    assert len(set(pairs)) == len(pairs), "two cases are linked twice"
    assert all(pair <= known and case["id"] in pair for pair in pairs)
    assert len(rows["feedback"]) <= 1
    for check in rows["after_check"]:
        assert check["reached"] == (check["stayed_right"] is not None) == (check["punished"] is not None)


def after(before: Any, now: Any, life: Life, deed: str, actor: Actor | None) -> None:
    """Hold what is true of every deed that was done."""
    for kind in ("meeting", "after_check", "feedback", "message", "issue_case"):
        kept = {_key(row): row for row in now.others[kind]}
        assert all(kept.get(_key(row)) == row for row in before.others[kind]), (
            f"{deed} changed what was written: {kind}"
        )
    assert deed not in DEEDS or not DEEDS[deed].aside or before.case == now.case, f"{deed} changed the case"
    _groups_are_told(before, now, deed)
    _words_are_kept(before, now, deed, actor)
    _neighbours_stay(before, now, deed)
    _tasks_are_for_those_who_see(before, now, life)
    if len(now.others["issue_case"]) > len(before.others["issue_case"]):
        assert deed == "sweep"
        assert now.case["class_"] is not CaseClass.RESTRICTED
        assert now.case["kind"] is Kind.GRIEVANCE
        assert now.case["category"] is not None


def _key(row: Row) -> uuid.UUID:
    key: uuid.UUID = row.get("id") or row["case_id"]
    return key


def _groups_are_told(before: Any, now: Any, deed: str) -> None:
    if before.stage is not now.stage is Stage.CLOSED and now.case["is_collective"] and deed in OURS_TO_END:
        since = now.standing["sent_at"]
        told = [row for row in now.others["meeting"] if row["purpose"] == "report_back"]
        assert any(row["recorded_at"] >= since for row in told), "a group was not told how its concern ended"


def _words_are_kept(before: Any, now: Any, deed: str, actor: Actor | None) -> None:
    """Who reads them is told, and the record holds their digest. Nobody but the person says how it was."""
    if deed == "say_how_it_was":
        assert actor is not None and actor.party is Party.PERSON and now.stage is Stage.CLOSED
    if deed in ("come_back", "reopen"):
        [event] = [one for one in now.events[len(before.events) :] if one.kind == "CaseReopened"]
        assert event.content_digest and ('"by_person":true' in event.payload) == (actor.party is Party.PERSON)
    if deed not in SPEAKS:
        return
    kind, writer, template = SPEAKS[deed]
    fresh = [one for one in now.events[len(before.events) :] if one.kind == kind]
    assert len(fresh) == 1 and fresh[0].content_digest
    old = {row["id"] for row in before.others["message"]}
    assert [row["writer"] for row in now.others["message"] if row["id"] not in old] == [writer]
    told = [now.told[id_] for id_ in now.told.keys() - before.told.keys()]
    assert template is None or (template, None) in told, "the person does not hear of it"
    if deed in ("put_off", "tell_of_a_delay"):
        [gone] = [row for id_, row in now.deadlines.items() if row["delay_told_at"] != _told_before(before, id_)]
        heir = max((row for row in now.deadlines.values() if _same_promise(row, gone)), key=lambda row: row["version"])
        assert gone["ended_at"] and heir["ended_at"] is None and heir["version"] == gone["version"] + 1
        assert heir["due_at"] > (gone["due_at"] if deed == "put_off" else clock.utcnow())
        assert (gone["breached_at"] is None) == (deed == "put_off"), "what was late is on record, what was not is not"


def _told_before(before: Any, deadline_id: uuid.UUID) -> Any:
    return before.deadlines.get(deadline_id, {}).get("delay_told_at")


def _same_promise(one: Row, other: Row) -> bool:
    return (one["promise"], one["subject_id"]) == (other["promise"], other["subject_id"])


def _neighbours_stay(before: Any, now: Any, deed: str) -> None:
    """Whatever happens to one of two linked cases, the other keeps its stage, its person's words and its record."""
    for old, new in zip(before.neighbours, now.neighbours, strict=True):
        kept = ("reference", "stage", "closed_at", "close_type", "level", "class_", "assignee_id")
        assert all(old[name] == new[name] for name in kept), f"{deed} changed a case that it was not about"
        if old["version"] != new["version"]:
            assert deed in ("link_with_another", "unlink_from_another", "sweep")


def _tasks_are_for_those_who_see(before: Any, now: Any, life: Life) -> None:
    old = {row["id"]: row["owner_id"] for row in before.others["task"]}
    given = [row for row in now.others["task"] if old.get(row["id"]) != row["owner_id"]]
    told = {now.told[id_] for id_ in now.told.keys() - before.told.keys()}
    told = {(template, user) for template, user in told if template in FOR_OWNERS}
    assert all(row["site_id"] == life.cast.site_id for row in given)
    assert not {row["owner_id"] for row in given} & now.subjects, "somebody the case is about was given a task in it"
    if given or told:
        facts, by_id = life.case.facts, {actor.id: actor for actor in life.cast.staff.values()}
        for user in {row["owner_id"] for row in given} | {user for _, user in told}:
            assert may(by_id[user], Permission.VIEW, facts), "a task went to somebody who may not know of the case"


def of_one_day(life: Life, name: str) -> None:
    """Hold what is true of what one of us finds on the page of the day: their sites, and what they may know of."""
    actor = life.cast.staff[name]
    found = day.day(actor, clock.utcnow())
    items = [*found.owed, *found.tasks, *found.waits, *found.arrived]
    codes = {life.cast.codes[held.site_id] for held in actor.memberships if held.site_id is not None}
    if not any(held.site_id is None for held in actor.memberships):
        shown = {item.reference.split("-")[0] for item in items if item.reference}
        assert shown <= codes, f"{name} is shown cases of another site"
    known = {reference: case_of(reference) for reference in (life.reference, life.neighbour, life.cast.elsewhere)}
    for item in items:
        if item.reference in known:
            assert may(actor, Permission.VIEW, known[item.reference].facts), f"{name} is shown what they may not know"
    for task in db.session.query(Task).where(Task.case_id.in_([case.id for case in known.values()])):
        of = next(case for case in known.values() if case.id == task.case_id)
        page = task_pages.page(task.id, actor)
        assert (page is not None) == may(actor, Permission.READ_UNMASKED, of.facts)
