"""A notice as a mail: neutral subject, text and HTML from templates/email/<message>/<locale>/."""

from datetime import datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.headers import POLICY, can_answer, set_headers

TEMPLATES = Path(__file__).parents[2] / "templates"
FALLBACK = "en"
# Babel's plain "en" writes dates the American way; the rest of our English is British.
_DATES_LIKE = {"en": "en_GB"}


def render(message: Claimed, letter: Letter) -> EmailMessage:
    """Return the mail of a notice. A value that a template asks for and nobody gave is an error."""
    locale = locale_of(letter.template, letter.locale)
    tag = Locale.parse(locale.partition("@")[0])
    values = letter.values | {
        "locale": locale,
        "lang": locale.replace("@", "-x-").replace("_", "-"),
        "direction": tag.text_direction,
        "can_answer": can_answer(message, letter),
    }
    folder = f"email/{letter.template}/{locale}"
    subject = _environment().get_template(f"{folder}/subject.txt").render(values)
    mail = EmailMessage(policy=POLICY)
    set_headers(mail, message, letter, subject)
    mail.set_content(_environment().get_template(f"{folder}/body.txt").render(values))
    mail.add_alternative(_environment().get_template(f"{folder}/body.html").render(values), subtype="html")
    mail.set_boundary(f"=_{message.id.hex}")  # not by chance: a second copy of a notice is the same, byte for byte
    return mail


def locale_of(template: str, locale: str) -> str:
    """Return the locale the notice is written in: the reader's, else its language, else English.

    A message without a folder for the reader's locale goes out in English rather than not at all.
    """
    for candidate in (locale, locale.partition("@")[0].partition("_")[0]):
        if (TEMPLATES / "email" / template / candidate / "body.txt").is_file():
            return candidate
    return FALLBACK


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["day"] = _day
    return made


@pass_context
def _day(context: Context, instant: str) -> str:
    """Write an instant (ISO 8601) as a date at the site, with weekday and year."""
    at = datetime.fromisoformat(instant).astimezone(ZoneInfo(str(context["time_zone"])))
    locale = str(context["locale"]).partition("@")[0]
    return format_date(at.date(), format="full", locale=_DATES_LIKE.get(locale, locale))
