"""Files of a mail pass the same gate as those of a form; one that does not is left out, and the message says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from engage.incoming.mail import Attached, Incoming
from engage.services import attachments
from engage.services.attachments import Checked, FileRefused
from engage.services.inbound.penning import WORDS_MOST, hidden
from engage.settings import settings

TOO_MANY = "too_many"
_REST = "mail.txt"


@dataclass(frozen=True, slots=True)
class Gate:
    """What of a mail's files is kept, and what is left out: its name and why."""

    checked: Sequence[Checked] = ()
    left_out: Sequence[dict[str, Any]] = ()


def through_gate(mail: Incoming) -> Gate:
    """Look at the files of a mail. Takes its time: call it while no transaction is open.

    A text too long for a page comes as a file, too.
    """
    offered = [*([_long_text(mail)] if len(mail.text) > WORDS_MOST else []), *mail.files]
    checked: list[Checked] = []
    left_out: list[dict[str, Any]] = []
    for file in offered:
        name = hidden(mail, file.name)
        try:
            if len(checked) >= settings().FILES_MAX:
                raise FileRefused(TOO_MANY)
            checked.append(attachments.check(BytesIO(file.content), name))
        except FileRefused as refused:
            left_out.append({"name": name, "code": refused.code, "values": refused.values})
    return Gate(checked, left_out)


def _long_text(mail: Incoming) -> Attached:
    return Attached(_REST, "text/plain", hidden(mail, mail.text).encode())
