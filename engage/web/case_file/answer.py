"""A case's file as the answer to a request: to be saved, under a name that says nothing."""

from flask import Response

from engage import clock
from engage.queries.case_file import CaseFile
from engage.settings import settings
from engage.web import locale
from engage.web.case_file import chapters
from engage.web.case_file.chapters import Fact, Line, Said
from engage.web.case_file.sheet import Sheet
from engage.web.filters import speak_in
from engage.web.locale import gettext

NAME = "engage.pdf"


def answer_with(found: CaseFile) -> Response:
    """Answer with the file, in the language of this request and in the time of the case's site."""
    speak_in(found.case.site.time_zone)
    answer = Response(printed(found), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer


def printed(found: CaseFile) -> bytes:
    """Return the file itself."""
    spoken, told = locale.language(), chapters.chapters(found)
    title = gettext("Case %(reference)s", reference=found.case.reference)
    warning = gettext("Keep it where only you can read it: it holds what was said.")
    sheet = Sheet(
        settings().fonts,
        title=title,
        foot=found.case.reference,
        tag=spoken.tag,
        right_to_left=spoken.direction == "rtl",
        now=clock.utcnow(),
    )
    sheet.open([title, warning, *chapters.texts(told)])
    sheet.title(title)
    sheet.line(warning, quiet=True)
    for chapter in told:
        sheet.heading(chapter.title)
        for part in chapter.parts:
            match part:
                case Line(text):
                    sheet.line(text)
                case Fact(name, value):
                    sheet.fact(name, value)
                case Said():
                    words = "\n".join([part.words, *part.files])
                    sheet.said(chapters.head(part), words, by_person=part.by_person)
    return sheet.finished()
