"""The end of a mail that is no part of what it says ("Kind regards, …"), as mail-parser-reply knows it.

Its patterns try every way to read a line, so it gets a bounded text, and of a long line, which is no line above a quote
and no greeting, a stand-in. It takes whatever follows "Thanks," for a signature: what it cuts is looked at again.
"""

import re

from mailparser_reply.parser import EmailMessage

from engage.incoming import addresses

# Ours: the time it takes grows with the square of a line and with the number of lines.
_MOST_CHARACTERS = 12_000
_LONGEST_LINE = 200
# Languages whose patterns take no sentence for a greeting; Danish "Tak" begins many an Indonesian sentence.
_LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "cs", "zh", "ja", "ko")
# Ours: a greeting, a name, what they do and how to reach them.
_MOST_LINES = 6
_LONGEST_GREETING = 30
_LONGEST_END_LINE = 60

# PS, P.S., P.-S., P.D., NB, ЗЫ and their like.
_AFTERTHOUGHT = re.compile(
    r"\W{0,3}(?:(?:p[.\s]{0,2}-?\s?[sd]|p\.?p\.?s|n[.\s]{0,2}b|post ?scriptum|[зп][.\s]{0,2}[ыс])(?!\w)|"
    r"附[:：]|又及|ملاحظة|ملحوظة)",
    re.IGNORECASE,
)
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")

_STAND_IN = re.compile("^\ue000(\\d+)\ue001$", re.MULTILINE)
_GAPS = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_RUNS = re.compile(r"[ \t]{3,}|[*_=>-]{40,}")


def is_afterthought(line: str) -> bool:
    """Whether a line begins what somebody adds below their name: often what they did not dare to say above it."""
    return bool(_AFTERTHOUGHT.match(line))


def is_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does, and as no name."""
    return line.rstrip().endswith(_SENTENCE_ENDS)


def without(text: str, own_addresses: frozenset[str] = frozenset()) -> str:
    """Return the text without a short end that greets, and without an earlier mail of ours that the parser finds."""
    if not text or len(text) > _MOST_CHARACTERS:
        return text
    long_lines: list[str] = []

    def stand_in(line: str) -> str:
        if len(line) <= _LONGEST_LINE and "\ue000" not in line:
            return _RUNS.sub(lambda run: run[0][:40] if run[0].strip() else "  ", line)
        long_lines.append(line)
        return f"\ue000{len(long_lines) - 1}\ue001"

    bounded = _GAPS.sub("\n\n", "\n".join(map(stand_in, text.split("\n"))))
    message = EmailMessage(text=bounded, languages=list(_LANGUAGES), keep_hyphen_lists=True)
    replies = message.read().replies
    kept = message.text.strip()
    is_quoted = len(replies) > 1 and not replies[0].headers and replies[0].content
    if is_quoted and addresses.names_one_of(replies[1].headers, own_addresses):
        kept = replies[0].content
    if replies and _is_end(replies[0].signatures) and kept.endswith(replies[0].signatures):
        kept = kept.removesuffix(replies[0].signatures).strip() or kept
    return _STAND_IN.sub(lambda found: long_lines[int(found[1])], kept)


def _is_end(signature: str) -> bool:
    """Whether what the parser takes for the end is short enough to be one, without a word to us behind it.

    Below a blank line somebody begins anew. What follows two dashes was looked at before.
    """
    lines = signature.strip().split("\n")
    return (
        0 < len(lines) <= _MOST_LINES
        and all(line.strip() and len(line) <= _LONGEST_END_LINE and "\ue000" not in line for line in lines)
        and len(lines[0]) <= _LONGEST_GREETING
        and not lines[0].startswith("--")
        and not any(is_afterthought(line) or is_sentence(line) for line in lines[1:])
    )
