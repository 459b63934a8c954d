"""A notice as a mail: neutral subject, text and HTML from templates/email/<message>/<locale>/."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.settings import settings

TEMPLATES = Path(__file__).parents[2] / "templates"
FALLBACK = "en"
# Babel's plain "en" writes dates the American way; the rest of our English is British.
_DATES_LIKE = {"en": "en_GB"}


def render(message: Claimed, letter: Letter) -> EmailMessage:
    """Return the mail, ready to hand over. A value that a template asks for and nobody gave is an error.

    The Message-ID comes from the row's id alone, so that a mail system knows a second copy of the same notice.
    """
    locale = locale_of(letter.template, letter.locale)
    tag = Locale.parse(locale.partition("@")[0])
    values = letter.values | {
        "locale": locale,
        "lang": locale.replace("@", "-x-").replace("_", "-"),
        "direction": tag.text_direction,
    }
    folder = f"email/{letter.template}/{locale}"
    subject = environment().get_template(f"{folder}/subject.txt").render(values)
    # The reader's own address may hold letters outside ASCII; everything else is made of ASCII lines that no mail
    # server on the way can break.
    policy = SMTP.clone(cte_type="7bit") if letter.address.isascii() else SMTPUTF8.clone(cte_type="7bit")
    mail = EmailMessage(policy=policy)
    mail["From"] = settings().MAIL_FROM
    mail["To"] = letter.address
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{_domain()}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers us
    mail["X-Auto-Response-Suppress"] = "All"  # the same for servers that know only this
    mail.set_content(environment().get_template(f"{folder}/body.txt").render(values))
    mail.add_alternative(environment().get_template(f"{folder}/body.html").render(values), subtype="html")
    return mail


def locale_of(template: str, locale: str) -> str:
    """Return the locale the notice is written in: the reader's, else its language, else English.

    A message without a folder for the reader's locale goes out in English rather than not at all.
    """
    for candidate in (locale, locale.partition("@")[0].partition("_")[0]):
        if (TEMPLATES / "email" / template / candidate / "body.txt").is_file():
            return candidate
    return FALLBACK


def _domain() -> str:
    return settings().MAIL_FROM.rpartition("@")[2].strip("> ")


@cache
def environment() -> Environment:
    """Return what notices are made with: a value that a template asks for and nobody gave is an error."""
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
