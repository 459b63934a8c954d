"""Who is told what, for every event: the one notification table. docs/notifications.md is written from it."""

import uuid
from functools import singledispatch

from engage.domain import events
from engage.domain.case import CaseClass, Writer
from engage.domain.deadlines import Promise
from engage.domain.events import Event
from engage.domain.guards import APPROVAL_LEVEL, RIGHTS_LEVEL
from engage.domain.lifecycle import Stage
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, OutboxMessage, Proposal, Screening
from engage.notify import aftercare_rules, clock_rules, triage_rules, work_rules
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.audience import deciding_on, on_rung, working_on
from engage.notify.notices import DIGEST, Notice, of_what_we_wrote_down, owe, owed, to_person, to_staff
from engage.notify.outbox import Owed
from engage.scope import first_to_tell

# Events that tell nobody: what happened is on the case page for whoever looks, or another event of the same use case
# tells it. A test holds that every event is here or has a rule.
QUIET: frozenset[type[Event]] = frozenset(
    {
        *clock_rules.QUIET,
        events.AttemptLogged,
        events.CheckedAfterwards,
        events.ConsultationHeld,
        events.DeadlineMet,
        events.DeadlineMissed,  # the reminder "due" and the rungs tell staff; the person is told by DelayTold
        events.FeedbackGiven,
        events.FilesAdded,  # the message that brings them tells of them
        events.IdentityChanged,
        events.PersonTold,
        events.ProposalApproved,  # the proposal leaves, or waits for one more approval that was asked for already
        *aftercare_rules.QUIET,
        *triage_rules.QUIET,
        *work_rules.QUIET,
    }
)


def tell(event: Event, case: Case, *, event_id: uuid.UUID) -> None:
    """Enqueue the notices that the event calls for; the same event never makes the same notice twice."""
    owe(notices(event, case), case, event_id=event_id)


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
    """The person: case_received. Whoever is told of new cases at the site: new_case."""
    return to_person("case_received") + to_staff(first_to_tell(case), "new_case")


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
def _(event: events.ProposalDrafted, case: Case) -> list[Notice]:
    """From the level that needs approval: approvers, and rights leads from their level, but not who drafted:
    proposal_to_approve."""
    level = case.level or APPROVAL_LEVEL
    roles = [Role.APPROVER] if level >= APPROVAL_LEVEL else []
    roles += [Role.RIGHTS_LEAD] if level >= RIGHTS_LEVEL else []
    drafted_by = db.session.get_one(Proposal, event.proposal_id).drafted_by_id
    return to_staff(deciding_on(case, *roles, but=drafted_by) if roles else (), "proposal_to_approve")


@notices.register
def _(event: events.ProposalReturned, case: Case) -> list[Notice]:
    """Who drafted the proposal: sent_back."""
    return to_staff([db.session.get_one(Proposal, event.proposal_id).drafted_by_id], "sent_back")


@notices.register
def _(event: events.ProposalSent, case: Case) -> list[Notice]:
    """The person: proposal_waiting."""
    return to_person("proposal_waiting", respond_by=event.respond_by.isoformat())


@notices.register
def _(event: events.ProposalAccepted, case: Case) -> list[Notice]:
    """The person, when nothing is left to do: case_finished, or where staff wrote the answer down: case_news. Whoever
    works the case: reply_arrived. Owners of the remedies: remedy_for_you."""
    remedies = db.session.get_one(Proposal, event.proposal_id).remedies
    owners = [remedy.owner_id for remedy in remedies if remedy.owner_id is not None]
    ended = (
        to_person("case_finished") if case.stage is Stage.CLOSED else of_what_we_wrote_down(event.sign_off, "case_news")
    )
    return ended + to_staff(working_on(case), "reply_arrived") + to_staff(owners, "remedy_for_you")


@notices.register
def _(event: events.ProposalCountered | events.RemedyConfirmed, case: Case) -> list[Notice]:
    """The person, where staff wrote it down: case_news. Whoever works the case: reply_arrived."""
    return of_what_we_wrote_down(event.sign_off, "case_news") + to_staff(working_on(case), "reply_arrived")


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
def _(event: events.AppealDecided | events.ReviewReported, case: Case) -> list[Notice]:
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
    """The person: case_delayed."""
    return to_person("case_delayed", promise=event.promise, new_date=event.new_date.isoformat())


@notices.register
def _(event: events.DeadlineExtended, case: Case) -> list[Notice]:
    """The person: more_time, which offers a panel the second time."""
    offers = "yes" if event.offers_panel else ""
    return to_person("more_time", promise=event.promise, new_date=event.new_date.isoformat(), offers_panel=offers)


@notices.register
def _(event: events.ReminderDue, case: Case) -> list[Notice]:
    """What the person owes, the person, but no survivor in the restricted lane: reminder_to_answer. What we owe,
    whoever works the case, and those one step up where they seem to be away: due, or due_soon."""
    if event.promise == Promise.ANSWER:
        return [] if case.class_ is CaseClass.RESTRICTED else to_person("reminder_to_answer")
    people = [*working_on(case), *(on_rung(case, event.role, all_sites=event.all_sites) if event.role else ())]
    return to_staff(people, "due" if event.rung == "due" else "due_soon", promise=event.promise)


@notices.register
def _(event: events.RungReached, case: Case) -> list[Notice]:
    """Those on the rung: case_late. The committee, which gets counts only: late_count."""
    people = on_rung(case, event.role, all_sites=event.all_sites)
    if event.role == Role.OVERSIGHT:
        return to_staff(people, DIGEST)
    return to_staff(people, "case_late", promise=event.promise)


for kind_of_clock, rule_of_clock in clock_rules.RULES.items():
    notices.register(kind_of_clock)(rule_of_clock)


@notices.register
def _(event: events.NoticeUndeliverable, case: Case) -> list[Notice]:
    """Whoever works the case, but not who could not be reached: could_not_reach. Of such a notice itself: nobody."""
    if event.template in ("could_not_reach", NEUTRAL_FOR_STAFF):
        return []  # or an address that refuses everything would be written to for ever
    lost = db.session.get_one(OutboxMessage, event.outbox_message_id)
    for people in (working_on(case), first_to_tell(case)):
        if others := [user_id for user_id in people if user_id != lost.user_id]:
            return to_staff(others, "could_not_reach")
    return []


for kind, rule in {**aftercare_rules.RULES, **triage_rules.RULES}.items():
    notices.register(kind)(rule)
for kind_of_work, rule_of_work in work_rules.RULES.items():
    notices.register(kind_of_work)(rule_of_work)
