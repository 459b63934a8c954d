"""Pages of the demonstration alone: the mails that engage wrote, and the codes that phones would show."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from engage.services import demo
from engage.settings import settings

bp = Blueprint("dev", __name__, url_prefix="/dev")

SHOWN = 200
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was written. Its text comes as paragraphs of lines, each line in pieces that are links or not."""

    id: uuid.UUID
    to: str
    subject: str
    sent_at: datetime
    paragraphs: list[list[list[tuple[str, bool]]]]


@bp.get("/mail")
def list_mail() -> ResponseReturnValue:
    folder = settings().VAR / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return render_template("dev/list_mail.html", mails=[read(path) for path in files[:SHOWN]])


@bp.get("/mail/<uuid:mail_id>")
def show_mail(mail_id: uuid.UUID) -> ResponseReturnValue:
    path = settings().VAR / "mail" / f"{mail_id}.eml"
    if not path.is_file():
        abort(404)
    return render_template("dev/show_mail.html", mail=read(path))


@bp.get("/codes")
def list_codes() -> ResponseReturnValue:
    return render_template("dev/list_codes.html", codes=demo.phones())


def read(path: Path) -> Mail:
    """Return the mail of a file. Only its text is shown: nothing of its HTML reaches the page."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return Mail(
        id=uuid.UUID(path.stem),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        sent_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        paragraphs=[[linked(line) for line in block.splitlines()] for block in text.strip().split("\n\n")],
    )


def linked(text: str) -> list[tuple[str, bool]]:
    """Return a line in pieces, each with whether it is an address to follow."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for found in _LINK.finditer(text):
        pieces += [(text[end : found.start()], False), (found.group(), True)]
        end = found.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]
