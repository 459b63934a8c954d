"""The words for codes of meetings, talks after closure and what repeats; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {
    "correct": _("Decide what we change because of it"),
}
GROUPS: dict[str, dict[str, LazyString]] = {
    "stayed_right": {
        "yes": _("Yes, it is still good"),
        "partly": _("In part"),
        "no": _("No, it is bad again"),
    },
}
REFUSALS: dict[str, LazyString] = {
    "check_too_early": _(
        "A talk counts as this check from %(days)s days after the case was closed. Until then, write a note. "
        "If anyone was punished, say it here at once."
    ),
    "person_said_no": _(
        "The person says that it is not put right. Put it right and mark it as done: they are asked again."
    ),
    "report_back_first": _(
        "This is the concern of a group. Tell them how it ended, where they are, and record it first."
    ),
    "not_a_group": _("This is not the concern of a group."),
    "nothing_to_report_back": _("There is nothing to tell the group yet."),
    "meeting_incomplete": _("Write where it was, in which language, who was there, and what was said."),
    "day_is_ahead": _("Choose a day that is not ahead."),
    "day_before_receipt": _("Choose a day after the concern came in."),
    "no_talks": _("There are no talks about a proposal right now."),
    "check_needs_answers": _("Say whether it stayed put right, and whether anyone was punished."),
    "issue_closed": _("This is closed."),
    "actions_open": _("Not done yet: %(count)s. Finish what was decided first."),
    "waiver_wording": _("These words take a right or ask for silence: %(words)s. Write it without them."),
    "owner_unknown": _("Choose somebody who works here."),
}
