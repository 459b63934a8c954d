"""What staff can do with a case, as its page offers it: each action with its own page and its reason why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flask import request, url_for

from engage.domain import guards, pausing
from engage.domain.case import CaseClass
from engage.domain.conflicts import INVESTIGATES
from engage.domain.guards import Refusal
from engage.domain.lifecycle import TRACK, Action, Stage
from engage.domain.policy import Permission, Role
from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.locale import gettext, lazy_gettext
from engage.web.staff.aftercare_doors import AFTERCARE_DOORS
from engage.web.staff.door import Door, WhyNot
from engage.web.staff.file_doors import FILE_DOORS
from engage.web.staff.findings_doors import FINDINGS_DOORS
from engage.web.staff.opening_doors import OPENING_DOORS
from engage.web.staff.outside_doors import OUTSIDE_DOORS
from engage.web.staff.panel_doors import PANEL_DOORS, is_seated
from engage.web.staff.rights_doors import RIGHTS_DOORS
from engage.web.staff.triage_doors import TRIAGE_DOORS
from engage.web.staff.waiting_doors import WAITING_DOORS
from engage.web.staff.watching_doors import WATCHING_DOORS

_ = lazy_gettext


def _open(page: CasePage, now: datetime) -> Refusal | None:
    return None


def _always(page: CasePage) -> bool:
    return True


def _drawn_elsewhere(page: CasePage) -> bool:
    """An errand and a delay have links of their own, beside what they are about."""
    return False


def _of_stage(action: Action) -> WhyNot:
    return lambda page, now: page.why_not(action, now)


def _grievance(page: CasePage) -> bool:
    return not page.case.kind.takes_short_road


def _until(last: Stage) -> Callable[[CasePage], bool]:
    """A step of the full road: shown from its beginning until it lies behind."""
    ahead = TRACK[: TRACK.index(last) + 1]
    return lambda page: _grievance(page) and page.case.stage in ahead


def _is_open(page: CasePage) -> bool:
    return page.case.stage is not Stage.CLOSED


def _is_closed(page: CasePage) -> bool:
    return page.case.stage is Stage.CLOSED


def _pause(page: CasePage, now: datetime) -> Refusal | None:
    return pausing.why_not_stop(page.case.stage) or (None if page.can_wait(now) else Refusal("nothing_to_pause"))


def _can_go_to_panel(page: CasePage) -> bool:
    """A closed case, or one that is so late that its person was offered a panel."""
    return _is_closed(page) or page.case.panel_offered


def _verify(page: CasePage, now: datetime) -> Refusal | None:
    """An approver who did not work on it may close with a reason; the others wait for every remedy."""
    site_id = page.case.site_id
    approves = any(page.actor.has(role, site_id) for role in (Role.APPROVER, Role.FOCAL))
    if not approves or _has_worked(page):
        return page.why_not(Action.VERIFY, now) or guards.why_not_verify(page.circumstances)
    return page.why_not(Action.VERIFY, now)


def _lapse(page: CasePage, now: datetime) -> Refusal | None:
    return page.why_not(Action.LAPSE, now) or (Refusal("own_work") if _has_worked(page) else None)


def _has_worked(page: CasePage) -> bool:
    """Whether the reader investigated, proposed or has the case: what is theirs somebody else approves."""
    worked = {entry.actor_id for entry in page.entries if entry.kind in INVESTIGATES}
    return page.actor.id in worked | {page.case.assignee_id}


def _approve_screen_out(page: CasePage, now: datetime) -> Refusal | None:
    if page.screening is None:
        return Refusal("nothing_to_decide")
    return Refusal("own_request") if page.screening.asked_by_id == page.actor.id else None


def _approve_proposal(page: CasePage, now: datetime) -> Refusal | None:
    if page.draft is None:
        return Refusal("nothing_to_approve")
    given = {row.user_id for row in page.draft.approvals}
    own = _has_worked(page) or page.actor.id == page.draft.drafted_by_id
    return Refusal("own_work") if own or page.actor.id in given else None


def _convert(page: CasePage, now: datetime) -> Refusal | None:
    early = page.case.stage in (Stage.RECEIVED, Stage.ACKNOWLEDGED)
    return None if early else Refusal("too_late_to_convert")


def _where(holds: Callable[[CasePage], bool], code: str) -> WhyNot:
    return lambda page, now: None if holds(page) else Refusal(code)


A, P = Action, Permission
_waits = _where(lambda page: page.circumstances.waits_for_person, "nothing_to_answer")

# By endpoint, in the order in which the main action of the page is looked for and the menu is drawn.
DOORS: Mapping[str, Door] = {
    "staff.route_case": Door(
        P.ROUTE,
        _where(lambda page: page.case.site.is_group_intake, "cannot_route"),
        lambda page: page.case.site.is_group_intake,
        moves_on=True,
    ),
    "staff.acknowledge_case": Door(
        A.ACKNOWLEDGE, _of_stage(A.ACKNOWLEDGE), lambda page: page.case.stage is Stage.RECEIVED, moves_on=True
    ),
    "staff.approve_screen_out_case": Door(
        P.APPROVE_SCREEN_OUT, _approve_screen_out, lambda page: page.screening is not None, moves_on=True
    ),
    "staff.assess_case": Door(A.ASSESS, _of_stage(A.ASSESS), _until(Stage.ACKNOWLEDGED), moves_on=True),
    "staff.answer_case": Door(
        A.ANSWER, _of_stage(A.ANSWER), lambda page: _is_open(page) and not _grievance(page), moves_on=True
    ),
    "staff.approve_proposal_case": Door(
        P.APPROVE_PROPOSAL, _approve_proposal, lambda page: page.draft is not None, moves_on=True
    ),
    "staff.propose_case": Door(A.PROPOSE, _of_stage(A.PROPOSE), _until(Stage.PROPOSED), moves_on=True),
    "staff.investigate_case": Door(A.INVESTIGATE, _of_stage(A.INVESTIGATE), _until(Stage.ASSESSED), moves_on=True),
    **PANEL_DOORS,
    "staff.decide_case": Door(A.DECIDE, _of_stage(A.DECIDE), is_seated, moves_on=True),
    "staff.seat_panel_case": Door(
        P.SEAT_PANEL,
        _where(lambda page: page.appeal is not None, "no_appeal"),
        lambda page: page.appeal is not None,
        moves_on=True,
    ),
    "staff.report_case": Door(
        A.REPORT, _of_stage(A.REPORT), lambda page: page.case.stage is Stage.INDEPENDENT, moves_on=True
    ),
    "staff.confirm_remedy_case": Door(
        P.RECORD_ANSWER,
        _where(lambda page: bool(page.unconfirmed), "nothing_to_confirm"),
        lambda page: bool(page.unconfirmed),
        _("Record the person's word on a remedy"),
        moves_on=True,
    ),
    "staff.finish_remedy_case": Door(
        P.FINISH_REMEDY,
        _where(lambda page: bool(page.unfinished), "nothing_to_finish"),
        lambda page: bool(page.unfinished),
        moves_on=True,
    ),
    "staff.verify_case": Door(A.VERIFY, _verify, lambda page: page.case.stage is Stage.IMPLEMENTING, moves_on=True),
    "staff.record_answer_case": Door(
        P.RECORD_ANSWER, _waits, lambda page: page.circumstances.waits_for_person, moves_on=True
    ),
    "staff.check_afterwards_case": Door(
        P.NOTE,
        _where(lambda page: page.owes_check, "no_check_owed"),
        lambda page: page.owes_check,
        _("Record the check afterwards"),
        moves_on=True,
    ),
    "staff.assign_case": Door(P.ASSIGN, _open, _is_open),
    "staff.consult_case": Door(P.NOTE, _open, _until(Stage.PROPOSED), _("Record a talk with the person")),
    "staff.reply_case": Door(P.REPLY, _open, _always),
    "staff.ask_case": Door(P.REPLY, _open, _is_open, _("Ask the person a question")),
    "staff.note_case": Door(P.NOTE, _open, _always),
    "staff.log_attempt_case": Door(P.TELL_PERSON, _open, _always, _("Log a try to reach the person")),
    "staff.give_errand": Door(P.TELL_PERSON, _open, _drawn_elsewhere, _("Ask somebody to bring word")),
    "staff.tell_person": Door(P.TELL_PERSON, _open, _drawn_elsewhere),
    "staff.tell_delay_case": Door(P.TELL_PERSON, _open, _drawn_elsewhere, _("Tell the person of a delay")),
    "staff.extend_case": Door(P.EXTEND, _open, _drawn_elsewhere),
    "staff.explain_delay_case": Door(P.EXPLAIN, _open, _drawn_elsewhere),
    "staff.pause_case": Door(P.PAUSE, _pause, _is_open),
    "staff.end_pause_case": Door(
        P.PAUSE,
        _where(lambda page: bool(page.stopped), "no_pause"),
        lambda page: bool(page.stopped),
        _("Let the clock run again"),
    ),
    "staff.add_task_case": Door(P.TASK, _open, _always),
    "staff.convert_case": Door(P.CONVERT, _convert, _is_open),
    "staff.screen_out_case": Door(
        A.SCREEN_OUT, _of_stage(A.SCREEN_OUT), lambda page: page.case.stage is Stage.ACKNOWLEDGED
    ),
    "staff.lapse_case": Door(A.LAPSE, _lapse, lambda page: page.case.stage is Stage.PROPOSED),
    "staff.appeal_case": Door(
        P.RECORD_ANSWER, _of_stage(A.APPEAL), _can_go_to_panel, _("Record an appeal of the person")
    ),
    "staff.reopen_case": Door(A.REOPEN, _of_stage(A.REOPEN), _is_closed),
    "staff.refer_case": Door(A.REFER, _of_stage(A.REFER), _is_closed),
    "staff.restrict_case": Door(P.RESTRICT, _open, lambda page: page.case.class_ is not CaseClass.RESTRICTED),
    **AFTERCARE_DOORS,
    **OUTSIDE_DOORS,
    **FINDINGS_DOORS,
    **TRIAGE_DOORS,
    **WAITING_DOORS,
    **OPENING_DOORS,
    **RIGHTS_DOORS,
    **FILE_DOORS,
    **WATCHING_DOORS,
}


_REFERENCE = "REFERENCE"  # no reference looks like it: they have digits and dashes


@dataclass(frozen=True, slots=True)
class Link:
    """A door that is open now."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Shut:
    """A door that is shut now, and why."""

    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Actions:
    """What components/action_menu.html draws."""

    main: Link | None
    others: list[Link]
    more: list[Link]
    refused: list[Shut]


def actions_on(page: CasePage, now: datetime) -> Actions:
    """Return what the reader can do with the case now: one main action, writing, the rest, and what has to wait."""
    moving: list[Link] = []
    side: list[Link] = []
    refused: list[Shut] = []
    for endpoint, door in DOORS.items():
        if not page.may(door.what) or not door.makes_sense(page):
            continue
        why = door.why_not(page, now)
        if why is not None:
            refused.append(Shut(door.label, words_of(why)))
        else:
            link = Link(door.label, _address(endpoint, request.script_root).replace(_REFERENCE, page.case.reference))
            (moving if door.moves_on else side).append(link)
    main = moving[0] if moving else None
    write = [Link(DOORS["staff.reply_case"].label, "#write")] if page.may(P.REPLY) else []
    rest = [link for link in side if not (write and link.label == write[0].label)]
    return Actions(main, moving[1:2] + write, moving[2:] + rest, refused)


@cache
def _address(endpoint: str, _root: str) -> str:
    """Where a door leads, with a mark for the case: to work out twenty addresses anew was a fortieth of the page."""
    return url_for(endpoint, reference=_REFERENCE)


def words_of(why: Refusal) -> str:
    """Return why not, in the reader's language."""
    if why.code == "not_at_this_stage":
        stage = labels.label("stage", why.values["stage"])
        return str(gettext("Not while the case is “%(stage)s”.", stage=stage))
    return labels.refusal(why)
