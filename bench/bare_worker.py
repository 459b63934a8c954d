"""What our delivery is measured beside: a Celery task that renders one mail and sends it over a kept connection.

It writes nothing down, asks nobody where the mail goes, and loses it if it dies. BARE_BROKER and BARE_PORT say where.
"""

import os
import smtplib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from functools import cache
from typing import Any

from celery import Celery
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bench.server import ROOT

TASK = "bare.send"
app = Celery("bare", broker=os.environ.get("BARE_BROKER"))
app.conf.update(task_ignore_result=True, task_default_queue="bare", worker_send_task_events=False)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _connection() -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", int(os.environ["BARE_PORT"]))


def mail_of(to: str, template: str, values: dict[str, Any]) -> EmailMessage:
    """Return the mail as our own rendering makes it."""
    folder = f"email/{template}/en"
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"], mail["To"], mail["Date"] = "engage@engage.test", to, formatdate()
    mail["Subject"] = _environment().get_template(f"{folder}/subject.txt").render(values).strip()
    mail["Message-ID"] = make_msgid(domain="engage.test")
    mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"] = "auto-generated", "All"
    mail.set_content(_environment().get_template(f"{folder}/body.txt").render(values))
    mail.add_alternative(_environment().get_template(f"{folder}/body.html").render(values), subtype="html")
    return mail


@app.task(name=TASK)  # type: ignore[untyped-decorator]  # - Celery has no types
def send(to: str, template: str, values: dict[str, Any]) -> None:
    """Send one mail."""
    _connection().send_message(mail_of(to, template, values))
