"""What mails say, as the pages of administrators show it: which languages there are, a preview, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask_babel import get_locale, gettext
from markupsafe import Markup

from engage.domain.message_checks import Words, missing_blocks
from engage.domain.message_words import BadWords, differences
from engage.domain.messages_file import Audience, MessageFacts
from engage.notify import links, messages
from engage.notify.rendering import framed
from engage.notify.writing import write
from engage.queries import message_versions
from engage.queries.message_versions import Version
from engage.settings import settings
from engage.web import locale as languages


@dataclass(frozen=True, slots=True)
class Preview:
    """A message on values of nobody: as it comes, and with as little as there can be."""

    subject: str
    text: str
    least: str
    html: Markup
    sms: str | None


def locales() -> list[languages.Language]:
    """Return the languages in which words can be edited here."""
    known = {one.code: one for one in languages.offered()}
    return [known[code] for code in messages.locales() if code in known]


def listed() -> list[dict[str, Any]]:
    """Return every message by audience: whom it is for, its subject, and which version counts in which language."""
    standing, columns = message_versions.standing(), locales()
    rows: dict[str, list[dict[str, Any]]] = {"person": [], "staff": [], "fixed": []}
    for facts in messages.table().messages.values():
        where = [
            {"locale": one, "version": found.version if (found := standing.get((facts.code, one.code))) else 0}
            for one in columns
        ]
        own = messages.locale_of(
            facts.code, str(get_locale())
        )  # in the language of the page, where there are words in it
        about = subject(facts, messages.shipped(facts.code, own), own)
        row = {"code": facts.code, "subject": about, "where": where}
        rows["fixed" if facts.fixed else facts.audience.value].append(row)
    titles = {
        "person": gettext("To the person"),
        "staff": gettext("To staff"),
        "fixed": gettext("Not to be changed"),
    }
    return [{"title": titles[name], "rows": found} for name, found in rows.items()]


def fallbacks() -> list[tuple[str, str]]:
    """Return each language in which a site speaks and the one in which its mails go out."""
    found = [(code, messages.locale_of("case_news", code)) for code in message_versions.locales_of_sites()]
    return [(_name(code), _name(other)) for code, other in found]


def _name(code: str) -> str:
    """What a language is called in the language of this page."""
    known = Locale.parse(code.partition("@")[0])
    return known.get_display_name(str(get_locale()).partition("@")[0]) or code


def preview(facts: MessageFacts, words: Words, locale: str) -> Preview | None:
    """Return the words as they would arrive; None where they cannot be read or ask for what is not there."""
    whole = _sample(facts) | {"can_answer": settings().MAIL_INBOX is not None}
    table = messages.table()
    bare = {**whole, **{value.source: "" for value in table.values.values() if value.may_be_missing}}
    try:
        written, least = (write(facts, words, values, locale) for values in (whole, bare))
        text, low = (framed(facts.audience.value, "txt", locale, whole, one) for one in (written, least))
        page = framed(facts.audience.value, "html", locale, whole, written)
    except (BadWords, LookupError):
        return None
    return Preview(written.subject, text.strip(), low.strip(), _within(page), written.sms)


def subject(facts: MessageFacts, words: Words, locale: str) -> str:
    """Return the subject as it would arrive; as it is written, where it cannot be read."""
    try:
        return write(facts, words, _sample(facts), locale).subject
    except (BadWords, LookupError):
        return words.subject


def _within(page: str) -> Markup:
    """What a mail shows, as a part of a page of ours; its links open beside the page, so that nothing typed is lost."""
    inner = page.partition("<body>")[2].partition("</body>")[0]
    for tag in ("main", "footer"):
        inner = inner.replace(f"<{tag} ", f'<div class="app-mail__{tag}" ').replace(f"</{tag}>", "</div>")
    opened = inner.replace("<a href=", '<a target="_blank" rel="noopener noreferrer" href=')
    return Markup(opened)  # noqa: S704 - made by the layout, which escapes every word and value


def _sample(facts: MessageFacts) -> dict[str, Any]:
    pages = {
        "link": links.enter_code() if facts.audience is Audience.PERSON else links.inbox(),
        "home": links.home(),
        "how_it_works": links.how_it_works(),
        "outside_avenues": links.outside_avenues(),
        "confirm": links.enter_code(),
        "inbox": links.inbox(),
        "day": links.day(),
        "ask_again": links.forgot_password(),
        "choose": links.notice_preferences(),
    }
    return {**messages.sample(), **pages}


def owed(facts: MessageFacts, words: Words) -> list[dict[str, Any]]:
    """Return what the message has to hold, and whether it does."""
    missing = missing_blocks(words.body, facts, messages.table())
    return [{"code": code, "label": label_of(code), "is_there": code not in missing} for code in facts.required]


def known(facts: MessageFacts) -> list[tuple[str, str]]:
    """Return each placeholder the message may hold, with what it stands for."""
    return [(code, label_of(code)) for code in facts.allowed]


def label_of(code: str) -> str:
    """Return what a placeholder or a block of ours stands for."""
    table = messages.table()
    found = table.values.get(code) or table.blocks[code]
    return str(gettext(found.label))


def changes(history: Sequence[Version], shipped: Words) -> list[dict[str, Any]]:
    """Return the versions, the newest first, each with the lines in which it differs from the one before."""
    words = [one.words or shipped for one in history] + [shipped]
    return [
        {"version": one, "lines": difference(words[place + 1], words[place])}
        for place, one in enumerate(history[: message_versions.SHOWN])
    ]


def difference(old: Words, new: Words) -> list[tuple[str, str]]:
    """Return the lines that came (+) and went (-), the subject first."""
    pairs = [(old.subject, new.subject), (old.body, new.body), (old.sms or "", new.sms or "")]
    return [line for before, after in pairs for line in differences(before, after) if line[0]]
