"""What a person wrote themselves: their mail without the earlier one that their program quotes, and without signatures.

Each line is looked at once, so the time grows with the length alone. What is not sure to be a quote stays: the whole
text is kept beside it, and a longer message on a page harms less than a lost word.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from engage.incoming import sign_offs

_LINES = tomllib.loads((Path(__file__).parents[1] / "data" / "quote_lines.toml").read_text("utf-8"))

# Ours: a line above a quote has a date, a name and an address, and is folded twice at most.
_LONGEST_INTRO = 400
_MOST_INTRO_LINES = 3
_MOST_SIGNATURE_LINES = 15
_BLOCK_LINES = 8

_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_ADDRESS = re.compile(r"[^\s<>@]{1,80}@[^\s<>@]{1,120}")
_DASH = "-_=*—– "
_ENDS = (*_DASH.strip(), ":", "：")
_PREFIX = re.compile(r"^\s*([^\W\d_]{1,20}(?: [^\W\d_]{1,20})?)\s*(?:\[\d{1,3}\])?\s*[:：]")


def _plainly(text: str) -> str:
    """Return a line as it is compared: one kind of space, no marks that nobody sees, no capitals."""
    shown = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    return " ".join(shown.replace("’", "'").replace("\u0640", "").split()).casefold()


_WROTE = tuple(_plainly(one) for one in _LINES["wrote"])
_FORWARDED = tuple(_plainly(one) for one in _LINES["forwarded"])
_ORIGINAL = frozenset(_plainly(one) for one in _LINES["original"])
_SENT_FROM = tuple(_plainly(one) for one in _LINES["sent_from"])
_REPLY_SUBJECTS = frozenset(_plainly(one) for one in _LINES["reply_subjects"])
_FORWARD_SUBJECTS = frozenset(_plainly(one) for one in _LINES["forward_subjects"])
_FROM = frozenset(_plainly(one) for one in _LINES["block"]["from"])
_OTHER = frozenset(_plainly(one) for one in _LINES["block"]["other"])


def is_forward_subject(subject: str) -> bool:
    """Whether a subject begins as that of a mail that is passed on ("Fwd:"), in any language of the table."""
    found = _PREFIX.match(subject)
    return found is not None and _plainly(found[1]) in _FORWARD_SUBJECTS


def is_reply_subject(subject: str) -> bool:
    """Whether a program made the subject out of that of the mail that is answered ("Re:")."""
    found = _PREFIX.match(subject)
    return found is not None and _plainly(found[1]) in _REPLY_SUBJECTS


def is_forward_line(line: str) -> bool:
    """Whether a program writes such a line above a mail that is passed on."""
    if len(line) > _LONGEST_INTRO or line.strip()[-1:] not in _ENDS:
        return False
    plainly = _plainly(line)
    between = _between_dashes(plainly)
    if between:
        return between.startswith(_FORWARDED)
    return plainly.endswith(":") and plainly.rstrip(" :") in _FORWARDED


def _between_dashes(plainly: str) -> str:
    """Return the words of a line that has dashes on both sides, or an empty text."""
    words = plainly.strip(_DASH)
    both = plainly[:2].strip(_DASH) == plainly[-2:].strip(_DASH) == ""
    return words.rstrip(" :") if both and 3 <= len(words) <= 60 else ""


def own_words(text: str, *, forward: bool, quotes_gone: bool = False) -> str:
    """Return what the person wrote; the whole text where nothing else is left.

    With `forward` an earlier mail below is what they pass on, and stays. `quotes_gone` says that quotes were taken out
    already (of HTML), so that a line above one that is left over has nothing of it below.
    """
    lines = text.split("\n")
    own, passed_on = _sorted(lines, forward, quotes_gone)
    words = sign_offs.without("\n".join(_without_sent_from(own)).strip())
    together = "\n\n".join(part for part in (words, "\n".join(passed_on).strip()) if part)
    return together or text


def _sorted(lines: Sequence[str], forward: bool, quotes_gone: bool) -> tuple[list[str], Sequence[str]]:
    """Return the person's own lines, and those that they pass on."""
    own: list[str] = []
    signature: list[str] | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        if is_forward_line(line):
            return own + _kept(signature), lines[at:]
        if _begins_original(lines, at):
            return own + _kept(signature), lines[at:] if forward else ()
        intro = _intro_length(lines, at, quotes_gone)
        if intro < 0:
            return own + _kept(signature), lines[at:] if forward else ()
        if intro or line.lstrip().startswith(">"):
            own += _kept(signature)
            signature = None
            at += intro or 1
            continue
        if line.rstrip() == "--" and signature is None:  # RFC 3676, 4.3
            signature = []
        elif signature is not None:
            signature.append(line)
        else:
            own.append(line)
        at += 1
    return own + _kept(signature), ()


def _kept(signature: Sequence[str] | None) -> list[str]:
    """Return what follows a signature's dashes if it is too long for a signature."""
    return list(signature) if signature and len(signature) > _MOST_SIGNATURE_LINES else []


def _begins_original(lines: Sequence[str], at: int) -> bool:
    """Whether the mail that is answered begins here: a line of dashes with its words, or the lines of its head."""
    line = lines[at]
    if not line.strip() or len(line) > _LONGEST_INTRO:
        return False
    if line.strip()[-1] in _DASH and _between_dashes(_plainly(line)) in _ORIGINAL:
        return True
    if _field(line) not in _FROM:
        return False
    following = [_field(one) for one in lines[at + 1 : at + 1 + _BLOCK_LINES]]
    return sum(1 for name in following if name in _OTHER) >= 2


def _field(line: str) -> str:
    """Return the name before the colon of a line as it is compared, or an empty text."""
    name, colon, _ = line[:60].replace("：", ":").partition(":")
    return _plainly(name.strip("* ")) if colon else ""


def _intro_length(lines: Sequence[str], at: int, quotes_gone: bool) -> int:
    """Return how many lines from here are the line above a quote, 0 if none; -1 if all that follows is the quote."""
    joined = ""
    for count in range(1, _MOST_INTRO_LINES + 1):
        line = lines[at + count - 1].strip() if at + count <= len(lines) else ""
        if not line or line.startswith(">") or len(joined) + len(line) > _LONGEST_INTRO:
            return 0
        joined = f"{joined} {line}".strip()
        if line.endswith((":", "：")):
            return _judged(joined, lines[at + count :], count, quotes_gone)
    return 0


def _judged(joined: str, following: Sequence[str], count: int, quotes_gone: bool) -> int:
    plainly = _plainly(joined)
    address, dated = _ADDRESS.search(plainly), _DATE.search(plainly)
    wrote = any(word in plainly for word in _WROTE)
    next_line = next((line.strip() for line in following[:4] if line.strip()), "")
    if next_line.startswith(">"):
        return count if wrote or (address and dated) else 0
    if not dated or not (wrote or address):
        return 0
    if not next_line:
        return count
    if not address or not (wrote or plainly.endswith(">:")):
        return 0
    return count if quotes_gone else -1


def _without_sent_from(own: Sequence[str]) -> list[str]:
    """Return the lines without the program's own last one, and without the line it draws above a quote."""
    kept = list(own)
    while kept and (not kept[-1].strip(f"{_DASH}\t") or _is_sent_from(kept[-1])):
        kept.pop()
    return kept


def _is_sent_from(line: str) -> bool:
    return len(line) <= 120 and _plainly(line).lstrip("<[(* ").startswith(_SENT_FROM)
