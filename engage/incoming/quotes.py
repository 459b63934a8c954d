"""What a person wrote themselves: their mail without the earlier one that their program quotes, and without signatures.

Each line is looked at once, so the time grows with the length alone. What is not sure to be a quote stays: the whole
text is kept beside it, and a longer message on a page harms less than a lost word. People write down by hand, too, what
others wrote to them, so a line above a quote counts only where it names us, or marks follow.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engage.incoming import addresses, sign_offs

_LINES = tomllib.loads((Path(__file__).parents[1] / "data" / "quote_lines.toml").read_text("utf-8"))

# Ours: a line above a quote has a date, a name and an address, and is folded twice at most.
_LONGEST_INTRO = 400
_MOST_INTRO_LINES = 3
_MOST_SIGNATURE_LINES = 15
_BLOCK_LINES = 8
_HEAD_LINES = 3  # below a line of dashes, in which its sender is named
# Of two dashes without the space of RFC 3676, which people type, too: a name, and how to reach them.
_MOST_SHORT_LINES, _LONGEST_SHORT_LINE = 4, 40
_LONGEST_OF_DEVICE = 60

_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_ADDRESS = re.compile(r"[^\s<>@]{1,80}@[^\s<>@]{1,120}")
_DASH = "-_=*—– "
_ENDS = (*_DASH.strip(), ":", "：")
_COMPARED = re.compile(r">\s?=?\s?\d")  # ">50 goats": more than, and no quote
_PREFIX = re.compile(r"^\s*([^\W\d_]{1,20}(?: [^\W\d_]{1,20})?)\s*(?:\[\d{1,3}\])?\s*[:：]")


def _plainly(text: str) -> str:
    """Return a line as it is compared: one kind of space, no marks that nobody sees, no capitals."""
    shown = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    return " ".join(shown.replace("’", "'").replace("\u0640", "").split()).casefold()


_WROTE = tuple(_plainly(one) for one in _LINES["wrote"])
_FORWARDED = tuple(_plainly(one) for one in _LINES["forwarded"])
_ORIGINAL = frozenset(_plainly(one) for one in _LINES["original"])
_SENT_FROM = tuple(_plainly(one) for one in _LINES["sent_from"])
_FROM_DEVICE = tuple((_plainly(begins), _plainly(ends)) for begins, ends in _LINES["sent_from_device"])
_DEVICES = tuple(_plainly(one) for one in _LINES["devices"])
_REPLY_SUBJECTS = frozenset(_plainly(one) for one in _LINES["reply_subjects"])
_FORWARD_SUBJECTS = frozenset(_plainly(one) for one in _LINES["forward_subjects"])
_FROM = frozenset(_plainly(one) for one in _LINES["block"]["from"])
_OTHER = frozenset(_plainly(one) for one in _LINES["block"]["other"])


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a mail besides its words.

    With `forward` an earlier mail below is what they pass on, and stays. `quotes_gone` says that quotes were taken out
    already (of HTML), so that a line above one that is left over has nothing of it below. In a `flowed` text each mark
    is a quote's (RFC 3676, 4.5). `own_addresses` are those that we write from, in lower case; `answers_us` says that
    its head names a mail of ours, and `subject` is the mail's own.
    """

    forward: bool = False
    quotes_gone: bool = False
    flowed: bool = False
    own_addresses: frozenset[str] = frozenset()
    answers_us: bool = False
    subject: str = ""

    def is_ours(self, line: str) -> bool:
        """Whether a line names us."""
        return addresses.names_one_of(line, self.own_addresses)

    def is_others(self, line: str) -> bool:
        """Whether a line names somebody else, and not us."""
        return bool(_ADDRESS.search(line)) and not self.is_ours(line)


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


def own_words(text: str, known: Known) -> str:
    """Return what the person wrote; the whole text where nothing else is left."""
    lines = text.split("\n")
    own, passed_on = _sorted(lines, known)
    words = sign_offs.without("\n".join(_without_sent_from(own)).strip(), known.own_addresses)
    together = "\n\n".join(part for part in (words, "\n".join(passed_on).strip()) if part)
    return together or text


def _sorted(lines: Sequence[str], known: Known) -> tuple[list[str], Sequence[str]]:
    """Return the person's own lines, and those that they pass on."""
    own: list[str] = []
    signature: list[str] | None = None
    are_quotes = known.flowed or sum(_is_marked(line, known) and not _is_compared(line) for line in lines) > 1
    at = 0
    while at < len(lines):
        line = lines[at]
        if is_forward_line(line):
            return own + _kept(signature), lines[at:]
        if _begins_original(lines, at, known):
            return own + _kept(signature), lines[at:] if known.forward else ()
        intro = _intro_length(lines, at, known)
        if intro < 0:
            return own + _kept(signature), lines[at:] if known.forward else ()
        are_quotes = are_quotes or bool(intro)
        if intro or (are_quotes and _is_marked(line, known)):
            own += _kept(signature)
            signature = None
            at += intro or 1
            continue
        if line.rstrip() == "--" and signature is None:  # RFC 3676, 4.3
            signature = [line]
        elif signature is not None:
            signature.append(line)
        else:
            own.append(line)
        at += 1
    return own + _kept(signature), ()


def _is_marked(line: str, known: Known) -> bool:
    """Whether a line has a quote's mark; a flowed text has it before everything else."""
    return line.startswith(">") if known.flowed else line.lstrip().startswith(">")


def _is_compared(line: str) -> bool:
    return bool(_COMPARED.match(line.lstrip()))


def _kept(signature: Sequence[str] | None) -> list[str]:
    """Return what follows a signature's dashes if it is no signature: too long for one, or with an afterthought."""
    if not signature:
        return []
    dashes, *lines = signature
    written = [line.strip() for line in lines if line.strip()]
    if dashes == "--" and not _are_short(written):  # without the space that programs write: perhaps typed by hand
        return list(signature)
    return lines if len(lines) > _MOST_SIGNATURE_LINES or any(map(sign_offs.is_afterthought, written)) else []


def _are_short(lines: Sequence[str]) -> bool:
    return len(lines) <= _MOST_SHORT_LINES and all(
        len(line) <= _LONGEST_SHORT_LINE and not sign_offs.is_sentence(line) for line in lines
    )


def _begins_original(lines: Sequence[str], at: int, known: Known) -> bool:
    """Whether the mail that is answered begins here: a line of dashes with its words, or the lines of its head."""
    line = lines[at]
    if not line.strip() or len(line) > _LONGEST_INTRO:
        return False
    if line.strip()[-1] in _DASH and _between_dashes(_plainly(line)) in _ORIGINAL:
        named = [one for one in lines[at + 1 : at + 1 + _HEAD_LINES] if _field(one) in _FROM]
        return known.forward or not any(map(known.is_others, named))
    if _field(line) not in _FROM:
        return False
    following = lines[at + 1 : at + 1 + _BLOCK_LINES]
    if sum(1 for one in following if _field(one) in _OTHER) < 2:
        return False
    return known.forward or known.is_ours(line) or _is_head_of_ours(line, following, known)


def _is_head_of_ours(line: str, following: Sequence[str], known: Known) -> bool:
    """Whether a head without an address is that of our mail: one that is answered, under its subject or in bold.

    Programs that leave the address out repeat the subject; nobody types the stars of bold names by hand.
    """
    if not known.answers_us or known.is_others(line):
        return False
    subject = _bare_subject(known.subject)
    values = (one[:_LONGEST_INTRO].replace("：", ":").partition(":")[2] for one in following)
    return line.lstrip().startswith("*") or bool(subject) and subject in map(_bare_subject, values)


def _bare_subject(subject: str) -> str:
    """Return a subject as it is compared, without what programs wrote before it."""
    plainly = _plainly(subject)
    while (found := _PREFIX.match(plainly)) and found[1] in _REPLY_SUBJECTS | _FORWARD_SUBJECTS:
        plainly = plainly[found.end() :].strip()
    return plainly


def _field(line: str) -> str:
    """Return the name before the colon of a line as it is compared, or an empty text."""
    name, colon, _ = line[:60].replace("：", ":").partition(":")
    return _plainly(name.strip("* ")) if colon else ""


def _intro_length(lines: Sequence[str], at: int, known: Known) -> int:
    """Return how many lines from here are the line above a quote, 0 if none; -1 if all that follows is the quote."""
    joined = ""
    for count in range(1, _MOST_INTRO_LINES + 1):
        line = lines[at + count - 1].strip() if at + count <= len(lines) else ""
        if not line or line.startswith(">") or len(joined) + len(line) > _LONGEST_INTRO:
            return 0
        joined = f"{joined} {line}".strip()
        if line.endswith((":", "：")):
            return _judged(joined, lines[at + count :], count, known)
    return 0


def _judged(joined: str, following: Sequence[str], count: int, known: Known) -> int:
    plainly = _plainly(joined)
    address, dated = _ADDRESS.search(plainly), _DATE.search(plainly)
    wrote = any(word in plainly for word in _WROTE)
    next_line = next((line.strip() for line in following[:4] if line.strip()), "")
    if next_line.startswith(">") and not _is_compared(next_line):
        return count if wrote or (address and dated) else 0
    if not dated or not (wrote or address):
        return 0
    is_ours = known.forward or known.is_ours(plainly)
    if not next_line:
        return count if is_ours or (known.quotes_gone and not address) else 0
    if not is_ours or not (wrote or plainly.endswith(">:")):
        return 0
    return count if known.quotes_gone else -1


def _without_sent_from(own: Sequence[str]) -> list[str]:
    """Return the lines without the program's own last one, and without the line it draws above a quote."""
    kept = list(own)
    while kept and (not kept[-1].strip(f"{_DASH}\t") or _is_sent_from(kept[-1])):
        kept.pop()
    return kept


def _is_sent_from(line: str) -> bool:
    plainly = _plainly(line[:121]).strip("<[(* .)]>")
    if len(line) > 120 or plainly.startswith(_SENT_FROM):
        return len(line) <= 120
    named = len(plainly) <= _LONGEST_OF_DEVICE and any(device in plainly for device in _DEVICES)
    return named and any(plainly.startswith(begins) and plainly.endswith(ends) for begins, ends in _FROM_DEVICE)
