"""The words for tasks; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {
    "task": _("Add a task"),
}
REFUSALS: dict[str, LazyString] = {
    "task_words_needed": _("Say what is to be done."),
    "task_is_done": _("This task is done already."),
    "owner_cannot_see": _("They could not see this case, or no longer work here. Choose somebody who can see it."),
    "owner_not_here": _("They do not work at this site, or no longer work here. Choose somebody who does."),
}
