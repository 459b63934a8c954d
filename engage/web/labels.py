"""The words for codes: what pages call a stage, an action, a refusal. A stored code never changes, a label may."""

from flask import Flask
from flask_babel.speaklater import LazyString

from engage.domain.guards import Refusal
from engage.services import sites
from engage.web import (
    account_labels,
    aftercare_labels,
    clock_labels,
    findings_labels,
    lane_labels,
    outside_labels,
    panel_labels,
    reading_labels,
    road_labels,
    rule_labels,
    triage_labels,
    work_labels,
)
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext

LABELS: dict[str, dict[str, LazyString]] = {
    **aftercare_labels.GROUPS,
    **findings_labels.GROUPS,
    **lane_labels.GROUPS,
    **outside_labels.GROUPS,
    **road_labels.GROUPS,
    **triage_labels.GROUPS,
    "stage": {
        "received": _("received"),
        "acknowledged": _("acknowledged"),
        "assessed": _("assessed"),
        "investigating": _("investigating"),
        "proposed": _("proposed"),
        "implementing": _("being put right"),
        "appealed": _("before a panel"),
        "independent": _("before an outside body"),
        "closed": _("closed"),
    },
    # The same stages as the person reads them on the track.
    "step": {
        "received": _("Received"),
        "acknowledged": _("Confirmed"),
        "assessed": _("Understood"),
        "investigating": _("Looked into"),
        "proposed": _("Your answer"),
        "implementing": _("Put right"),
        "appealed": _("Looked at again"),
        "independent": _("With an outside body"),
        "closed": _("Closed"),
    },
    "action": {
        "acknowledge": _("Confirm receipt"),
        "assess": _("Assess"),
        "screen_out": _("Screen out"),
        "investigate": _("Start the investigation"),
        "propose": _("Propose a solution"),
        "accept": _("Accept"),
        "counter": _("Ask for a change"),
        "refuse": _("Refuse"),
        "lapse": _("Close without an answer"),
        "verify": _("Check and close"),
        "appeal": _("Appeal"),
        "decide": _("Decide the appeal"),
        "refer": _("Refer to an outside body"),
        "report": _("Record the outside body's report"),
        "reopen": _("Open again"),
        "answer": _("Answer and close"),
        "withdraw": _("Withdraw"),
    },
    "permission": {
        "view": _("See the case"),
        "read_unmasked": _("Read unmasked, and open files"),
        "view_identity": _("See who the person is"),
        "view_contact": _("See how to reach the person"),
        "reply": _("Write to the person"),
        "note": _("Add a note"),
        "assign": _("Assign"),
        "route": _("Send to a site"),
        "convert": _("Change the kind"),
        "restrict": _("Move to the restricted lane"),
        "approve_screen_out": _("Decide on screening out"),
        "approve_proposal": _("Approve the proposal"),
        "record_answer": _("Record a spoken answer"),
        "finish_remedy": _("Mark a remedy as done"),
        "seat_panel": _("Name the panel"),
        "tell_person": _("Tell the person"),
        "extend": _("Put off a promise"),
        "extend_again": _("Put off a promise a second time"),
        **clock_labels.PERMISSIONS,
        **findings_labels.PERMISSIONS,
        **panel_labels.PERMISSIONS,
        **work_labels.PERMISSIONS,
        **aftercare_labels.PERMISSIONS,
        **outside_labels.PERMISSIONS,
        **triage_labels.PERMISSIONS,
    },
    "kind": {
        "grievance": _("Grievance"),
        "question": _("Question"),
        "suggestion": _("Suggestion"),
        "compliment": _("Thanks"),
        "information_request": _("Request for information"),
    },
    "identity": {
        "named": _("named"),
        "confidential": _("confidential"),
        "anonymous": _("anonymous"),
    },
    "class": {
        "ordinary": _("ordinary"),
        "confidential": _("confidential"),
        "restricted": _("restricted"),
    },
    "role": {
        "liaison": _("Liaison officer"),
        "coordinator": _("Coordinator"),
        "officer": _("Officer"),
        "approver": _("Site manager"),
        "panel": _("Appeal panel"),
        "custodian": _("Custodian"),
        "focal": _("Focal point"),
        "publisher": _("Publisher"),
        "auditor": _("Auditor"),
        "steward": _("Community data steward"),
        "rights_lead": _("Human-rights lead"),
        "oversight": _("Oversight committee"),
        "admin": _("Administrator"),
        "assignee": _("whoever works the case"),
        "person": _("the person"),
    },
    "risk": {"low": _("low"), "medium": _("medium"), "high": _("high")},
    "outcome": {
        "upheld": _("The panel agrees with the person"),
        "partly_upheld": _("The panel agrees in part"),
        "not_upheld": _("The panel keeps the decision"),
    },
    "right": work_labels.RIGHTS,
    "state": {
        "due": _("due"),
        "met": _("kept"),
        "met_late": _("kept late"),
        "breached": _("missed"),
    },
    "change": {
        **account_labels.CHANGES,
        "site_added": _("Site added"),
        "site_changed": _("Site changed"),
        **rule_labels.CHANGES,
    },
    "tab": {
        "triage": _("Needs triage"),
        "mine": _("Mine"),
        "site": _("My site"),
        "overdue": _("Overdue"),
        "theirs": _("Their turn"),
        "unreached": _("Could not reach"),
        "all": _("All"),
    },
    # What we promise, in the short words of those who have to keep it; the person reads `promise()`.
    "promise": {
        "acknowledge": _("Confirm receipt"),
        "assess": _("Assess"),
        "interim_measure": _("Stop the harm"),
        "consult": _("Talk with the person"),
        "start_investigation": _("Investigate"),
        "propose": _("Propose"),
        "answer": _("Their answer"),
        "implement": _("Put right"),
        "form_panel": _("Name the panel"),
        "decide_appeal": _("Decide the appeal"),
        "check_afterwards": _("Check afterwards"),
    },
    "contact": {
        "name": _("Name"),
        "organisation": _("Organisation"),
        "email": _("E-mail address"),
        "phone": _("Phone number"),
        "facilitator": _("Who carries messages"),
        "post": _("Postal address"),
        "word": _("Say this word first"),
    },
    # What an outside body found, in the codes of the panel's decision.
    "review_outcome": {
        "upheld": _("It agrees with the person"),
        "partly_upheld": _("It agrees in part"),
        "not_upheld": _("It keeps the decision"),
    },
    "sign": reading_labels.SIGNS,
    "answer": {
        "accept": _("accepted"),
        "counter": _("asked for a change"),
        "meet": _("asked to meet"),
        "refuse": _("refused"),
    },
}

REFUSALS: dict[str, LazyString] = {
    **account_labels.REFUSALS,
    **aftercare_labels.REFUSALS,
    **findings_labels.REFUSALS,
    **lane_labels.REFUSALS,
    **outside_labels.REFUSALS,
    **road_labels.REFUSALS,
    **triage_labels.REFUSALS,
    "convert_first": _("This is not a grievance. Answer it, or change its kind first."),
    "grievance_needs_a_proposal": _("A grievance ends with the person's answer to a proposal, not with ours."),
    "answer_instead": _("This is not a grievance: answer it instead."),
    "waits_for_second_person": _("Screening out was asked for. A second person has to decide."),
    "waits_for_approval": _("A proposal waits for approval."),
    "investigate_first": _("At level %(level)s the facts are looked into before something is proposed."),
    "waits_for_person": _("The person has not answered the last proposal yet."),
    "nothing_to_answer": _("No proposal waits for an answer."),
    "rounds_used_up": _("You have talked %(rounds)s times. Now it is yes, no, or a panel."),
    "more_attempts": _("%(made)s of %(needed)s attempts to reach the person are logged."),
    "another_channel": _("Try at least %(needed)s different ways to reach the person."),
    "too_early_to_lapse": _("The person has at least %(days)s days to answer."),
    "remedies_open": _("Not yet done and confirmed: %(count)s. An approver can close with a reason."),
    "too_late_to_convert": _("The kind can be changed only before the case is assessed."),
    "is_that_already": _("It is that already."),
    "person_must_agree": _("A grievance is made something else only when the person agrees."),
    "immediate_action_needed": _("At level %(level)s, say what is done at once, or why nothing can be done."),
    "cannot_work_this_case": _("This person cannot work the case: they cannot see it, or it is about them."),
    "cannot_route": _("Only a concern from the group intake can be sent to an open site."),
    "not_a_reason": _("Choose one of the reasons of the list."),
    "own_request": _("You asked for this yourself. Somebody else has to decide."),
    "own_work": _("You wrote this proposal, work on the case, or approved it already. Somebody else has to decide."),
    "nothing_to_decide": _("Nothing waits for a decision."),
    "findings_to_share_needed": _("Write what was found so that the person can read it."),
    "too_many_remedies": _("Use %(most)s lines or fewer."),
    "not_in_the_list": _("Choose from the lists."),
    "date_is_past": _("Choose dates that lie ahead."),
    "nothing_to_approve": _("Nothing waits for approval."),
    "nothing_to_confirm": _("There is nothing to confirm right now."),
    "nothing_to_finish": _("There is nothing to mark as done right now."),
    "sign_off_needed": _("Say how the person gave this answer: signature, thumbprint, recording, SMS or witness."),
    "read_back_needed": _("Read the answer back to the person, and confirm that you did."),
    "reasons_needed": _("Write the reasons, and choose an outcome."),
    "reason_needed": _("Say why."),
    "no_check_owed": _("No check is owed right now."),
    **clock_labels.REFUSALS,
    **panel_labels.REFUSALS,
    **rule_labels.REFUSALS,
    **reading_labels.REFUSALS,
    **work_labels.REFUSALS,
}


def label(group: str, code: object) -> str:
    """Return what pages call a code; the code itself where nobody gave it words, so that nothing is hidden."""
    text = str(getattr(code, "value", code))
    return str(LABELS[group].get(text, text))


def term(listed: str, code: str | None) -> str:
    """Return the label of a code of the shipped taxonomy in the reader's language, or the code itself."""
    if code is None:
        return ""
    for item in sites.shipped_catalogue().taxonomy.lists[listed]:
        if item.code == code:
            return gettext(item.label)
    return code


def category(code: str | None, subcategory: str | None = None) -> str:
    """Return the label of a category, with its subcategory where one is given: Water · Drying wells."""
    if code is None:
        return ""
    for item in sites.shipped_catalogue().taxonomy.categories:
        if item.code == code:
            under = [gettext(sub.label) for sub in item.subcategories if sub.code == subcategory]
            return " · ".join([gettext(item.label), *under])
    return code


def promise(code: str | None) -> str:
    """Return what a promise is called, in the reader's language."""
    found = [text for key, text in sites.shipped_catalogue().promises.labels.items() if key.value == code]
    return gettext(found[0]) if found else str(code or "")


def refusal(found: Refusal) -> str:
    """Return why not, in the reader's language."""
    words = REFUSALS.get(found.code)
    return str(words) % found.values if words is not None and found.values else str(words or found.code)


def init_app(app: Flask) -> None:
    """Give templates the labels."""
    for function in (label, term, category, promise, refusal):
        app.add_template_global(function)
