"""A hash tree over many leaves: one root stands for all of them, and a short path proves that one of them is in it.

Source: RFC 9162 (Certificate Transparency 2.0), 2.1: leaves and nodes are told apart by their first byte, and a tree of
n leaves splits at the largest power of two below n.
"""

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").hexdigest()


def leaf_of(text: str) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\0" + text.encode()).digest()


def root_of(leaves: Iterable[bytes]) -> str:
    """Return the root over hashes of leaves in this order, in hexadecimal; of none it is the hash of nothing.

    Keeps one hash for each power of two and so takes no more memory for a million leaves than for twenty.
    """
    waiting: list[tuple[int, bytes]] = []  # whole trees, the largest first: how many levels each has, and its root
    for leaf in leaves:
        levels, node = 0, leaf
        while waiting and waiting[-1][0] == levels:
            node = _node(waiting.pop()[1], node)
            levels += 1
        waiting.append((levels, node))
    if not waiting:
        return EMPTY
    node = waiting.pop()[1]
    while waiting:
        node = _node(waiting.pop()[1], node)
    return node.hex()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
