"""The words for tasks; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {
    "task": _("Add a task"),
    "see_delivery": _("See what became of messages, and try them again"),
}
# What the service asks for by itself, by the code of the task.
BY_SERVICE: dict[str, LazyString] = {
    "tell_news": _("Tell the person how it stands"),
    "answer_correction": _("Answer the person, who says that something we hold is wrong"),
}
# What whoever approves a proposal looks at (R43).
RIGHTS: dict[str, LazyString] = {
    "adequate": _("It puts right what was hurt, and is enough for it"),
    "prompt": _("It comes soon enough to help"),
    "fair": _("Others in the same place would be offered the same"),
    "gender": _("It serves women and men, and harms nobody at home"),
    "no_waiver": _("Nobody gives up a right or has to keep silent"),
    "harm_stopped": _("The harm has stopped, or this stops it"),
    "consulted": _("The person was heard before it was written"),
}
REFUSALS: dict[str, LazyString] = {
    "restricted_is_not_watched": _("A restricted case tells nobody but who has to know. It cannot be watched."),
    "task_words_needed": _("Say what is to be done."),
    "task_is_done": _("This task is done already."),
    "owner_cannot_see": _("They could not see this case, or no longer work here. Choose somebody who can see it."),
    "rights_not_checked": _("Look at each right and find it in order, or send the proposal back."),
    "ends_before_it_begins": _("Choose a last day that is not before the first day."),
    "replacement_does_not_fit": _("They cannot stand in: they may not do all of this work, or no longer work here."),
    "replacement_is_away": _("They are away in that time themselves, and leave their work to this person."),
    "away_already": _("An absence in that time is noted already. End it first."),
    "absence_is_over": _("This absence is over already."),
    "owner_not_here": _("They do not work at this site, or no longer work here. Choose somebody who does."),
}
