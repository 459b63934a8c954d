"""The end of a mail that is no part of what it says ("Kind regards, …"), as mail-parser-reply knows it.

Its patterns try every way to read a line, so it gets a bounded text, and of a long line, which is no line above a quote
and no greeting, a stand-in. It takes whatever follows "Thanks," for a signature: what it cuts is looked at again.
"""

import re

from mailparser_reply.parser import EmailMessage

# Ours: the time it takes grows with the square of a line and with the number of lines.
_MOST_CHARACTERS = 12_000
_LONGEST_LINE = 200
# Languages whose patterns take no sentence for a greeting; Danish "Tak" begins many an Indonesian sentence.
_LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "cs", "zh", "ja", "ko")
# Ours: a greeting, a name, what they do and how to reach them.
_MOST_LINES = 6
_LONGEST_GREETING = 30
_LONGEST_END_LINE = 60

_STAND_IN = re.compile("^\ue000(\\d+)\ue001$", re.MULTILINE)
_GAPS = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_RUNS = re.compile(r"[ \t]{3,}|[*_=>-]{40,}")


def without(text: str) -> str:
    """Return the text without a short end that greets, and without an earlier mail that the parser finds in it."""
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
    if len(replies) > 1 and not replies[0].headers and "@" in replies[1].headers and replies[0].content:
        kept = replies[0].content
    if replies and _is_end(replies[0].signatures) and kept.endswith(replies[0].signatures):
        kept = kept.removesuffix(replies[0].signatures).strip() or kept
    return _STAND_IN.sub(lambda found: long_lines[int(found[1])], kept)


def _is_end(signature: str) -> bool:
    """Whether what the parser takes for the end is short enough to be one, and no sentence."""
    lines = [line for line in signature.split("\n") if line.strip()]
    return (
        0 < len(lines) <= _MOST_LINES
        and len(lines[0]) <= _LONGEST_GREETING
        and all(len(line) <= _LONGEST_END_LINE for line in lines)
        and not any("\ue000" in line for line in lines)
    )
