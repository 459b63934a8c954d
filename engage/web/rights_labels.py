"""The words for corrections, holds, erasures and the schedule; engage.web.triage_labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

PERMISSIONS: dict[str, LazyString] = {
    "own_data": _("Have what we hold corrected or erased"),
    "answer_correction": _("Answer a correction"),
    "hold": _("Set or lift a legal hold"),
}
CHANGES: dict[str, LazyString] = {
    "retention_prepared": _("Erasing by the schedule prepared"),
    "retention_approved": _("Erasing by the schedule approved"),
    "retention_declined": _("Erasing by the schedule declined"),
    "retention_finished": _("Erased by the schedule"),
    "user_forgotten": _("Name of somebody who left forgotten"),
}
GROUPS: dict[str, dict[str, LazyString]] = {
    "scope": {
        "everything": _("Everything: words, files, messages, and who it was"),
        "identifiers": _("Who the person was, and how to reach them"),
        "secrets": _("The codes that opened the case"),
    },
    "counts_from": {
        "close": _("from the end of the case"),
        "mine": _("from the end of the mine, or of the case if that is later"),
        "monitoring": _("from the end of the time to appeal and of the checks"),
    },
    # When something goes, as the person reads it.
    "kept_why": {
        "open": _("We keep it while your concern is open. The time counts from its end."),
        "held": _("We must keep it for now, because a court or an authority needs it."),
        "mine_runs": _("We keep it for as long as the mine runs, and for years after that. It can be your proof."),
        "checks_owed": _("We keep it until we have asked you if it stayed put right."),
        "reopens": _("We keep it for as long as your words are here, so that you can come back."),
    },
}
REFUSALS: dict[str, LazyString] = {
    "corrections_wait": _("%(most)s corrections wait for our answer. We answer those first."),
    "no_correction_waits": _("No correction waits for an answer."),
    "is_held": _("A legal hold stands already."),
    "is_not_held": _("There is no legal hold."),
    "hold_stands": _("A court or an authority needs this, so it cannot be erased now."),
    "law_keeps_it": _("A law asks us to keep this, so it cannot be erased now."),
    "own_run": _("You prepared this yourself. Somebody else has to approve it."),
    "no_run_waits": _("Nothing waits for approval."),
    "run_waits": _("Something is prepared already. Approve or decline it first."),
}
