"""The words for what is changed of people and how they sign in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from engage.web import rights_labels

CHANGES: dict[str, LazyString] = {
    **rights_labels.CHANGES,
    "user_added": _("Person added"),
    "user_changed": _("Person changed"),
    "user_deactivated": _("Person deactivated"),
    "user_reactivated": _("Person let in again"),
    "roles_changed": _("Roles changed"),
    "end_changed": _("Last day changed"),
    "stand_in_changed": _("Somebody else stands in"),
    "phone_changed": _("Phone number changed"),
    "line_changed": _("Place in the line changed"),
    "user_away": _("Away, with somebody who stands in"),
    "user_back": _("Back"),
    "invitation_sent": _("Invitation sent"),
    "password_chosen": _("Password chosen by a link"),
    "notice_retried": _("Notice tried again"),
    "password_reset": _("New password given"),
    "password_changed": _("Password changed"),
    "second_factor_set_up": _("Second factor set up"),
    "second_factor_off": _("Second factor turned off"),
    "second_factor_reset": _("Second factor taken away"),
    "passkey_added": _("Passkey added"),
    "passkey_removed": _("Passkey removed"),
    "passkey_refused": _("Passkey refused, since there seems to be a copy of it"),
    "identity_linked": _("Linked with single sign-on"),
    "identity_unlinked": _("No longer linked with single sign-on"),
    "training_recorded": _("Training recorded"),
    "training_demanded": _("Day from which training is needed changed"),
    "role_rests": _("Role rests, since a training ran out"),
    "role_opened": _("Role opens again"),
    "recovery_codes_made": _("New recovery codes made"),
}
REFUSALS: dict[str, LazyString] = {
    "passkey_known": _("This device is added already."),
    "too_many_passkeys": _("You have %(most)s passkeys. Remove one that you no longer use first."),
    "last_second_factor": _("Your role demands a second factor, and this is the last one. Add another first."),
    "no_such_course": _("Choose one of the courses."),
    "not_taken_yet": _("Write the day on which it was taken: today, or within the last ten years."),
    "evidence_needed": _("Say what shows it, for instance a list of who was there."),
    "nothing_to_move": _("They hold no role at the first site, or the two are the same."),
}
