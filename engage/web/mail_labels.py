"""The words for mail that came in; engage.web.labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

GROUPS: dict[str, dict[str, LazyString]] = {
    "mail_trouble": {
        "no_site": _("It was sent to no site."),
        "known": _("It seems to be about a case that is here already."),
        "no_sender": _("It has no address to which anybody could write back."),
        "no_words": _("It has no words and no file that we take."),
        "many_from_one": _("Many concerns came from the same sender within an hour."),
        "old_address": _(
            "It answers an old mail of ours: the person has left that address, or changed how to be reached."
        ),
        "other_sender": _("It answers a mail of ours, but from another address than that of the person."),
        "from_staff": _("It answers a mail that we sent to one of us."),
        "case_gone": _("It answers a mail of a case that takes no more messages."),
        "unknown_number": _("It is a text from a number that we wrote to about no case."),
        "several_cases": _("It is a text from a number that we wrote to about more than one case."),
        "could_not_be_read": _("We could not open it. It is kept as it came."),
        "could_not_be_placed": _("What was decided could not be done any more. Decide again."),
        "damaged": _("It is damaged. Words may be missing."),
        "too_big": _("It is very large. Only its beginning was read."),
        "too_deep": _("Mails lie in it within mails. Only the first of them were read."),
        "too_many_parts": _("It has very many parts. Only the first of them were read."),
        "too_many_files": _("It has very many files. Only the first of them are here."),
        "bad_structure": _("Its parts do not fit together. Words may be missing."),
        "bad_headers": _("Its head is not as mail programs write it."),
        "cut_text": _("It is very long. Only its beginning is shown."),
        "wrong_charset": _("Its letters were guessed, because it says the wrong thing about them."),
        "signed": _("It carries a digital signature. We did not check it."),
        "encrypted": _("It is encrypted. We have no key for it."),
        "winmail": _("It was wrapped by Outlook. We unwrapped it."),
        "unreadable": _("We could not read it."),
        "auto_reply": _("A program seems to have written it."),
        "delivery_report": _("A mail server seems to have written it."),
        "bulk": _("It was sent to many."),
        "own": _("We seem to have sent it ourselves."),
    },
    "mail_guess": {
        "reference": _("it names the case"),
        "same_person": _("its sender agreed that their concerns go together"),
        "answer": _("it answers a mail of the case"),
        "same_number": _("we wrote to its number about the case"),
    },
    "mail_not_ours": {
        "spam": _("Advertising or fraud. It is erased at once"),
        "private": _("Private, or for somebody else"),
        "business": _("Business of the company that is no concern"),
        "duplicate": _("We have it already"),
        "other": _("Something else"),
    },
    "mail_outcome": {
        "message": _("It is a message of the person in a case."),
        "note": _("It is a note in a case. Only staff can read it."),
        "case_made": _("It is a case of its own."),
        "lane": _("It is with the focal points."),
        "not_ours": _("It was not for us."),
        "forgotten": _("Nobody placed it in time. It is forgotten."),
    },
}
REFUSALS: dict[str, LazyString] = {
    "mail_placed": _("Somebody has placed this mail already."),
    "mail_no_such_case": _("You work no case with this reference."),
    "mail_no_such_site": _("Choose a site that takes concerns."),
    "mail_restricted": _("It may belong to a case of yours. Attach it there, or say that it is not for us."),
}
EVENTS: dict[str, LazyString] = {"MailPlaced": _("A mail was placed here by hand")}
PLACED_AS: dict[str, LazyString] = {
    "message": _("as a message of the person"),
    "note": _("as a note"),
    "case_made": _("as a case of its own"),
}
