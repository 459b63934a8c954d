"""The words for what is changed of people and how they sign in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

CHANGES: dict[str, LazyString] = {
    "user_added": _("Person added"),
    "user_changed": _("Person changed"),
    "user_deactivated": _("Person deactivated"),
    "user_reactivated": _("Person let in again"),
    "roles_changed": _("Roles changed"),
    "end_changed": _("Last day changed"),
    "stand_in_changed": _("Somebody else stands in"),
    "line_changed": _("Place in the line changed"),
    "user_away": _("Away, with somebody who stands in"),
    "user_back": _("Back"),
    "invitation_sent": _("Invitation sent"),
    "password_chosen": _("Password chosen by a link"),
    "password_reset": _("New password given"),
    "password_changed": _("Password changed"),
    "second_factor_set_up": _("Second factor set up"),
    "second_factor_off": _("Second factor turned off"),
    "second_factor_reset": _("Second factor taken away"),
    "recovery_codes_made": _("New recovery codes made"),
}
