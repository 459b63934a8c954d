"""Files that came with a form: each is checked, the good ones are kept, and of the others it is said which and why.

And files that go out again: to be saved, never shown.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.datastructures import FileStorage

from engage.domain.guards import Refused
from engage.services.attachments import Checked, FileRefused, Opened, check
from engage.settings import settings
from engage.web.file_labels import REFUSALS as FILE_REFUSALS

# Nothing in a file of a case may run, load or show anything inside our pages, whatever the browser makes of it.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"

# The words of each code of FileRefused. The name of the file goes before them.
WHY = {
    "empty": lazy_gettext("the file is empty."),
    "too_big": lazy_gettext("the file is too big. The most we can take is %(megabytes)s MB."),
    "not_allowed": lazy_gettext("we cannot open this kind of file. Send a photo, a recording, a video or a PDF."),
    "broken": lazy_gettext("the file is damaged. Try to send it again, or another copy of it."),
    "too_many_pixels": lazy_gettext("the picture is too large. The most we can take is %(megapixels)s megapixels."),
    "too_slow": lazy_gettext("the picture takes too long to open. Send a smaller copy of it."),
    "packed_too_tightly": lazy_gettext("the file holds too much packed into it. Send it as a PDF."),
    "has_macros": lazy_gettext("the file holds a program. Save it without macros, or send it as a PDF."),
    "locked": lazy_gettext("the file is locked with a password. Send it without one."),
    "harmful": lazy_gettext(
        "the file holds a program that does harm, so we did not take it. Send another copy, or a photo of it."
    ),
    "no_space": lazy_gettext(
        "we have no room for it just now. Send your words now, and the file later with your code."
    ),
    "no_key": lazy_gettext(
        "we cannot lock it away safely just now. Send your words now, and the file later with your code."
    ),
}

# The same of all files of a form at once: where one finds no place, none of them is kept.
WHY_NONE = {
    "no_space": lazy_gettext("We have no room for files just now."),
    "no_key": lazy_gettext("We cannot lock files away safely just now."),
}


@dataclass(frozen=True, slots=True)
class Uploads:
    """What came: the files that may be kept, and a sentence for each that may not."""

    checked: list[Checked]
    refused: list[str]


def checked_uploads(sent: Iterable[FileStorage], *, already: int = 0) -> Uploads:
    """Check the files of a form. `already` counts those kept before, which use up the room.

    A field left empty sends a file without a name and without content; it counts for nothing.
    """
    uploads = Uploads([], [])
    room = settings().FILES_MAX - already
    for one in sent:
        if not one.filename:
            continue
        if len(uploads.checked) >= room:
            uploads.refused.append(_too_many(one.filename))
            continue
        try:
            uploads.checked.append(check(one.stream, one.filename))
        except FileRefused as refusal:
            uploads.refused.append(why_refused(refusal, one.filename))
    return uploads


def why_refused(refusal: FileRefused, name: str) -> str:
    """Return the sentence for a file that is not taken, beginning with its name."""
    words = str(WHY[refusal.code])
    return f"{_isolated(name)}: {words % refusal.values if refusal.values else words}"


def why_none(refusal: FileRefused) -> str:
    """Return the sentence for files that came in order and found no place."""
    return str(WHY_NONE[refusal.code])


def why_none_of_the_person(refusal: FileRefused) -> str:
    """Return the same to the person, who can bring them later."""
    return f"{why_none(refusal)} {gettext('Send your words now, and the files later with your code.')}"


def why_left_out(rows: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """Return a sentence for each file of a mail that was left out; `rows` as the message keeps them."""
    return [
        _too_many(row["name"])
        if row["code"] not in WHY
        else why_refused(FileRefused(row["code"], row["values"]), row["name"])
        for row in rows or ()
    ]


def done_without(refused: list[str], *, done: str, onward: str, layout: str) -> ResponseReturnValue:
    """Answer a form that was carried out without some of its files: say which, at once and in the page alone.

    Not by a banner after a redirect, which lies in a cookie meanwhile: the name of a file may say what it is about, and
    a phone is shared. Sending the form again does nothing twice.
    """
    return render_template("left_out.html", refused=refused, done=done, onward=onward, layout=layout)


def _too_many(name: str) -> str:
    most = settings().FILES_MAX
    return "{}: {}".format(
        _isolated(name),
        ngettext(
            "it was left out, because %(num)d file is the most.",
            "it was left out, because %(num)d files are the most.",
            most,
        )
        + " "
        + gettext("You can send more later with your code."),
    )


def _isolated(name: str) -> str:
    """A name that runs the other way must not turn the sentence around."""
    return f"\u2068{name[:80]}\u2069"


def hand_out(opened: Opened) -> Response:
    """Answer with the file, or the part that was asked for: to be saved and not shown, guessed at, kept or run."""
    answer = Response(opened.content, mimetype=opened.media_type, direct_passthrough=True)
    answer.headers.set("Content-Disposition", "attachment", **_named(opened.name))
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.content_length = opened.size
    answer.set_etag(opened.sha256)
    answer.make_conditional(request, accept_ranges=True, complete_length=opened.size)
    return answer


def kept_closed(refused: Refused, *, layout: str, back: dict[str, str]) -> ResponseReturnValue:
    """Answer that a file cannot be opened, and why."""
    is_harmful = refused.refusal.code == "file_is_harmful"
    todo = gettext("Send another copy of it, or a photo of it.") if is_harmful else gettext("Come back in an hour.")
    heading = gettext("This file cannot be opened") if is_harmful else gettext("This file cannot be opened yet")
    shown = {"code": 409, "heading": heading, "happened": FILE_REFUSALS[refused.refusal.code], "todo": [todo]}
    return render_template("error.html", **shown, back=back, layout=layout), 409


def _named(name: str) -> dict[str, str]:
    """The name of a file in a header, plain and, where it has other letters, as RFC 5987 writes them, too."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
