"""Who is told of offers, of the answers to them and of remedies; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import resolution_events as events
from engage.domain.event import Event
from engage.domain.guards import APPROVAL_LEVEL, RIGHTS_LEVEL
from engage.domain.lifecycle import Stage
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, Proposal
from engage.notify.audience import deciding_on, working_on
from engage.notify.notices import Notice, of_what_we_wrote_down, to_person, to_staff


def _drafted(event: events.ProposalDrafted, case: Case) -> list[Notice]:
    """From the level that needs approval, or where its words need another look: approvers, and rights leads from
    their level, but not who drafted: proposal_to_approve."""
    level = case.level or APPROVAL_LEVEL
    roles = [Role.APPROVER] if level >= APPROVAL_LEVEL or event.held_by_words else []
    roles += [Role.RIGHTS_LEAD] if level >= RIGHTS_LEVEL else []
    drafted_by = db.session.get_one(Proposal, event.proposal_id).drafted_by_id
    return to_staff(deciding_on(case, *roles, but=drafted_by) if roles else (), "proposal_to_approve")


def _returned(event: events.ProposalReturned, case: Case) -> list[Notice]:
    """Who drafted the proposal: sent_back."""
    return to_staff([db.session.get_one(Proposal, event.proposal_id).drafted_by_id], "sent_back")


def _sent(event: events.ProposalSent, case: Case) -> list[Notice]:
    """The person: proposal_waiting."""
    return to_person("proposal_waiting", respond_by=event.respond_by.isoformat())


def _accepted(event: events.ProposalAccepted, case: Case) -> list[Notice]:
    """The person, when nothing is left to do: case_finished, or where staff wrote the answer down: case_news. Whoever
    works the case: reply_arrived. Owners of the remedies: remedy_for_you."""
    remedies = db.session.get_one(Proposal, event.proposal_id).remedies
    owners = [remedy.owner_id for remedy in remedies if remedy.owner_id is not None]
    ended = (
        to_person("case_finished") if case.stage is Stage.CLOSED else of_what_we_wrote_down(event.sign_off, "case_news")
    )
    return ended + to_staff(working_on(case), "reply_arrived") + to_staff(owners, "remedy_for_you")


def _answered(event: events.ProposalCountered | events.RemedyConfirmed, case: Case) -> list[Notice]:
    """The person, where staff wrote it down: case_news. Whoever works the case: reply_arrived."""
    return of_what_we_wrote_down(event.sign_off, "case_news") + to_staff(working_on(case), "reply_arrived")


def _passed_on(event: events.RemedyPassedOn, case: Case) -> list[Notice]:
    """Whoever carries the remedy out now, once the person has accepted it: remedy_for_you."""
    return to_staff([event.owner_id] if case.stage is Stage.IMPLEMENTING else [], "remedy_for_you")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.ProposalDrafted: _drafted,
    events.ProposalReturned: _returned,
    events.ProposalSent: _sent,
    events.ProposalAccepted: _accepted,
    events.ProposalCountered: _answered,
    events.RemedyConfirmed: _answered,
    events.RemedyPassedOn: _passed_on,
}
