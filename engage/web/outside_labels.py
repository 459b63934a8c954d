"""The words for bodies outside, what is handed over to them, and words that need another look; labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

PERMISSIONS: dict[str, LazyString] = {
    "record_proceeding": _("Record that another body has it too"),
    "hand_over": _("Hand a matter over"),
}
GROUPS: dict[str, dict[str, LazyString]] = {
    "proceeding": {
        "court": _("A court"),
        "regulator": _("A regulator or another public office"),
        "rights_commission": _("A human-rights commission or an ombudsman"),
        "contact_point": _("A national contact point"),
        "lender": _("A complaints office of a lender, such as the CAO"),
        "sector": _("A mechanism of the sector, such as that of the CCCMC"),
        "other": _("Another body"),
    },
    "referral_kind": {
        "hr": _("The people who look after workers (HR)"),
        "authority": _("An authority, because of an alleged crime"),
        "mechanism": _("Another grievance mechanism"),
    },
    "basis": {
        "consent": _("The person agreed"),
        "law": _("A law asks for it, whatever the person wishes"),
    },
}
REFUSALS: dict[str, LazyString] = {
    "why_no_waiver_needed": _(
        "Nobody has to give up rights or keep silent to be helped. These words stand in it: %(words)s. Write why they "
        "take nothing from the person, or send it back."
    ),
    "secrecy_in_a_group": _(
        "This is an agreement with a group, and no agreement may stop its people from speaking of it among themselves. "
        "These words do: %(words)s. Write it without them."
    ),
    "body_and_terms_needed": _("Write which body it is and on what terms it looks at the case."),
    "why_other_body": _("Say why it is none of the bodies that the site names."),
    "report_too_early": _("Choose a day for the report that is not past and not before it begins."),
    "nothing_outside": _("This proceeding is not there, or is over already."),
    "proceeding_incomplete": _("Write which body it is and which part of the matter it has, or how it ended."),
    "referral_incomplete": _("Say to whom, why, what lets us do it, and what you looked at so that nobody is harmed."),
    "referred_already": _("One of this kind was handed over, and nobody has said yet whether they take it."),
    "nothing_handed_over": _("Nothing of this kind waits to be taken."),
    "say_how_we_know": _("Write who there said so, and how we know."),
    "hr_has_not_accepted": _(
        "The matter of a worker is handed over to HR first, and HR has to take it. Until then the case stays here."
    ),
}
