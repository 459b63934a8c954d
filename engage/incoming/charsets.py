"""Bytes of a mail as words: the charset it declares or the one that fits, without what a database or a page refuses."""

import codecs
import re

from charset_normalizer import from_bytes

# Ours: enough to tell a language, and read in some hundredths of a second.
_SAMPLE_BYTES = 4_000

# Those that words with no right declaration are in: among all that exist, a few Russian words look Japanese.
_LIKELY = ("cp1252", "cp1251", "koi8_r", "cp1256", "gb18030", "big5hkscs", "cp932", "cp949", "euc_jp")

# What mail programs declare, and the wider charset that they mean by it (WHATWG Encoding, clause 4.2, does the same).
_MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
# Codecs that Python knows and that read words in a time that grows with their length (punycode's and idna's does not).
_READABLE = re.compile(
    r"^(utf-(8|16|32)(-[lb]e)?|utf-8-sig|utf-7|cp\d{3,4}|iso8859-\d+|koi8-[rutz]\w*|kz1048|ptcp154|mac-[\w-]+|"
    r"gb18030|hz|big5\w*|euc_\w+|johab|shift_jis\w*|iso2022_\w+|hp-roman8|tis-620|ascii|gbk|gb2312)$"
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Controls but tab and newline, lone surrogates, and characters that turn or hide what stands beside them.
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NEWLINE = re.compile("\r\n|\r|\x85|\u2028|\u2029|\x0b|\x0c")


def known(charset: str) -> str | None:
    """Return Python's name of the codec that a declared charset means, or None if it is none that we read."""
    try:
        name = codecs.lookup(charset.strip().strip("\"'").replace("windows-874", "cp874")).name
    except (LookupError, ValueError):  # ValueError: a NUL in it
        return None
    return _MEANT.get(name, name) if _READABLE.match(name) else None


def words(content: bytes, charset: str) -> tuple[str, bool]:
    """Return the words, and whether they are what the declared charset says ("" declares none, which is no fault)."""
    codec = known(charset) if charset else None
    if codec is not None and not _looks_wide(content, codec):
        try:
            return plain(content.decode(codec)), True
        except (UnicodeError, ValueError):
            pass
    found = _fitting(content)
    return plain(content.decode(found, "replace")), not charset and found in ("utf-8", "utf-8-sig")


def plain(text: str) -> str:
    """Return the text with newlines of one kind, and without characters that PostgreSQL or UTF-8 cannot hold."""
    return _REFUSED.sub("", _NEWLINE.sub("\n", text))


def _looks_wide(content: bytes, codec: str) -> bool:
    """Whether bytes declared as a narrow charset are UTF-16: every other byte of Latin words is then a NUL."""
    return not codec.startswith("utf-") and content[:_SAMPLE_BYTES].count(0) * 4 > len(content[:_SAMPLE_BYTES])


def _fitting(content: bytes) -> str:
    """Return a codec that reads the bytes; the last resort reads any."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return codec
    sample = content[:_SAMPLE_BYTES]
    if sample.count(0) * 4 > len(sample):
        return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    best = from_bytes(sample, cp_isolation=list(_LIKELY)).best()
    return (best is not None and known(best.encoding)) or "cp1252"
