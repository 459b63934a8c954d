"""Paper: headings, facts and people's words on A4, in fonts of which each file carries only the letters it uses."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from engage.web.case_file.lines import cut, has_to_be_shaped, is_arabic, runs_right_to_left, settable

# In the order in which a character is looked for.
FONTS = (LETTERS, ARABIC, CHINESE) = ("noto-sans", "noto-sans-arabic", "noto-sans-sc")
EDGE, FOOT = 18.0, 20.0  # all lengths in millimetres
INDENT, BAR = 4.0, 0.8
Colour = tuple[int, int, int]
INK, BRAND, QUIET, OURS, THEIRS = (11, 12, 12), (17, 75, 69), (86, 80, 69), (179, 70, 26), (17, 75, 69)
TEXT, SMALL, HEADING, TITLE = 10.5, 9.0, 14.0, 20.0  # points
BOARD_TEXT, BOARD_NAME = 18.0, 44.0  # points: read from two steps away, by old eyes
LINE, DENSE_LINE = 0.53, 0.46  # height of a line in millimetres per point
DENSE_GAP = 0.5  # height of an empty line among dense ones, as a part of a line


class FontsMissing(RuntimeError):
    """The fonts were not made."""


class Sheet:
    """Pages that fill from above. Whatever is written on them is cut into lines, shaped and put in order."""

    def __init__(
        self,
        folder: Path,
        *,
        title: str,
        foot: str,
        tag: str,
        right_to_left: bool,
        now: datetime,
        dense: bool = False,
    ) -> None:
        self._line, self._gap = (DENSE_LINE, DENSE_GAP) if dense else (LINE, 1.0)
        self._known = known(folder)
        self._right_to_left = right_to_left
        self._folder, self._fonts = folder, [LETTERS]
        self._pdf = _Paper(foot)
        self._pdf.set_margins(EDGE, EDGE)
        self._pdf.set_auto_page_break(True, FOOT)
        self._pdf.set_title(title)
        self._pdf.set_lang(tag)
        self._pdf.set_creation_date(now)
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._measured = lru_cache(maxsize=50_000)(self._measure)

    def open(self, texts: Iterable[str]) -> None:
        """Take the fonts that the texts need, and begin the first page."""
        self._fonts = fonts_for(set().union(*map(set, texts)), self._folder)
        for name in self._fonts:
            self._pdf.add_font(name, fname=self._folder / f"{name}.ttf")
        self._look_first_in(LETTERS)
        self._pdf.add_page()

    def title(self, text: str) -> None:
        """Write what the whole file is."""
        self._write(text, TITLE, BRAND)
        self._pdf.ln(2)

    def heading(self, text: str) -> None:
        """Begin a chapter, which a reader finds in the list of contents."""
        self._keep_together(3 * TEXT * LINE + HEADING * LINE)
        self._pdf.ln(4)
        self._pdf.start_section(settable(text, self._known))
        self._write(text, HEADING, BRAND)
        self._pdf.ln(1)

    def line(self, text: str, *, quiet: bool = False) -> None:
        """Write a sentence of ours."""
        self._write(text, SMALL if quiet else TEXT, QUIET if quiet else INK)

    def fact(self, label: str, value: str) -> None:
        """Write what something is called, if it has to be said, and under it what it is."""
        self._keep_together(2 * TEXT * LINE)
        if label:
            self._write(label, SMALL, QUIET)
        self._write(value, TEXT, INK, own_direction=True)
        self._pdf.ln(1)

    def said(self, head: str, words: str, *, by_person: bool) -> None:
        """Write what somebody said, with an edge that tells on which side they stand."""
        self._keep_together(3 * TEXT * LINE)
        edge = THEIRS if by_person else OURS
        self._write(head, SMALL, QUIET, edge=edge)
        self._write(words, TEXT, INK, own_direction=True, edge=edge)
        self._pdf.ln(3)

    def slip(self, head: str, large: str, foot: str) -> None:
        """Write a slip to be cut out, with a line under it where the scissors go."""
        self._keep_together(4 * BOARD_TEXT * LINE + BOARD_NAME * LINE + 16)
        self._pdf.ln(6)
        self._write(head, BOARD_TEXT, INK, own_direction=True)
        self._write(large, BOARD_NAME, INK, own_direction=True)
        self._write(foot, BOARD_TEXT, INK, own_direction=True)
        self._pdf.ln(6)
        self._pdf.set_draw_color(*QUIET)
        self._pdf.line(0, self._pdf.y, self._pdf.w, self._pdf.y)

    def finished(self) -> bytes:
        """Return the file; nothing can be written to it afterwards."""
        try:
            return bytes(self._pdf.output())
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the fonts of a file that nobody needs."""
        self._pdf.close_fonts()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return self._pdf.pages_count

    def _keep_together(self, height: float) -> None:
        """Begin a new page where what follows would stand alone at the foot of this one."""
        if self._pdf.will_page_break(height):
            self._pdf.add_page()

    def _write(
        self, text: str, size: float, colour: Colour, *, own_direction: bool = False, edge: Colour | None = None
    ) -> None:
        """Write paragraphs; people's own words run as their first letter does, ours as the language of the file."""
        indent = INDENT if edge else 0.0
        width = self._pdf.epw - indent
        for paragraph in settable(text, self._known).split("\n"):
            turned = self._right_to_left
            if own_direction:
                turned = runs_right_to_left(paragraph, otherwise=self._right_to_left)
            lines = list(cut(paragraph.strip(), width * TEXT / size, self._measured)) or [""]
            # A name or a reference alone stands under what it is called, whichever way it runs.
            at_right = self._right_to_left if len(lines) == 1 and edge is None else turned
            for line in lines:
                self._put(line, size, colour, turned=turned, at_right=at_right, indent=indent, edge=edge)

    def _put(
        self,
        line: str,
        size: float,
        colour: Colour,
        *,
        turned: bool,
        at_right: bool,
        indent: float,
        edge: Colour | None,
    ) -> None:
        pdf, height = self._pdf, size * self._line * (1.0 if line else self._gap)
        if pdf.will_page_break(height):
            pdf.add_page()
        if edge:
            x = pdf.w - pdf.r_margin - BAR if self._right_to_left else pdf.l_margin
            pdf.set_fill_color(*edge)
            pdf.rect(x, pdf.y, BAR, height + 0.1, style="F")
        pdf.set_text_color(*colour)
        self._shape(line, turned=turned)
        pdf.set_font_size(size)
        # The library believes that a font which a line before took for itself is in force still.
        pdf.current_font_is_set_on_page = False
        pdf.set_x(pdf.l_margin if self._right_to_left else pdf.l_margin + indent)
        align = Align.R if at_right else Align.L
        pdf.cell(pdf.epw - indent, height, line, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _shape(self, text: str, *, turned: bool) -> None:
        if turned or has_to_be_shaped(text):
            # A change of font at each space would take five times as long.
            self._look_first_in(ARABIC if ARABIC in self._fonts and is_arabic(text) else LETTERS)
            self._pdf.set_text_shaping(True, direction="rtl" if turned else "ltr")
        else:
            self._look_first_in(LETTERS)
            self._pdf.set_text_shaping(False)

    def _look_first_in(self, font: str) -> None:
        if self._pdf.font_family != font:
            self._pdf.set_font(font, size=TEXT)
            self._pdf.set_fallback_fonts([name for name in self._fonts if name != font], exact_match=False)

    def _measure(self, text: str) -> float:
        """The width of a piece of text in the size of the text."""
        self._shape(text, turned=False)
        self._pdf.set_font_size(TEXT)
        return float(self._pdf.get_string_width(text))


class _Paper(FPDF):
    """A4 with the number of the page and what the file is at the foot of each page."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.c_margin = 0
        self._foot = foot

    def close_fonts(self) -> None:
        """Let go of the font files, which are read as letters are needed."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def footer(self) -> None:
        self.set_text_shaping(False)
        self.set_font(LETTERS)
        self.set_y(-FOOT + 8)
        self.set_font_size(SMALL)
        self.set_text_color(*QUIET)
        self.current_font_is_set_on_page = False
        if self._foot:
            self.cell(0, SMALL * LINE, f"{self._foot} · {self.page_no()} / {{nb}}", align=Align.C)


def fonts_for(characters: Collection[str], folder: Path) -> list[str]:
    """Return the fonts that have the characters: the first of all, and of the others those that have something more."""
    needed, left = [LETTERS], {ord(one) for one in characters} - covered(folder)[LETTERS]
    for name in FONTS[1:]:
        if left & covered(folder)[name]:
            needed.append(name)
            left -= covered(folder)[name]
    return needed


def known(folder: Path) -> frozenset[int]:
    """Return the characters that one of the fonts has."""
    return frozenset[int]().union(*covered(folder).values())


@cache
def covered(folder: Path) -> Mapping[str, frozenset[int]]:
    """Return the characters of each font.

    Raises:
        FontsMissing: they were not made.
    """
    try:
        return {name: _characters_of(folder / f"{name}.ttf") for name in FONTS}
    except FileNotFoundError as error:
        raise FontsMissing(f"{error.filename} is missing. Run: make build") from error


def _characters_of(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
