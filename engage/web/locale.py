"""Languages of the pages: which exist, which way they run, and which one this request speaks."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from weakref import WeakKeyDictionary

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_app_context, request, session
from flask_babel import Domain, get_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
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
        if not has_app_context():
            return super().get_translations()
        notes = _notes()
        if notes is None:
            get_locale()  # makes flask-babel take notes
            notes = _notes()
        return notes.texts if notes is not None else super().get_translations()

    def found(self) -> NullTranslations:
        """Return the texts in the language of this request, looked for among those that were read before."""
        return super().get_translations()


_bag = g._get_current_object  # what is behind g: asking g itself costs four times as much, some hundred times a page


def _notes() -> SimpleNamespace | None:
    """What flask-babel remembers until the language changes, with its texts and code; None before it was asked."""
    notes: SimpleNamespace | None = _bag().__dict__.get("_flask_babel")
    if notes is None or (spoken := notes.__dict__.get("babel_locale")) is None:
        return None
    if notes.__dict__.get("texts_for") is not spoken:
        notes.texts, notes.code = _catalogues.found(), str(spoken)
        notes.said = _said.setdefault(notes.texts, {})
        notes.texts_for = spoken
    return notes


_catalogues = Catalogues()
# What a catalogue says to each text, as far as it was asked: a catalogue itself looks in two places.
_said: WeakKeyDictionary[NullTranslations, dict[str, str]] = WeakKeyDictionary()


def code() -> str:
    """Return the code of the language that is spoken now, as Babel knows it: inside `force_locale`, the forced one."""
    if (notes := _notes()) is None:
        return str(get_locale())
    return str(notes.code)


def gettext(text: str, /, **values: object) -> str:
    """Return the text in the language of this request; flask-babel's function of this name, made for many texts."""
    try:
        notes = _notes()
    except RuntimeError:  # no page is being made: a form's class asks whether its label has words
        return text % values if values else text
    if notes is None:
        said = str(_catalogues.get_translations().ugettext(text))
    elif (said := notes.said.get(text)) is None:
        said = notes.said[text] = str(notes.texts.ugettext(text))
    return said % values if values else said


def lazy_gettext(text: str) -> LazyString:
    """Return the text that is put into words when it is read, in the language of that moment."""
    return LazyString(gettext, text)


@pass_eval_context
def _text_of_template(context: EvalContext, text: str, /, **values: object) -> str:
    said = gettext(text)
    if context.autoescape:
        said = Markup(said)  # noqa: S704 - our own words; what stands in them is escaped by the next line
    return said % values if values or "%" in said else said


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
    babel.domain_instance = _catalogues
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _text_of_template
    app.before_request(_use_form_texts)
