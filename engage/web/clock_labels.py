"""The words for stopping clocks and for what is late; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {
    "pause": _("Stop the clock for a time"),
    "explain": _("Explain a delay in writing"),
}
REFUSALS: dict[str, LazyString] = {
    "not_late": _("This promise is not late."),
    "cannot_be_put_off": _("This promise cannot be put off."),
    "too_late_to_extend": _("It is late already. Tell the person of the delay instead."),
    "no_more_extensions": _("It was put off %(most)s times. More is not possible."),
    "date_too_far": _("Choose a date at most %(days)s days later."),
    "nothing_to_pause": _(
        "Nothing is owed whose clock could be stopped. The confirmation of receipt never waits, nor does what is late."
    ),
    "closed_has_no_pause": _("The case is closed. Time can stand still only for what an open case owes."),
    "no_pause": _("No pause runs that could be ended."),
    "pause_begins_in_the_past": _("Choose a first day from today on. What has passed counts."),
    "pause_ends_before_it_begins": _("Choose a last day that is not before the first day, and not in the past."),
    "pause_overlaps": _("The clock stands still for this reason then. Choose days after it, or end that pause first."),
    "pause_too_long": _("For this reason the clock can stand still %(days)s days more. Choose an earlier last day."),
    "pause_used_up": _("For this reason the clock stood still for %(most)s days already. Go on with what is known."),
    "actions_needed": _("Write what was done so far, even if it is little."),
    "one_level_up": _(
        "It was put off before. A second time is for somebody further up: an approver who did not do it. You can ask "
        "for it on the page of the date."
    ),
    "put_off_yourself": _("You can put it off yourself."),
    "extension_waits": _("More time was asked for. Somebody further up has to decide first."),
    "nothing_to_explain": _("Nothing waits for an explanation in writing."),
    "who_asked_needed": _("Write who of them wished it, and how you know. It is not for us to decide."),
}
