"""The fonts of files to print, made from the web fonts that npm installs: one weight each, in one file per script."""

import os
from collections.abc import Iterable
from pathlib import Path
from shutil import copyfile

from fontTools.fontBuilder import FontBuilder
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "node_modules" / "@fontsource-variable"
FONTS = ROOT / "engage" / "fonts"
REGULAR = {"wght": 400}
# The pieces of the font for Latin, Greek and Cyrillic; its package holds others, and italics, which we do not use.
_LETTERS = ("latin", "latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext")


def write_all() -> str:
    """Write every font, and return what was done in one line."""
    FONTS.mkdir(exist_ok=True)
    _save(_merged("noto-sans", _LETTERS), "noto-sans.ttf")
    _save(
        _regular(PACKAGES / "noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2"), "noto-sans-arabic.ttf"
    )
    pieces = sorted((PACKAGES / "noto-sans-sc/files").glob("*-wght-normal.woff2"))
    _save(_without_layout("Noto Sans SC", map(_regular, pieces)), "noto-sans-sc.ttf")
    copyfile(PACKAGES / "noto-sans/LICENSE", FONTS / "LICENSE")
    return f"3 fonts in {FONTS.relative_to(ROOT)}"


def _regular(path: Path) -> TTFont:
    """Return a web font with variable weight as a plain one of regular weight."""
    font = TTFont(path)
    instancer.instantiateVariableFont(font, REGULAR, inplace=True)
    font.flavor = None
    return font


def _merged(package: str, pieces: Iterable[str]) -> TTFont:
    """Return the pieces of a font as one, with what places accents and joins letters."""
    made = []
    for piece in pieces:
        path = FONTS / f".{package}-{piece}.ttf"
        _regular(PACKAGES / package / "files" / f"{package}-{piece}-wght-normal.woff2").save(path)
        made.append(path)
    try:
        return Merger().merge([str(path) for path in made])
    finally:
        for path in made:
            path.unlink()


def _without_layout(name: str, pieces: Iterable[TTFont]) -> TTFont:
    """Return the pieces of a font as one, one picture per character: Chinese needs no more."""
    pictures, widths, characters = {}, {}, dict[int, str]()
    for piece in pieces:
        for character, glyph in piece.getBestCmap().items():
            if character not in characters:
                characters[character] = made = f"u{character:05X}"
                pictures[made], widths[made] = piece["glyf"][glyph], piece["hmtx"][glyph]
        pictures.setdefault(".notdef", piece["glyf"][".notdef"])
        widths.setdefault(".notdef", piece["hmtx"][".notdef"])
        above, below, units = piece["hhea"].ascent, piece["hhea"].descent, piece["head"].unitsPerEm
    builder = FontBuilder(units, isTTF=True)
    builder.setupGlyphOrder([".notdef", *characters.values()])
    builder.setupCharacterMap(characters)
    builder.setupGlyf(pictures)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=above, descent=below)
    builder.setupOS2(sTypoAscender=above, sTypoDescender=below, usWinAscent=above, usWinDescent=-below)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupPost(keepGlyphNames=False)
    return builder.font


def _save(font: TTFont, name: str) -> None:
    """Write a font so that whoever reads it meanwhile finds a whole one."""
    own = FONTS / f".{name}.{os.getpid()}"
    font.save(own)
    own.replace(FONTS / name)
