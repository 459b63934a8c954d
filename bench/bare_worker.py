"""What our delivery is measured beside: a Celery task that makes the same mail and sends it over a kept connection.

It writes nothing down, asks nobody where the mail goes, and loses it if it dies. Words and headers come from what our
own worker uses, so that the mails are alike and what is compared is everything else. BARE_BROKER and BARE_PORT say
where; the settings are those of the service.
"""

import os
import smtplib
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Any

from celery import Celery
from flask import Flask

from engage import create_app
from engage.models import Recipient
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.envelope import posted
from engage.notify.transports import Post

TASK = "bare.send"
app = Celery("bare", broker=os.environ.get("BARE_BROKER"), set_as_current=False)
app.conf.update(task_ignore_result=True, task_default_queue="bare", worker_send_task_events=False)


@cache
def _service() -> Flask:
    return create_app()


@cache
def _connection() -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", int(os.environ["BARE_PORT"]))


def mail_of(to: str, template: str, values: dict[str, Any], case_id: str) -> Post:
    """Return the mail to the person of a case, in the context of an application."""
    now, case = datetime.now(UTC), uuid.UUID(case_id)
    notice = Claimed(uuid.uuid4(), case, template, "en", Recipient.PERSON, None, {}, now, 1, now)
    return posted(notice, Letter(to, template, "en", values, case))


@app.task(name=TASK)  # type: ignore[untyped-decorator]  # - Celery has no types
def send(to: str, template: str, values: dict[str, Any], case_id: str) -> None:
    """Send one mail."""
    with _service().app_context():
        post = mail_of(to, template, values, case_id)
    _connection().sendmail(post.sender, [post.recipient], post.raw)
