"""Paper that leaves the house: a letter to a person, and slips for a notice board."""

from collections.abc import Sequence

from engage import clock
from engage.settings import settings
from engage.web import locale
from engage.web.case_file.sheet import Sheet
from engage.web.locale import gettext


def letter(address: str, words: str, language: str) -> bytes:
    """Return a letter as a file to print: where it goes, and what it says. Who sends it is not on it."""
    spoken = next((one for one in locale.offered() if one.code == language), locale.language())
    sheet = _sheet(spoken)
    sheet.open([address, words])
    sheet.fact("", address)
    for _ in range(3):
        sheet.line("")
    sheet.line(words)
    return sheet.finished()


def slips(references: Sequence[str]) -> bytes:
    """Return slips for the notice board, several to a sheet: a reference, and that there is news. Nothing else."""
    spoken = locale.language()
    news, how = gettext("There is news for"), gettext("Ask at the office or open the page, with your code.")
    sheet = _sheet(spoken)
    sheet.open([news, how, *references])
    for reference in references:
        sheet.slip(news, reference, how)
    return sheet.finished()


def _sheet(spoken: locale.Language) -> Sheet:
    return Sheet(
        settings().fonts,
        title=gettext("For you"),
        foot="",
        tag=spoken.tag,
        right_to_left=spoken.direction == "rtl",
        now=clock.utcnow(),
    )
