"""Paper that leaves the house: a letter to a person, and slips for a notice board."""

from collections.abc import Iterable

from flask_babel import force_locale

from engage import clock
from engage.settings import settings
from engage.web import locale
from engage.web.case_file.sheet import Sheet
from engage.web.locale import gettext


def letter(address: str, words: str, language: str) -> bytes:
    """Return a letter as a file to print: where it goes, and what it says. Who sends it is not on it.

    Its lines move together where that brings it onto one sheet: the last ones say where to open the case.
    """
    spoken = next((one for one in locale.offered() if one.code == language), locale.language())
    airy = _letter(_sheet(spoken), address, words)
    if airy.pages == 1:
        return airy.finished()
    dense = _letter(_sheet(spoken, dense=True), address, words)
    chosen, other = (dense, airy) if dense.pages < airy.pages else (airy, dense)
    other.close()
    return chosen.finished()


def _letter(sheet: Sheet, address: str, words: str) -> Sheet:
    sheet.open([address, words])
    sheet.fact("", address)
    for _ in range(3):
        sheet.line("")
    sheet.line(words)
    return sheet


def slips(wanted: Iterable[tuple[str, str]]) -> bytes:
    """Return slips for the notice board, several to a sheet: a reference, and that there is news. Nothing else.

    Each comes with the code of the language that its person is written to in: whoever prints it need not speak it.
    """
    sheet = _sheet(locale.language())
    written = [_slip(reference, language) for reference, language in wanted]
    sheet.open([line for lines in written for line in lines])
    for head, reference, foot in written:
        sheet.slip(head, reference, foot)
    return sheet.finished()


def _slip(reference: str, language: str) -> tuple[str, str, str]:
    codes = [one.code for one in locale.offered()]
    with force_locale(language if language in codes else locale.code()):
        return gettext("There is news for"), reference, gettext("Ask at the office or open the page, with your code.")


def _sheet(spoken: locale.Language, *, dense: bool = False) -> Sheet:
    return Sheet(
        settings().fonts,
        title=gettext("For you"),
        foot="",
        tag=spoken.tag,
        right_to_left=spoken.direction == "rtl",
        now=clock.utcnow(),
        dense=dense,
    )
