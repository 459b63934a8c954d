"""Words as they are searched: the same treatment for what is indexed and for what is typed."""

import re
import unicodedata

_WORD = re.compile(r"\w+")
MOST_WORDS = 8  # Ours: what people type into a search field; more only makes the database work.
LONGEST_WORD = 60


def searchable(text: str) -> list[str]:
    """Return the words of a text in lower case and without accents, so that both databases find the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return [word[:LONGEST_WORD] for word in _WORD.findall(bare)]


def wanted(typed: str) -> list[str]:
    """Return the words to look for, each once, in the order in which they were typed."""
    return list(dict.fromkeys(searchable(typed)))[:MOST_WORDS]
