"""Who is told what of the events of triage; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import triage_events as events
from engage.domain.event import Event
from engage.domain.lifecycle import Stage
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, Rating, Screening
from engage.notify.audience import deciding_on, working_on
from engage.notify.notices import Notice, of_what_we_wrote_down, to_person, to_staff
from engage.scope import first_to_tell

QUIET: frozenset[type[Event]] = frozenset(
    {
        events.CaseLinked,  # the person of one case learns nothing of the other
        events.CaseMovedToLane,  # told by the lane itself, see engage.notify.lane_rules
        events.CaseUnlinked,
        events.ConflictRefused,  # read in the story by those who audit; whoever tried gets no more than a refusal
        events.IncidentLinked,  # a number of ours; nothing changes for anybody
        events.ItemDone,
        events.ItemOpened,
        events.RetaliationAssessed,
        events.SiftedAsNoise,  # the message of the same use case tells the person
        events.SubjectNamed,
        events.SubjectRemoved,
    }
)


def _sifted_as_real(event: events.SiftedAsReal, case: Case) -> list[Notice]:
    """Whoever is told of new cases at the site, but not who looked: new_case."""
    return to_staff((user_id for user_id in first_to_tell(case) if user_id != event.by_id), "new_case")


def _taken_off(event: events.TakenOff, case: Case) -> list[Notice]:
    """Whoever is told of new cases at the site, or above it where the whole site is in conflict: case_moved."""
    return to_staff(first_to_tell(case), "case_moved")


def _severity_rated(event: events.SeverityRated, case: Case) -> list[Notice]:
    """The person, whose dates may have moved: case_news. Of a case that has ended: nobody."""
    return [] if case.stage is Stage.CLOSED else to_person("case_news")


def _downgrade_asked(event: events.DowngradeAsked, case: Case) -> list[Notice]:
    """Coordinators and approvers, but not who asked: rating_to_decide."""
    asked_by = db.session.get_one(Rating, event.rating_id).rated_by_id
    return to_staff(deciding_on(case, Role.COORDINATOR, Role.APPROVER, but=asked_by), "rating_to_decide")


def _downgrade_declined(event: events.DowngradeDeclined, case: Case) -> list[Notice]:
    """Who asked for the lower rating: sent_back."""
    asked_by = db.session.get_one(Rating, event.rating_id).rated_by_id
    return to_staff([asked_by] if asked_by else [], "sent_back")


def _conversion_asked(event: events.ConversionAsked, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


def _conversion_answered(event: events.ConversionAnswered, case: Case) -> list[Notice]:
    """The person, where staff wrote down a no: case_news. Whoever works the case: reply_arrived."""
    told = [] if event.agreed else of_what_we_wrote_down(event.sign_off, "case_news")
    return told + to_staff(working_on(case), "reply_arrived")


def _refusal_asked(event: events.RefusalAsked, case: Case) -> list[Notice]:
    """Coordinators and approvers, but not who asked: screen_out_to_decide."""
    asked_by = db.session.get_one(Screening, event.screening_id).asked_by_id
    return to_staff(deciding_on(case, Role.COORDINATOR, Role.APPROVER, but=asked_by), "screen_out_to_decide")


def _information_refused(event: events.InformationRefused, case: Case) -> list[Notice]:
    """The person: case_finished."""
    return to_person("case_finished")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.SiftedAsReal: _sifted_as_real,
    events.TakenOff: _taken_off,
    events.SeverityRated: _severity_rated,
    events.DowngradeAsked: _downgrade_asked,
    events.DowngradeDeclined: _downgrade_declined,
    events.ConversionAsked: _conversion_asked,
    events.ConversionAnswered: _conversion_answered,
    events.RefusalAsked: _refusal_asked,
    events.InformationRefused: _information_refused,
}
