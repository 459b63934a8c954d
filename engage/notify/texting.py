"""A notice as a text message: one or two plain sentences from templates/email/<message>/<locale>/sms.txt.

No name, no reference and nothing of a concern: whoever picks up the phone reads it.
"""

from itertools import product

from engage.notify.destinations import NEUTRAL_FOR_PERSON, TEXTS_STOPPED, Text
from engage.notify.rendering import FALLBACK, TEMPLATES, environment

WORDS, WORDS_FOR_SHARED = "sms.txt", "shared.txt"


def text_of(text: Text) -> str:
    """Return the words, after the word by which the person knows that it is us, if they chose one.

    A message without words of its own is said by the neutral one, and only then in English. On a phone that others
    read every message is the neutral one, without an address.
    """
    name = WORDS_FOR_SHARED if text.is_shared else WORDS
    said = " ".join(environment().get_template(_path(text, name)).render(text.values).split())
    word = text.values.get("word")
    return f"{word}: {said}" if word else said


def _path(text: Text, name: str) -> str:
    own = text.template if not text.is_shared or text.template == TEXTS_STOPPED else NEUTRAL_FOR_PERSON
    locales = (text.locale, text.locale.partition("@")[0].partition("_")[0], FALLBACK)
    paths = (f"email/{template}/{locale}/{name}" for locale, template in product(locales, (own, NEUTRAL_FOR_PERSON)))
    return next(path for path in paths if (TEMPLATES / path).is_file())
