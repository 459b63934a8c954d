"""The words for codes of triage; engage.web.labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web import file_labels, mail_labels, opening_labels, rights_labels
from engage.web.locale import lazy_gettext as _

PERMISSIONS: dict[str, LazyString] = {
    **opening_labels.PERMISSIONS,
    **rights_labels.PERMISSIONS,
    **file_labels.PERMISSIONS,
    "name_subject": _("Say whom it is about"),
    "remove_subject": _("Say that it is not about them"),
    "rate": _("Change how serious it is"),
    "approve_rating": _("Decide on a lower level"),
    "sift": _("Say if it is a concern or noise"),
    "assess_retaliation": _("Look at what the person risks"),
    "arrange": _("Arrange what the person needs"),
    "link": _("Link with another case"),
    "agree_to_convert": _("Agree to another kind"),
}
GROUPS: dict[str, dict[str, LazyString]] = {
    **mail_labels.GROUPS,
    **rights_labels.GROUPS,
    "subject_kind": {
        "person": _("One of our people"),
        "department": _("A department"),
        "contractor": _("A contractor"),
    },
    "conflict": {
        "read": _("tried to open the case"),
        "assign": _("was to be given the case"),
        "seat": _("was to sit on the panel"),
        "task": _("was to be given a task"),
        "correction": _("was to change something because of it"),
        "remedy": _("was to see to a remedy"),
    },
    "part": {"assignee": _("worked on it"), "panel": _("sat on the panel")},
    "danger": {
        "none": _("No"),
        "possible": _("It could come to that"),
        "now": _("Yes, now"),
    },
    "complexity": {
        "simple": _("Simple: one place, one question"),
        "several": _("Several parties or places"),
        "experts": _("It takes experts, or people from outside"),
    },
    "likelihood": {"unlikely": _("Unlikely"), "possible": _("Possible"), "likely": _("Likely")},
    "harm": {
        "light": _("Light: harsh words, being avoided"),
        "serious": _("Serious: a job, a contract or a home at stake"),
        "grave": _("Grave: violence, arrest, or worse"),
    },
    "phase": {"preliminary": _("preliminary"), "final": _("final")},
    "link_kind": {"duplicate": _("Speaks of the same"), "related": _("Has to do with it")},
    "own_view": {
        "little": _("A little bad"),
        "much": _("Bad: it makes life hard"),
        "very": _("Very bad: it cannot go on like this"),
    },
    "item": {"consent_review": _("Look at whose consent is needed, for land or for an indigenous people")},
}
REFUSALS: dict[str, LazyString] = {
    **opening_labels.REFUSALS,
    **rights_labels.REFUSALS,
    **file_labels.REFUSALS,
    **mail_labels.REFUSALS,
    "not_flagged": _("It does not look as if a program sent it, or somebody has looked at it already."),
    "noise_needs_words": _("Write what the sender is told."),
    "no_incident_number": _("Write a number as the register of incidents has it: letters, digits, dashes. No words."),
    "no_information_request": _("Nobody asks for information here. Answer it, or change its kind first."),
    "refusal_waits": _("Refusing it was asked for. A second person has to decide."),
    "about_them": _("The case is about this person, or about somebody in their line. They have no part in it."),
    "no_such_subject": _("Choose somebody, or write a name."),
    "is_subject_already": _("This is named already."),
    "nobody_left": _(
        "Nobody would be left to take the case. Ask an administrator to make somebody outside this line a coordinator "
        "of all sites, then name them."
    ),
    "danger_needs_action": _(
        "Somebody is in danger now. Write what is done at once, or why nothing is possible, and tick the box."
    ),
    "line_in_a_circle": _("Nobody can report to themselves, directly or through others."),
    "retaliation_first": _("The person risked something. Look at that risk again first, now that the case moved on."),
    "no_change": _("Nothing is different from what counts now."),
    "downgrade_waits": _("A lower level was asked for. A second person has to decide first."),
    "own_rating": _("You asked for this yourself. Somebody else has to decide."),
    "measures_needed": _("Say what is done to keep the person safe."),
    "support_missing": _(
        "Things the person needs and that are not arranged yet: %(count)s. They stand on the case under “To be done "
        "first”. Arrange them, or say why you met without."
    ),
    "item_done": _("This is done already."),
    "not_assessed": _("The case is not assessed yet."),
    "no_such_case": _("There is no such case, or it is not open to you."),
    "is_linked_already": _("These two are linked already."),
    "not_linked": _("These two are not linked."),
    "asked_already": _("The person was asked already, and has not answered yet."),
    "words_and_referral_needed": _("Write an explanation for the person, and where they can turn to."),
    "nothing_asked": _("Nobody asked this, or it was answered already."),
}
