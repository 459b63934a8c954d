"""Who is told what, for every event: the one notification table. docs/notifications.md is written from it."""

import uuid
from functools import singledispatch

from engage.domain import events
from engage.domain.case import CaseClass, Writer
from engage.domain.deadlines import Promise
from engage.domain.escalation import ASSIGNEE
from engage.domain.events import Event
from engage.domain.lifecycle import Stage
from engage.domain.news import NO_NEWS
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, Screening
from engage.notify import (
    aftercare_rules,
    clock_rules,
    delivery_rules,
    file_rules,
    findings_rules,
    opening_rules,
    outside_rules,
    resolution_rules,
    rights_rules,
    road_rules,
    triage_rules,
    waiting_rules,
    watching_rules,
    work_rules,
)
from engage.notify.audience import deciding_on, on_rung, working_on
from engage.notify.notices import DIGEST, Notice, owe, owed, to_person, to_staff
from engage.notify.outbox import Owed
from engage.scope import first_to_tell

# Events that tell nobody: what happened is on the case page for whoever looks, or another event of the same use case
# tells it. A test holds that every event is here or has a rule.
QUIET: frozenset[type[Event]] = frozenset(
    {
        *clock_rules.QUIET,
        *delivery_rules.QUIET,
        events.AddressConfirmed,
        events.AttemptLogged,
        events.CheckedAfterwards,
        events.ConcernsPutTogether,
        events.ConsultationHeld,
        events.DeadlineMet,
        events.DeadlineMissed,  # the reminder "due" and the rungs tell staff; the person is told by DelayTold
        events.FeedbackGiven,
        events.FilesAdded,  # the message that brings them tells of them
        events.IdentityChanged,
        events.MailPlaced,  # the message or case that it became tells of it
        events.ProposalApproved,  # the proposal leaves, or waits for one more approval that was asked for already
        events.PanelDeclared,
        events.PanelNoteWritten,  # for the members alone, who look when they meet
        *aftercare_rules.QUIET,
        *file_rules.QUIET,
        *findings_rules.QUIET,
        *opening_rules.QUIET,
        *rights_rules.QUIET,
        *road_rules.QUIET,
        *triage_rules.QUIET,
        *work_rules.QUIET,
    }
)


def tell(event: Event, case: Case, *, event_id: uuid.UUID, by: uuid.UUID | None = None) -> bool:
    """Enqueue the notices that the event calls for; the same event never makes the same notice twice.

    Those who watch the case hear of it, too, but not `by` whom it was done. Returns whether the person has news by it.
    """
    called = notices(event, case)
    owe([*called, *watching_rules.told_besides(called, case, by=by)], case, event_id=event_id)
    return any(one.user_id is None and one.template not in NO_NEWS for one in called)


def called_for(event: Event, case: Case, *, event_id: uuid.UUID) -> list[Owed]:
    """Return the same notices for a caller who puts them into the outbox together with what the event is about."""
    return owed(notices(event, case), case, event_id=event_id)


@singledispatch
def notices(event: Event, case: Case) -> list[Notice]:
    """Return the messages an event calls for. An event without a rule here tells no one."""
    return []


def _news_or_end(case: Case) -> list[Notice]:
    """To the person: that there is news, or that the case is finished."""
    return to_person("case_finished" if case.stage is Stage.CLOSED else "case_news")


@notices.register
def _(event: events.CaseReceived, case: Case) -> list[Notice]:
    """The person: case_received. Whoever is told of new cases at the site: new_case, or of what looks as if a program
    had sent it flagged_cases, once an hour."""
    return to_person("case_received") + to_staff(first_to_tell(case), "flagged_cases" if case.flagged else "new_case")


@notices.register
def _(event: events.CaseRouted | events.CaseRestricted, case: Case) -> list[Notice]:
    """Whoever is told of new cases at the site; after restriction the focal points: new_case."""
    return to_staff(first_to_tell(case), "new_case")


@notices.register
def _(event: events.CaseAcknowledged, case: Case) -> list[Notice]:
    """The person: case_acknowledged."""
    return to_person("case_acknowledged")


@notices.register
def _(event: events.CaseAssessed | events.CaseConverted | events.InvestigationStarted, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


@notices.register
def _(event: events.InterimMeasureRecorded | events.RemedyFinished, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


@notices.register
def _(event: events.PanelSeated, case: Case) -> list[Notice]:
    """The person: case_news. The members of the panel: panel_seat."""
    return to_person("case_news") + to_staff(sorted(case.facts.panel), "panel_seat")


@notices.register
def _(event: events.SeatGivenUp | events.SeatVacated, case: Case) -> list[Notice]:
    """Coordinators and approvers, who seat the panel: panel_to_seat."""
    return to_staff(deciding_on(case, Role.COORDINATOR, Role.APPROVER), "panel_to_seat")


@notices.register
def _(event: events.UrgentFactFound, case: Case) -> list[Notice]:
    """Those whom the site's matrix names for the fact, or approvers of all sites where none is free, or whoever is told
    of new cases: urgent_fact."""
    named = on_rung(case, event.role, all_sites=event.all_sites)
    return to_staff(named or on_rung(case, Role.APPROVER, all_sites=True) or first_to_tell(case), "urgent_fact")


@notices.register
def _(event: events.CaseAssigned, case: Case) -> list[Notice]:
    """The assignee: assigned_to_you."""
    return to_staff([event.assignee_id], "assigned_to_you")


@notices.register
def _(event: events.AssigneeLeft, case: Case) -> list[Notice]:
    """Whoever is told of new cases at the site: unassigned."""
    return to_staff(first_to_tell(case), "unassigned")


@notices.register
def _(event: events.ScreenOutAsked, case: Case) -> list[Notice]:
    """Coordinators and approvers, but not who asked: screen_out_to_decide."""
    asked_by = db.session.get_one(Screening, event.screening_id).asked_by_id
    return to_staff(deciding_on(case, Role.COORDINATOR, Role.APPROVER, but=asked_by), "screen_out_to_decide")


@notices.register
def _(event: events.ScreenOutDeclined, case: Case) -> list[Notice]:
    """Who asked for the screening out: sent_back."""
    return to_staff([db.session.get_one(Screening, event.screening_id).asked_by_id], "sent_back")


@notices.register
def _(event: events.ProposalRefused | events.CaseWithdrawn, case: Case) -> list[Notice]:
    """The person, when the case ends by it: case_finished. Whoever works the case: reply_arrived."""
    ended = to_person("case_finished") if case.stage is Stage.CLOSED else []
    return ended + to_staff(working_on(case), "reply_arrived")


@notices.register
def _(event: events.CaseScreenedOut | events.CaseLapsed | events.CaseVerified, case: Case) -> list[Notice]:
    """The person: case_finished."""
    return to_person("case_finished")


@notices.register
def _(event: events.CaseAnswered, case: Case) -> list[Notice]:
    """The person: case_finished."""
    return to_person("case_finished")


@notices.register
def _(event: events.CaseAppealed, case: Case) -> list[Notice]:
    """The person: case_news. Coordinators and approvers, who seat the panel: panel_to_seat."""
    seating = deciding_on(case, Role.COORDINATOR, Role.APPROVER)
    return to_person("case_news") + to_staff(seating, "panel_to_seat")


@notices.register
def _(event: events.ReviewReported, case: Case) -> list[Notice]:
    """The person: case_finished, or case_news while it goes on. Whoever works the case: case_moved."""
    return _news_or_end(case) + to_staff(working_on(case), "case_moved")


@notices.register
def _(event: events.CaseReferred, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


@notices.register
def _(event: events.CaseReopened, case: Case) -> list[Notice]:
    """The person: case_news. Whoever works the case: case_moved."""
    return to_person("case_news") + to_staff(working_on(case), "case_moved")


@notices.register
def _(event: events.MessageWritten, case: Case) -> list[Notice]:
    """What the person wrote, whoever works the case: reply_arrived. What we wrote to the person: case_news. Notes
    among staff: nobody."""
    if event.writer == Writer.PERSON:
        return to_staff(working_on(case), "reply_arrived")
    return to_person("case_news") if event.writer == Writer.STAFF else []


@notices.register
def _(event: events.ContactChanged, case: Case) -> list[Notice]:
    """The person: contact_changed."""
    return to_person("contact_changed")


@notices.register
def _(event: events.CodeChanged, case: Case) -> list[Notice]:
    """The person: code_changed."""
    return to_person("code_changed")


@notices.register
def _(event: events.DelayTold, case: Case) -> list[Notice]:
    """The person: case_delayed. From the second time on, those one step up, or whoever is told of new cases where
    nobody is: case_late."""
    above = on_rung(case, event.role, all_sites=event.all_sites) if event.role else []
    if event.role == ASSIGNEE:  # nobody sits above them
        above = first_to_tell(case)
    told = to_person("case_delayed", promise=event.promise, new_date=event.new_date.isoformat())
    return told + to_staff(above, "case_late", promise=event.promise)


@notices.register
def _(event: events.DeadlineExtended, case: Case) -> list[Notice]:
    """The person: more_time, which offers a panel the second time."""
    offers = "yes" if event.offers_panel else ""
    return to_person("more_time", promise=event.promise, new_date=event.new_date.isoformat(), offers_panel=offers)


@notices.register
def _(event: events.ReminderDue, case: Case) -> list[Notice]:
    """What the person owes, the person, but no survivor in the restricted lane: reminder_to_answer. What we owe,
    whoever works the case, or is told of new cases where a panel is to be named, and those one step up where they seem
    to be away: due, or due_soon."""
    if event.promise == Promise.ANSWER:
        return [] if case.class_ is CaseClass.RESTRICTED else to_person("reminder_to_answer")
    owing = first_to_tell(case) if event.promise == Promise.FORM_PANEL else working_on(case)
    people = [*owing, *(on_rung(case, event.role, all_sites=event.all_sites) if event.role else ())]
    return to_staff(people, "due" if event.rung == "due" else "due_soon", promise=event.promise)


@notices.register
def _(event: events.RungReached, case: Case) -> list[Notice]:
    """Those on the rung: case_late. The committee, or whoever stands in its place, gets counts only: late_count."""
    people = on_rung(case, event.role, all_sites=event.all_sites)
    if event.role == Role.OVERSIGHT or event.counts_only:
        return to_staff(people, DIGEST)
    return to_staff(people, "case_late", promise=event.promise)


for kind_of_clock, rule_of_clock in clock_rules.RULES.items():
    notices.register(kind_of_clock)(rule_of_clock)


RULES_OF_OTHERS = (
    aftercare_rules.RULES,
    delivery_rules.RULES,
    file_rules.RULES,
    opening_rules.RULES,
    outside_rules.RULES,
    resolution_rules.RULES,
    rights_rules.RULES,
    road_rules.RULES,
    triage_rules.RULES,
    waiting_rules.RULES,
    watching_rules.RULES,
)
for kind, rule in {kind: rule for rules in RULES_OF_OTHERS for kind, rule in rules.items()}.items():
    notices.register(kind)(rule)
for kind_of_work, rule_of_work in work_rules.RULES.items():
    notices.register(kind_of_work)(rule_of_work)
