"""Languages of the pages: which exist, which way they run, and which one this request speaks."""

from dataclasses import dataclass
from functools import cache

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, request, session
from flask_babel import Domain, get_locale
from wtforms.i18n import messages_path

from engage.extensions import babel


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages. The code is Babel's; the tag is what HTML and people see."""

    code: str
    tag: str
    name: str
    direction: str


# The second is a pseudo-language for finding what is hard-coded: it runs right to left and borrows Arabic's formats.
LANGUAGES = {
    "en": Language("en", "en", "English", "ltr"),
    "ar@pseudo": Language("ar@pseudo", "ar-x-pseudo", "⁧تجربة⁩", "rtl"),
}


class Catalogues(Domain):
    """Finds a request's texts once; flask-babel looks for them anew at every text, which was a tenth of a page."""

    def get_translations(self) -> NullTranslations:
        """Return the texts in the language of this request."""
        notes = (
            g.get("_flask_babel") if has_app_context() else None
        )  # what flask-babel remembers until the language changes
        if notes is not None and getattr(notes, "babel_locale", None) is getattr(notes, "texts_for", self):
            return notes.texts
        found = super().get_translations()
        if notes is not None:
            notes.texts, notes.texts_for = found, notes.babel_locale
        return found


class FormTexts:
    """Words of the forms' library; Flask-WTF would read them from the disk at every request."""

    def ugettext(self, text: str) -> str:
        """Return the text in the language of this request."""
        return str(_form_texts(str(get_locale())).ugettext(text))

    def ungettext(self, one: str, many: str, count: int) -> str:
        """Return the text for a number in the language of this request."""
        return str(_form_texts(str(get_locale())).ungettext(one, many, count))


@cache
def _form_texts(code: str) -> NullTranslations:
    return Translations.load(messages_path(), [code], domain="wtforms")


def _use_form_texts() -> None:
    request.wtforms_translations = FormTexts()  # type: ignore[attr-defined]  # - where Flask-WTF looks first


def select_locale() -> str:
    """Return the language of this request: chosen, else the staff user's, else what the browser asks for."""
    chosen = session.get("language") or g.get("user_locale")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(["en"]) or "en"


def language() -> Language:
    """Return the language of this request."""
    return LANGUAGES.get(str(get_locale()), LANGUAGES["en"])


def offered() -> list[Language]:
    """Return the languages to choose from; the pseudo-language is left out of the product."""
    is_product = current_app.extensions["engage"].MODE == "serve"
    return [item for item in LANGUAGES.values() if not (is_product and item.code.endswith("@pseudo"))]


def init_app(app: Flask) -> None:
    """Let the pages speak the language of each request."""
    babel.init_app(app, locale_selector=select_locale)
    babel.domain_instance = Catalogues()
    app.before_request(_use_form_texts)
