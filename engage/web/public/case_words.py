"""What the page of the person's case says: whose turn it is, where it stands, why this date, what they can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import ngettext

from engage import clock
from engage.domain.case import Answer, Identity, Road
from engage.domain.deadlines import ByDate, Hours, Promise, Step, StepCode
from engage.domain.guards import ROUNDS
from engage.domain.lifecycle import SHORT_TRACK, TRACK, Stage
from engage.domain.retention import Scope
from engage.domain.retention import Why as WhyKept
from engage.models import Deadline
from engage.models.promise import HELD
from engage.queries import promises
from engage.queries.own_case import OwnCase
from engage.queries.seen import Seen
from engage.services import retention_schedule, sites
from engage.web import step_words
from engage.web.filters import clock_time, day, short_day, zone_name
from engage.web.labels import label, promise, term
from engage.web.locale import gettext, lazy_gettext

# Which event says since when a stage was reached, and which promise says by when it will be.
_REACHED = {
    Stage.RECEIVED: "CaseReceived",
    Stage.ACKNOWLEDGED: "CaseAcknowledged",
    Stage.ASSESSED: "CaseAssessed",
    Stage.INVESTIGATING: "InvestigationStarted",
    Stage.PROPOSED: "ProposalSent",
    Stage.IMPLEMENTING: "ProposalAccepted",
    Stage.APPEALED: "CaseAppealed",
    Stage.INDEPENDENT: "CaseReferred",
}
_PROMISED = {
    Stage.ACKNOWLEDGED: Promise.ACKNOWLEDGE,
    Stage.ASSESSED: Promise.ASSESS,
    Stage.INVESTIGATING: Promise.START_INVESTIGATION,
    Stage.PROPOSED: Promise.PROPOSE,
    Stage.IMPLEMENTING: Promise.IMPLEMENT,
    Stage.APPEALED: Promise.DECIDE_APPEAL,
}
_HEADINGS = {
    Stage.RECEIVED: lazy_gettext("We have your concern. It is our turn to confirm it."),
    Stage.ACKNOWLEDGED: lazy_gettext("We have read your concern. It is our turn."),
    Stage.ASSESSED: lazy_gettext("We know what it is about. It is our turn to look into it."),
    Stage.INVESTIGATING: lazy_gettext("We are looking into it. It is our turn."),
    Stage.PROPOSED: lazy_gettext("We owe you a new proposal. It is our turn."),
    Stage.IMPLEMENTING: lazy_gettext("We are putting it right. It is our turn."),
    Stage.APPEALED: lazy_gettext("A panel is looking at it again. It is our turn."),
    Stage.INDEPENDENT: lazy_gettext("A body outside the company is looking at it."),
    Stage.CLOSED: lazy_gettext("Your concern is closed."),
}
# In these stages something is still going on; of the others the next step is what people wait for.
_LASTING = (Stage.INVESTIGATING, Stage.PROPOSED, Stage.IMPLEMENTING, Stage.APPEALED, Stage.INDEPENDENT)


@dataclass(frozen=True, slots=True)
class Why:
    """How a date was counted, in sentences."""

    title: str
    lines: Sequence[str]


def heading(own: OwnCase) -> str:
    """Return whose turn it is."""
    stage, answer = own.case.stage, own.proposal.answer if own.proposal else None
    if own.awaits_answer:
        return gettext("We have proposed a solution. It is your turn.")
    if own.to_confirm:
        return gettext("We say it is put right. Is it? It is your turn.")
    if (own.asked is not None or own.conversion is not None) and stage is not Stage.CLOSED:
        return gettext("We have asked you something. It is your turn.")
    if stage is Stage.ACKNOWLEDGED and own.case.kind.takes_short_road:
        return gettext("We have read it. It is our turn to answer.")
    if stage is Stage.PROPOSED and answer is Answer.MEET:
        return gettext("You want to meet. It is our turn.")
    if own.case.close_type == "answered":
        return gettext("We have answered you.")
    if own.case.close_type == "information_refused":
        return gettext("We cannot give you what you asked for. We say why.")
    return str(_HEADINGS[stage])


def ending(own: OwnCase) -> str | None:
    """Return how a closed case ended, and that it is not the last word."""
    if own.case.stage is not Stage.CLOSED:
        return None
    if own.case.close_type == "withdrawn":
        return gettext("You asked us to stop. You can still appeal, or open it again.")
    how = term("close_types", own.case.close_type)
    return gettext("It ended like this: %(how)s. You can still appeal, or open it again.", how=how)


def code_until(own: OwnCase) -> str | None:
    """Return until when the code opens a closed case of somebody whom nobody knows by name; else None."""
    case = own.case
    if case.stage is not Stage.CLOSED or case.identity is not Identity.ANONYMOUS:
        return None
    ends = next((one for one in retention_schedule.due_of(case) if one.rule.scope is Scope.SECRETS), None)
    if ends is None or ends.why in (WhyKept.REOPENS, WhyKept.HELD):
        return None
    if ends.at is None:
        return gettext("Your code opens this page until we have asked you if it stayed put right. Take what you need.")
    return gettext(
        "Your code opens this page until %(day)s at least. Take what you need before that.", day=day(ends.at)
    )


def track(own: OwnCase) -> list[dict[str, object]]:
    """Return the steps of the case for components/stage_track.html."""
    case = own.case
    stages = list(SHORT_TRACK if case.kind.takes_short_road else TRACK)
    if case.stage not in stages:
        stages.insert(len(stages) - 1, case.stage)
    at = stages.index(case.stage)
    now = at if case.stage in _LASTING else at + 1
    return [
        _step(own, stage, "done" if number < now else "now" if number == now else "next")
        for number, stage in enumerate(stages)
        if not (number < at and own.happened.get(_REACHED[stage]) is None)
    ]


def _step(own: OwnCase, stage: Stage, state: str) -> dict[str, object]:
    is_answer = own.case.kind.takes_short_road and stage is Stage.CLOSED
    is_answer = is_answer and own.case.close_type != "information_refused"
    name = gettext("Answered") if is_answer else label("step", stage)
    if stage is Stage.PROPOSED and state != "done" and not own.awaits_answer:
        name = gettext("Our offer")  # what is dated is ours; nobody is to think that they have to answer by then
    if state == "done":
        reached = own.case.closed_at if stage is Stage.CLOSED else own.happened.get(_REACHED[stage])
        reached = own.case.received_at if stage is Stage.RECEIVED else reached
        return {"label": name, "state": state, "note": short_day(reached)}
    kept = Promise.ANSWER if stage is Stage.PROPOSED and own.awaits_answer else _PROMISED.get(stage)
    row = _first(own, Promise.PROPOSE if is_answer else kept)
    if row is None or row.due_at == HELD:
        return {"label": name, "state": state, "note": None}
    late = row.promise.owed_by_us and row.due_at < clock.utcnow()
    note = gettext("late, was due %(day)s") if late else gettext("by %(day)s")
    return {"label": name, "state": state, "note": note % {"day": short_day(row.due_at)}, "late": late}


def _first(own: OwnCase, kept: Promise | None) -> Deadline | None:
    return next((row for row in own.deadlines if row.promise is kept), None)


def why(own: OwnCase) -> Why | None:
    """Return how the next date was counted: the person's own when it is their turn, else the next thing we owe."""
    ours = (row for row in own.deadlines if row.promise.owed_by_us)
    row = _first(own, Promise.ANSWER) if own.awaits_answer else next(ours, None)
    if row is None or own.case.stage is Stage.CLOSED:
        return None
    catalogue = sites.rules_of(own.case.rule_set_id)
    zone = ZoneInfo(own.case.site.time_zone)
    counted = promises.clock_of(row, own.pauses, zone=zone, limits=catalogue.pause_limits)
    reasons = {reason.code: reason.label for reason in catalogue.pauses}
    lines = [_basis(row.promise, counted.span, row.starts_at)]
    lines[:0] = [_put_off(before) for before in own.put_off if _is_before(before, row)]
    steps = counted.explain()
    lengths = step_words.whole_minutes(steps)
    say = step_words.as_promised(counted.span)
    lines += [_counted(step, say(length), reasons) for step, length in zip(steps, lengths, strict=True)]
    lines.append(gettext("These times are by the clock here: %(zone)s.", zone=zone_name()))
    lines += [_broken(one) for one in own.put_off if one.breached_at is not None and not _is_before(one, row)]
    if row.due_at == HELD:
        return Why(gettext("Why is there no date now?"), lines)
    if row.promise.owed_by_us and row.due_at < clock.utcnow():
        lines.append(gettext("We are late. We are sorry. People above us have been told, or will be."))
    return Why(gettext("Why %(day)s?", day=day(row.due_at)), lines)


def _basis(kept: Promise, span: object, starts_at: datetime) -> str:
    name = promise(kept.value)
    if isinstance(span, ByDate):
        return gettext("%(promise)s: this is the date we told you.", promise=name)
    if isinstance(span, Hours):
        length = ngettext("%(num)d hour", "%(num)d hours", span.count)
    else:
        length = ngettext("%(num)d day", "%(num)d days", getattr(span, "count", 0))
    if kept is Promise.ANSWER:
        return gettext("You have %(length)s to answer, from %(day)s.", length=length, day=day(starts_at))
    return gettext("%(promise)s: %(length)s, from %(day)s.", promise=name, length=length, day=day(starts_at))


def _is_before(before: Deadline, row: Deadline) -> bool:
    return (before.promise, before.subject_id) == (row.promise, row.subject_id) and before.version < row.version


def _put_off(before: Deadline) -> str:
    """A date we told and did not keep to: put off in time with a reason, or late."""
    told = {"date": _when(before.due_at), "day": day(before.delay_told_at)}
    if before.breached_at is not None:
        return gettext("We promised it by %(date)s and did not keep that. We told you why on %(day)s.", **told)
    return gettext("We promised it by %(date)s first, and asked for more time. We told you why on %(day)s.", **told)


def _broken(before: Deadline) -> str:
    """Another promise that we did not keep: it stands there whichever date comes next, so that nothing hides it."""
    return gettext("%(promise)s: %(told)s", promise=promise(before.promise.value), told=_put_off(before))


def _counted(step: Step, length: str, reasons: dict[str, str]) -> str:
    """One stretch of the way to the date; together they sum to it."""
    if step.ends_at is None:
        since, reason = day(step.starts_at), gettext(reasons.get(step.reason or "", step.reason or ""))
        return gettext("The clock has stood still since %(day)s. %(reason)s.", day=since, reason=reason)
    start, end = _when(step.starts_at), _when(step.ends_at)
    if step.code is StepCode.COUNTED:
        return gettext("From %(start)s to %(end)s: %(length)s count.", start=start, end=end, length=length)
    if step.code is StepCode.MOVED_FORWARD:
        return gettext("Clocks were put forward in that hour, so it is later by as much.")
    reason = gettext(reasons.get(step.reason or "", step.reason or ""))
    return gettext(
        "The time from %(start)s to %(end)s does not count. %(reason)s.", start=start, end=end, reason=reason
    )


def _when(instant: datetime) -> str:
    return f"{short_day(instant)} {clock_time(instant)}"


def answers(own: OwnCase) -> list[dict[str, str]]:
    """Return the ways to answer the proposal, as equals. After the last round no change can be asked for."""
    if not own.awaits_answer:
        return []
    offered = [("accept_proposal", gettext("I accept"), gettext("We start to put it right."))]
    if own.case.round < ROUNDS:
        offered += [
            ("counter_proposal", gettext("I want a change"), gettext("You say what should be different.")),
            ("ask_to_meet", gettext("Meet me"), gettext("We talk about it at a place you choose.")),
        ]
    offered += [("refuse_proposal", gettext("I refuse"), gettext("A panel can look at it again, if you wish."))]
    return [{"label": name, "text": text, "href": url_for(f"public.{door}")} for door, name, text in offered]


def rights(own: OwnCase) -> list[dict[str, str]]:
    """Return what the person can do besides, as links; only doors that open."""
    doors = []
    if own.case.stage is Stage.CLOSED:
        doors += [("appeal", gettext("Appeal to a panel")), ("reopen", gettext("Open it again"))]
    elif own.case.panel_offered:
        doors.append(("appeal", gettext("Ask a panel to look at it now")))
    doors.append(("change_contact", gettext("Change how we reach you, or who may know your name")))
    doors.append(("show_notices", gettext("What we sent you, and if it arrived")))
    if own.has_address:
        doors.append(("burn_contact", gettext("Erase how to reach me")))
    doors.append(("ask_correction", gettext("Say that something we hold is wrong")))
    doors.append(("show_keeping", gettext("What we keep, for how long, and having it erased")))
    doors.append(("change_code", gettext("Get a new code")))
    doors.append(("download_everything", gettext("Download everything, with your files (ZIP)")))
    doors.append(("download_case", gettext("Download it as plain text")))
    doors.append(("print_case", gettext("Keep everything as a file to print (PDF)")))
    if own.case.stage is not Stage.CLOSED:
        doors.append(("withdraw", gettext("Stop my concern")))
    doors.append(("outside_avenues", gettext("Other places to turn to")))
    return [{"label": name, "href": url_for(f"public.{door}")} for door, name in doors]


def seen_by(own: OwnCase) -> list[dict[str, str]]:
    """Return who opened the case, by role, with the days."""
    return _by_role(own.seen)


def name_seen_by(own: OwnCase) -> list[dict[str, str]]:
    """Return to whom a name that is kept secret was shown, by role, with the days."""
    return _by_role(own.name_seen)


def _by_role(seen: Sequence[Seen]) -> list[dict[str, str]]:
    return [
        {"role": label("role", one.role), "on": gettext(", ").join(short_day(on) for on in one.days)} for one in seen
    ]


def come_back(own: OwnCase) -> str | None:
    """Return the day to come back for those whom we have no way to tell, while it is our turn; else None."""
    theirs = own.awaits_answer or own.to_confirm or own.asked is not None
    if own.case.road is not Road.NONE or own.case.stage is Stage.CLOSED or theirs:
        return None
    row = next((one for one in own.deadlines if one.due_at not in (None, HELD)), None)
    if row is None or row.due_at < clock.utcnow():
        return gettext("We cannot reach you. Please come back in a week with your code.")
    return gettext("We cannot reach you. Please come back on %(day)s with your code.", day=day(row.due_at))
