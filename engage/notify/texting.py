"""A notice as a text message: one or two plain sentences, edited or of templates/email/<message>/<locale>/.

No name, no reference and nothing of a concern: whoever picks up the phone reads it.
"""

from itertools import product

from engage.notify import messages
from engage.notify.destinations import NEUTRAL_FOR_PERSON, TEXTS_STOPPED, Text
from engage.notify.writing import write_text

WORDS, WORDS_FOR_SHARED = "sms.txt", "shared.txt"


def text_of(text: Text) -> str:
    """Return the words, after the word by which the person knows that it is us, if they chose one.

    A message without words of its own is said by the neutral one, and only then in English. On a phone that others
    read every message is the neutral one, without an address.

    Raises:
        MissingValue: a value is missing.
    """
    template, locale, words = _words(text)
    said = " ".join(write_text(messages.table().messages[template], words, text.values, locale).split())
    word = text.values.get("word")
    return f"{word}: {said}" if word else said


def _words(text: Text) -> tuple[str, str, str]:
    """The message and locale in whose words it is said, and these."""
    if text.words is not None and text.words.sms and not text.is_shared:
        return text.template, messages.locale_of(text.template, text.locale), text.words.sms
    name = WORDS_FOR_SHARED if text.is_shared else WORDS
    own = text.template if not text.is_shared or text.template == TEXTS_STOPPED else NEUTRAL_FOR_PERSON
    places = (
        (template, locale, messages.folder(template, locale) / name)
        for locale, template in product(messages.candidates(text.locale), (own, NEUTRAL_FOR_PERSON))
    )
    template, locale, path = next(place for place in places if place[2].is_file())
    return template, locale, path.read_text("utf-8")
