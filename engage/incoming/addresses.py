"""Addresses in the headers of a mail, and how to hide them in words."""

import re
from collections.abc import Iterable
from functools import cache

MOST_ADDRESSES = 200
LONGEST = 320  # RFC 5321, 4.5.3.1: 64 octets, the sign and 255

# A run without a space or a mark that ends an address, and the sign in its spellings: what has it is taken out whole.
_RUN = re.compile(r"[^\s<>,;:()\[\]\"]+")
_SIGN = re.compile(r"@|\uff20|%40", re.IGNORECASE)
_ADDRESS = re.compile(r"^[^\s<>@,;:()\[\]\"]{1,250}@[^\s<>@,;:()\"]{1,255}$")
_SPECIAL = re.compile(r"(\\.|[\"()])", re.DOTALL)
_PIECE = re.compile(r"[<>,;]|[^<>,;\s]+")
MASK = "[…]"


def found(values: list[str]) -> list[str]:
    """Return the addresses of some header values in their order, domains in lower case, at most `MOST_ADDRESSES`.

    What stands in a quoted name or a comment is no address, whatever it looks like (RFC 5322, 3.4): a display name
    `"boss@mine.example"` does not make a mail one of the boss.
    """
    addresses: list[str] = []
    for value in values:
        for token in _tokens(value):
            one = normal(token)
            if one and one not in addresses:
                addresses.append(one)
            if len(addresses) >= MOST_ADDRESSES:
                return addresses
    return addresses


def normal(token: str) -> str | None:
    """Return one address with its domain in lower case, or None if the token is none."""
    token = token.strip().rstrip(".")
    if len(token) > LONGEST or not _ADDRESS.match(token):
        return None
    local, _, domain = token.rpartition("@")
    return f"{local}@{domain.lower()}"


def domain(address: str) -> str:
    """Return what stands after the sign."""
    return address.rpartition("@")[2]


def names_one_of(text: str, known: Iterable[str]) -> bool:
    """Whether one of the addresses stands in the text, with anything behind a plus, whatever the capitals."""
    return any(_named(one).search(text) for one in known)


@cache
def _named(address: str) -> re.Pattern[str]:
    local, _, at = address.rpartition("@")
    tag = r"(?:\+[^\s<>@]{1,64})?"
    return re.compile(rf"(?<![\w.+-]){re.escape(local)}{tag}@{re.escape(at)}(?![\w-]|\.\w)", re.IGNORECASE)


def masked(text: str) -> str:
    """Return the text with every address in it replaced by `MASK`: no `x@y` is left."""
    return _RUN.sub(lambda run: MASK if _SIGN.search(run[0]) else run[0], text)


def _tokens(value: str) -> list[str]:
    """Return what may be an address, mailbox after mailbox: what stands in angle brackets, else each bare word."""
    tokens: list[str] = []
    angled: list[str] = []
    bare: list[str] = []
    inside = False
    for piece in (*_PIECE.findall(_without_comments(value)), ","):
        if piece in (",", ";"):
            tokens += angled or bare
            angled, bare, inside = [], [], False
        elif piece in ("<", ">"):
            inside = piece == "<"
        elif "@" in piece:
            (angled if inside else bare).append(piece.rpartition(":")[2])  # before it an old route, or a group
    return tokens


def _without_comments(value: str) -> str:
    """Return the value without quoted texts and without comments, which nest."""
    kept: list[str] = []
    depth, quoted = 0, False
    for piece in _SPECIAL.split(value):
        if quoted or piece == '"':
            quoted = quoted != (piece == '"')
        elif piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif not depth and not piece.startswith("\\"):
            kept.append(piece)
    return "".join(kept)
