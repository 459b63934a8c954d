"""The words for what administrators change of mails, and for why words are refused."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

CHANGES: dict[str, LazyString] = {
    "message_changed": _("Words of a message changed"),
    "message_restored": _("Older words of a message restored"),
}

REFUSALS: dict[str, LazyString] = {
    "words_empty": _("Write something here."),
    "words_may_be_empty": _("Write something that is said whatever values are missing."),
    "words_too_long": _("Use %(most)s characters or fewer."),
    "words_unchanged": _("Nothing is different from the words that count now. Change something first."),
    "subject_of_lines": _("Write the subject in one line."),
    "subject_names_nothing": _(
        "The subject of a mail to a person names nothing of their case: others may see it. Write it without {{ … }}."
    ),
    "placeholder_unknown": _("Line %(line)s: there is no {{ %(name)s }} in this message. You can use: %(allowed)s."),
    "placeholder_unreadable": _(
        "Line %(line)s: “%(name)s” is no placeholder. Between {{ and }} stands one name, like {{ reference }}."
    ),
    "placeholder_may_be_missing": _(
        "Line %(line)s: {{ %(name)s }} can be missing. Put {{ if %(name)s }} before what needs it, and {{ end }} after."
    ),
    "flag_shown": _("Line %(line)s: {{ %(name)s }} has nothing to show. Use it as {{ if %(name)s }} … {{ end }}."),
    "braces_alone": _("Line %(line)s: “%(braces)s” stands alone. A placeholder begins with {{ and ends with }}."),
    "part_unreadable": _("Line %(line)s: write {{ if name }} or {{ if not name }} with one name."),
    "part_never_began": _("Line %(line)s: this {{ end }} or {{ else }} has no {{ if … }} before it."),
    "part_without_end": _("Line %(line)s: this {{ if … }} has no {{ end }}."),
    "part_too_deep": _("Line %(line)s: no more than %(most)s {{ if … }} stand in each other."),
    "list_not_alone": _("Line %(line)s: {{ %(name)s }} is a list. Put it on a line of its own."),
    "link_not_last": _("Line %(line)s: {{ %(name)s }} is a link. End the line behind it, so that phones find its end."),
    "address_in_words": _(
        "“%(address)s” looks like an address. Mails only lead to our own pages: use a placeholder for the link."
    ),
    "too_many_placeholders": _("Use %(most)s placeholders or fewer."),
    "block_missing": _("{{ %(name)s }} is missing. This message owes it, whatever the values are."),
}

# Why nobody edits a message.
FIXED: dict[str, LazyString] = {
    "account": _(
        "It is about how somebody signs in. Whoever could change it could lead our own people to a false page, "
        "so they stay as they are."
    ),
    "neutral": _("It says so little on purpose: any other word could tell whoever sees it what it is about."),
    "record": _("A machine reads it: it is proof of the record."),
}
