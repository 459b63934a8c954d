"""Text as it can be set: characters that a font has, in the direction they are read, cut into lines that fit."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator

Measure = Callable[[str], float]  # the width of a text

LONGEST_PIECE = 200  # ours: no word is longer; what is cut there is something else than words

_HAN = "\u2e80-\u2fff\u3040-\u30ff\u3130-\u318f\u31a0-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OPENING, _CLOSING = "（〈《「『【〔〖［｛", "、。〃〉》」』】〕〗！），．：；？］｝～"
# Where a line may end: at a space, and in Chinese after each character with the signs that cling to it.
_PIECES = re.compile(
    rf"[{_OPENING}]*(?:[{_HAN}]|[^ {_HAN}{_OPENING}{_CLOSING}]{{1,{LONGEST_PIECE}}})[{_CLOSING}]*"
    rf"| +|[{_OPENING}{_CLOSING}]{{1,{LONGEST_PIECE}}}"
)
# Scripts that run the other way or whose letters join, and marks that sit on others: an engine has to place them.
_TO_BE_SHAPED = re.compile(
    "[\u0300-\u036f\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\u1ab0-\u1aff\u1dc0-\u1dff\u200c-\u200f\u20d0-\u20ff"
    "\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ARABIC = re.compile("[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_JOINERS = "\u200c\u200d"  # they decide how Arabic and Persian letters join
_BLANK_LINES = re.compile(r"\n{3,}")
UNKNOWN = "\ufffd"


def settable(text: str, known: Collection[int]) -> str:
    """Return the text in characters that can be set.

    `known` are the characters of all fonts; what none of them has becomes a sign for it, so that nobody takes the
    text for whole. Invisible signs go, those that turn the direction among them: each paragraph finds its own.
    """
    whole = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    sign = UNKNOWN if ord(UNKNOWN) in known else "?"
    told = "".join(_settable(character, known, sign) for character in whole)
    return _BLANK_LINES.sub("\n\n", told).strip()


def _settable(character: str, known: Collection[int], sign: str) -> str:
    if character == "\n" or (" " <= character <= "~"):
        return character
    kind = unicodedata.category(character)
    if character == "\t" or kind in ("Zs", "Zl", "Zp"):
        return " "
    if kind == "Cc" or "\ufe00" <= character <= "\ufe0f":  # control characters, and wishes for another picture
        return ""
    if kind == "Cf":
        return character if character in _JOINERS and ord(character) in known else ""
    return character if ord(character) in known else sign


def runs_right_to_left(text: str, otherwise: bool) -> bool:
    """Whether a paragraph runs right to left: as its first letter says, or as given where it has none."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return otherwise


def is_arabic(text: str) -> bool:
    """Whether some of the text is in Arabic letters."""
    return _ARABIC.search(text) is not None


def has_to_be_shaped(text: str) -> bool:
    """Whether an engine has to order and join the letters, which takes its time; most text stands as it is written."""
    return _TO_BE_SHAPED.search(text) is not None


def cut(paragraph: str, width: float, measure: Measure) -> Iterator[str]:
    """Cut one paragraph into lines no wider than `width`. A word that is wider is cut where the line ends."""
    line, used = "", 0.0
    for piece in _PIECES.findall(paragraph):
        for part, wide in _fitting(piece, width, measure):
            if line and used + wide > width:
                yield line.rstrip()
                line, used = "", 0.0
            if line or not part.isspace():
                line, used = line + part, used + wide
    if line.rstrip():
        yield line.rstrip()


def _fitting(piece: str, width: float, measure: Measure) -> Iterator[tuple[str, float]]:
    """Cut a piece that is wider than a line into parts that are not, each with its width."""
    while (wide := measure(piece)) > width and len(piece) > 1:
        fits, too_long = 1, len(piece)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            fits, too_long = (middle, too_long) if measure(piece[:middle]) <= width else (fits, middle)
        yield piece[:fits], measure(piece[:fits])
        piece = piece[fits:]
    yield piece, wide
