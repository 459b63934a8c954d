"""What each message is called: on the pages of staff, and on the page of the person who got it."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

# By its folder under templates/email. What it says stands there; this only names it.
TO_STAFF: Mapping[str, LazyString] = {
    "assigned_to_you": _("Assigned to them"),
    "cannot_end": _("An account could not end"),
    "cannot_rest": _("A training is missing"),
    "case_erased": _("The person had everything erased"),
    "case_late": _("The case is late"),
    "case_moved": _("The case is at another site"),
    "checkpoint_made": _("Checkpoint of the record"),
    "clock_runs": _("The clock runs again"),
    "could_not_reach": _("A message did not arrive"),
    "due": _("A promise is due"),
    "due_soon": _("A promise falls due soon"),
    "errand_due": _("Word to carry to the person is due"),
    "errand_for_you": _("Word to carry to the person"),
    "explanation_missing": _("An explanation is missing"),
    "explanation_wanted": _("Explain the delay"),
    "explanation_written": _("Why it is late"),
    "extension_to_decide": _("More time to decide on"),
    "flagged_cases": _("Cases to look through"),
    "focal_changed": _("An account of a focal point changed"),
    "harmful_file": _("A file is locked"),
    "identity_linked": _("Account linked with single sign-on"),
    "invitation": _("Invitation to an account"),
    "item_for_you": _("Something needs them, and no more is said"),
    "lane_holds_something": _("Something to know, and no more is said"),
    "late_count": _("How many cases are late for long"),
    "mail_to_sort": _("Mail to sort"),
    "mail_waits": _("Mail that nobody has sorted for days"),
    "mentioned": _("They were mentioned"),
    "new_browser": _("Sign-in from a new browser"),
    "new_case": _("A new case"),
    "news_missing": _("The person waits for word"),
    "nobody_answered": _("No answer came"),
    "nobody_stands_in": _("Nobody stands in for them"),
    "opening_granted": _("Request to see a name granted"),
    "opening_to_decide": _("Request to see a name"),
    "overdue_list": _("What is overdue"),
    "own_address": _("Another address of their account"),
    "own_address_left": _("To their former address: the account was changed"),
    "own_task": _("A task for them"),
    "own_task_due": _("A task falls due"),
    "panel_seat": _("A seat on the panel"),
    "panel_to_seat": _("A panel to name"),
    "passkey_added": _("Passkey added"),
    "passkey_refused": _("Passkey refused"),
    "passkey_removed": _("Passkey removed"),
    "password_chosen": _("Password changed"),
    "password_given": _("Password given"),
    "password_link": _("Link for a new password"),
    "proposal_to_approve": _("A proposal to approve"),
    "rating_to_decide": _("A rating to decide on"),
    "remedy_for_you": _("A remedy to carry out"),
    "reply_arrived": _("The person has answered"),
    "role_rests": _("A role rests"),
    "screen_out_to_decide": _("Screening out to decide on"),
    "second_factor_reset": _("Second factor taken away"),
    "sent_back": _("Sent back to them"),
    "stand_in": _("They stand in for somebody"),
    "task_due": _("A task falls due"),
    "task_for_you": _("A task for them"),
    "training_ends": _("A training runs out"),
    "unassigned": _("Nobody works on it"),
    "unusual_reading": _("Unusual reading"),
    "urgent_fact": _("Urgent: needs them now"),
    "watched_case": _("News of a case they watch"),
    "weekly_summary": _("Summary of the week"),
    "while_away": _("What came while they were away"),
}
TO_PERSON: Mapping[str, LazyString] = {
    "address_left": _("Last word to the address they left"),
    "appeal_decided": _("The panel has decided"),
    "case_acknowledged": _("Receipt is confirmed"),
    "case_delayed": _("We are late, and the new date"),
    "case_finished": _("The case is finished"),
    "case_moved": _("The case is at another site"),
    "case_news": _("There is news"),
    "case_received": _("We have the concern"),
    "clock_paused": _("The time stands still"),
    "clock_runs_again": _("The time counts again"),
    "code_changed": _("The code was changed"),
    "code_link": _("Link for a new code"),
    "contact_changed": _("How we reach them was changed"),
    "file_locked": _("A file cannot be opened"),
    "first_code_link": _("Link for their first code"),
    "going_on": _("We go on with the case"),
    "identity_opened": _("Somebody saw who they are"),
    "more_time": _("We need more time"),
    "original_opened": _("Somebody opened a file as it came"),
    "outside_offered": _("Other places can look at it"),
    "panel_offered": _("They can ask a panel"),
    "proposal_waiting": _("A proposal waits for their answer"),
    "reminder_to_answer": _("Reminder: a proposal waits"),
    "reminder_to_reply": _("Reminder: a question waits"),
    "something_new": _("Something is new, and no more is said"),
    "texts_stopped": _("No more text messages"),
}
# The same as the person reads it.
OWN: Mapping[str, LazyString] = {
    "address_left": _("We write elsewhere now"),
    "appeal_decided": _("The panel has decided"),
    "case_acknowledged": _("What happens next, and when"),
    "case_delayed": _("We are late, and the new date"),
    "case_finished": _("Your case is finished"),
    "case_moved": _("Your case is at another place"),
    "case_received": _("We have your message"),
    "clock_paused": _("The time stands still"),
    "clock_runs_again": _("The time counts again"),
    "code_changed": _("Your code was changed"),
    "code_link": _("A link for a new code"),
    "contact_changed": _("How we reach you was changed"),
    "file_locked": _("A file cannot be opened"),
    "first_code_link": _("A link for your first code"),
    "going_on": _("We go on with your case"),
    "identity_opened": _("Somebody saw who you are"),
    "more_time": _("We need more time"),
    "original_opened": _("Somebody opened your file"),
    "outside_offered": _("Other places can look at it"),
    "panel_offered": _("You can ask a panel"),
    "proposal_waiting": _("We have a proposal for you"),
    "reminder_to_answer": _("We wait for your answer"),
    "reminder_to_reply": _("We wait for your answer"),
    "texts_stopped": _("No more text messages"),
}
NEWS = _("There is news for you")  # of every other


def of_staff(template: str, *, is_restricted: bool, to_staff: bool) -> str:
    """Return what staff call a message. Of a restricted case it is called what it said: nothing."""
    if to_staff:
        return str(TO_STAFF["item_for_you"] if is_restricted else TO_STAFF.get(template, template))
    return str(TO_PERSON["something_new"] if is_restricted else TO_PERSON.get(template, template))


def of_person(template: str) -> str:
    """Return what a person calls a message to them."""
    return str(OWN.get(template, NEWS))
