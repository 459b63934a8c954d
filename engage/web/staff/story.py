"""What happened to a case, in words: a few for each kind of event, with the little that the record holds of it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel.speaklater import LazyString

from engage.domain.policy import Party
from engage.queries.case_page import CasePage
from engage.queries.case_parts import Entry
from engage.web import labels, mail_labels
from engage.web.filters import day, moment
from engage.web.locale import gettext, lazy_gettext
from engage.web.staff import (
    aftercare_story,
    clock_story,
    file_story,
    findings_story,
    opening_story,
    outside_story,
    panel_story,
    rights_story,
    road_story,
    triage_story,
    waiting_story,
    work_story,
)

_ = lazy_gettext

TITLES: Mapping[str, LazyString] = {
    **aftercare_story.TITLES,
    **outside_story.TITLES,
    **file_story.TITLES,
    **findings_story.TITLES,
    **triage_story.TITLES,
    **mail_labels.EVENTS,
    "CaseReceived": _("Received"),
    "CaseRouted": _("Sent to its site"),
    "CaseAcknowledged": _("Receipt confirmed"),
    "CaseAssessed": _("Assessed"),
    "UrgentFactFound": _("Urgent fact told at once"),
    "InterimMeasureRecorded": _("What is done at once was recorded"),
    "CaseAssigned": _("Assigned"),
    "AssigneeLeft": _("Unassigned, because they can work it no longer"),
    "CaseConverted": _("Kind changed"),
    "CaseRestricted": _("Left to the focal points alone"),
    "CaseMovedToLane": _("Moved to the restricted lane"),
    "ScreenOutAsked": _("Screening out asked for"),
    "ScreenOutDeclined": _("Not turned away: it stays open"),
    "CaseScreenedOut": _("Screened out"),
    "InvestigationStarted": _("Investigation begun"),
    "ConsultationHeld": _("Talk with the person recorded"),
    "ProposalDrafted": _("Proposal written"),
    "ProposalApproved": _("Proposal approved"),
    "ProposalReturned": _("Proposal sent back"),
    "ProposalSent": _("Proposal given to the person"),
    "ProposalAccepted": _("The person accepted"),
    "ProposalCountered": _("The person asked for a change"),
    "ProposalRefused": _("The person refused"),
    "CaseLapsed": _("Closed without an answer"),
    "RemedyFinished": _("Remedy marked as done"),
    "RemedyConfirmed": _("The person's word on a remedy"),
    "CaseVerified": _("Checked and closed"),
    "CaseAppealed": _("Appeal"),
    "PanelSeated": _("Panel named"),
    "AppealDecided": _("Appeal decided"),
    "CaseReferred": _("Given to an outside body"),
    "ReviewReported": _("The outside body reported"),
    "CaseReopened": _("Opened again"),
    "CaseAnswered": _("Answered and closed"),
    "CaseWithdrawn": _("Withdrawn by the person"),
    "MessageWritten": _("Message"),
    "FilesAdded": _("Files added"),
    "AttemptLogged": _("Try to reach the person"),
    "ContactChanged": _("Way to reach the person changed"),
    "IdentityChanged": _("What we know of the person changed"),
    "CodeChanged": _("Code changed"),
    "DeadlineMet": _("Promise kept"),
    "DeadlineMissed": _("Promise missed"),
    "DelayTold": _("The person was told of a delay"),
    "DeadlineExtended": _("Promise put off"),
    **clock_story.TITLES,
    **panel_story.TITLES,
    **road_story.TITLES,
    **work_story.TITLES,
    **waiting_story.TITLES,
    **opening_story.TITLES,
    **rights_story.TITLES,
    "ReminderDue": _("Reminder"),
    "RungReached": _("Told one step up"),
    "AddressConfirmed": _("The person confirmed their new address"),
    "ConcernsPutTogether": _("The person said whether we may know which concerns are theirs"),
    "NoticeUndeliverable": _("A notice could not be delivered"),
    "ToldInstead": _("Somebody else was told, since a notice reached nobody"),
    "PersonTold": _("Tell the person"),
    "FeedbackGiven": _("The person answered the two questions"),
    "CheckedAfterwards": _("Checked afterwards"),
}

# What a notice tells, for those who carry it by mouth. By its template.
TOLD: Mapping[str, LazyString] = {
    "case_received": _("We have the concern, and by when it is confirmed."),
    "case_acknowledged": _("Receipt is confirmed: what happens next and when, how to appeal, where else to turn."),
    "case_news": _("There is a message for them on their case."),
    "case_moved": _("Their case is at another site now."),
    "proposal_waiting": _("A proposal waits for their answer."),
    "reminder_to_answer": _("A proposal still waits for their answer, and until when."),
    "case_finished": _("How the case ended, and that they can appeal or open it again."),
    "case_delayed": _("We are late, why, and the new date."),
    **clock_story.TOLD,
    **outside_story.TOLD,
    **opening_story.TOLD,
    **file_story.TOLD,
    "more_time": _("We need more time, why, and the new date."),
    "contact_changed": _("The way we reach them was changed."),
    "code_changed": _("Their code was changed."),
}

_WRITERS = {"person": _("from the person"), "staff": _("to the person"), "note": _("note among staff")}


def title_of(entry: Entry) -> str:
    """Return what happened, in a few words; the stored name where nobody gave it any, so that nothing is hidden."""
    return str(TITLES.get(entry.kind, entry.kind))


def by(page: CasePage, entry: Entry) -> str:
    """Return whose deed it was."""
    if entry.actor_party == Party.PERSON.value:
        return str(gettext("the person"))
    if entry.actor_id is None:
        return str(gettext("the service"))
    return page.names.get(entry.actor_id, str(gettext("somebody of ours")))


def detail_of(page: CasePage, entry: Entry) -> str | None:
    """Return the values of the event in words, or None where its title says it all."""
    write = _DETAILS.get(entry.kind)
    return write(page, entry.values) if write else None


Values = Mapping[str, object]
Detail = Callable[[CasePage, Values], str]


def _assessed(page: CasePage, values: Values) -> str:
    category = labels.category(str(values["category"]), _text(values, "subcategory"))
    return str(gettext("Level %(level)s · %(category)s", level=values["level"], category=category))


def _text(values: Values, name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)


def _yes(values: Values, name: str, yes: str, no: str) -> str:
    return yes if values.get(name) else no


def _person(page: CasePage, values: Values, name: str) -> str:
    found = [held for user, held in page.names.items() if str(user) == values.get(name)]
    return found[0] if found else str(gettext("somebody of ours"))


def _reached(page: CasePage, values: Values) -> str:
    return _yes(values, "reached", gettext("reached"), gettext("not reached"))


def _promised(page: CasePage, values: Values) -> str:
    return labels.label("promise", values["promise"])


def _sign_off(page: CasePage, values: Values) -> str:
    return labels.term("signoff_modes", _text(values, "sign_off"))


def _new_date(page: CasePage, values: Values) -> str:
    on = day(datetime.fromisoformat(str(values["new_date"])))
    return str(gettext("%(promise)s: now %(day)s", promise=_promised(page, values), day=on))


_DETAILS: Mapping[str, Detail] = {
    **aftercare_story.DETAILS,
    **outside_story.DETAILS,
    **findings_story.DETAILS,
    **triage_story.DETAILS,
    "CaseReceived": lambda page, values: labels.term("channels", _text(values, "channel")),
    "CaseAssessed": _assessed,
    "UrgentFactFound": lambda page, values: labels.label("role", values["role"]),
    "InterimMeasureRecorded": lambda page, values: _yes(
        values, "possible", gettext("a measure was taken"), gettext("none is possible, with the reason")
    ),
    "CaseAssigned": lambda page, values: _person(page, values, "assignee_id"),
    "AssigneeLeft": lambda page, values: _person(page, values, "assignee_id"),
    "CaseConverted": lambda page, values: labels.label("kind", values["to_kind"]),
    "ScreenOutAsked": lambda page, values: labels.term("screening_out_reasons", _text(values, "reason_code")),
    "CaseScreenedOut": lambda page, values: labels.term("screening_out_reasons", _text(values, "reason_code")),
    "ProposalApproved": lambda page, values: labels.label("role", values["role"]),
    "ProposalSent": lambda page, values: gettext(
        "to be answered by %(day)s", day=day(datetime.fromisoformat(str(values["respond_by"])))
    ),
    "ProposalAccepted": _sign_off,
    "ProposalCountered": lambda page, values: _yes(values, "wants_meeting", gettext("wants to meet"), ""),
    "ProposalRefused": lambda page, values: _yes(
        values, "wants_panel", gettext("wants a panel"), gettext("wants no panel")
    ),
    "RemedyConfirmed": lambda page, values: _yes(
        values, "confirmed", gettext("it is put right"), gettext("it is not put right")
    ),
    "CaseVerified": lambda page, values: labels.term("close_types", _text(values, "close_type")),
    "CaseAppealed": lambda page, values: _yes(values, "is_late", gettext("late, with a reason"), ""),
    "AppealDecided": lambda page, values: labels.label("outcome", values["outcome"]),
    "CaseWithdrawn": lambda page, values: _yes(values, "pressured", gettext("under pressure: look into it"), ""),
    "MessageWritten": lambda page, values: str(_WRITERS.get(str(values["writer"]), "")),
    "MailPlaced": lambda page, values: str(mail_labels.PLACED_AS.get(str(values["placed_as"]), "")),
    "FilesAdded": lambda page, values: str(values["count"]),
    "AttemptLogged": lambda page, values: " · ".join(
        [labels.term("channels", _text(values, "channel")), _reached(page, values)]
    ),
    "ContactChanged": lambda page, values: labels.label("road", values["road"]),
    "IdentityChanged": lambda page, values: labels.label("identity", values["identity"]),
    "DeadlineMet": lambda page, values: " · ".join(
        filter(None, [_promised(page, values), _yes(values, "late", gettext("late"), "")])
    ),
    "DeadlineMissed": _promised,
    "DelayTold": _new_date,
    "DeadlineExtended": _new_date,
    **clock_story.DETAILS,
    **panel_story.DETAILS,
    **road_story.DETAILS,
    **work_story.DETAILS,
    **waiting_story.DETAILS,
    **opening_story.DETAILS,
    **rights_story.DETAILS,
    "ReminderDue": _promised,
    "RungReached": lambda page, values: f"{_promised(page, values)} · {labels.label('role', values['role'])}",
    "PersonTold": _reached,
    "CheckedAfterwards": _reached,
}


# What the page shows elsewhere, or what only says that a clock runs: for the whole story, not for the case page.
_ASIDE = frozenset({"MessageWritten", "ReminderDue", "FilesAdded"})


def is_news(entry: Entry) -> bool:
    """Whether the event belongs among the newest of the case page: not what is said, nor what went as promised."""
    return entry.kind not in _ASIDE and not (entry.kind == "DeadlineMet" and not entry.values.get("late"))


def told(page: CasePage, entry: Entry) -> dict[str, object]:
    """Return an event for components/timeline.html."""
    return {
        "title": title_of(entry),
        "by": by(page, entry),
        "on": moment(entry.at),
        "iso": entry.at.isoformat(),
        "text": detail_of(page, entry) or None,
    }


def what_to_tell(template: str) -> str:
    """Return what an errand tells the person."""
    return str(TOLD.get(template, gettext("There is news on their case.")))
