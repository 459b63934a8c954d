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


class Tree:
    """A tree to which leaves are added one after the other.

    Keeps one hash for each power of two and so takes no more memory for a million leaves than for twenty.
    """

    def __init__(self) -> None:
        # Whole trees, the largest first: how many levels each has, and its root.
        self._waiting: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add the hash of a leaf behind those that are there."""
        levels, node = 0, leaf
        while self._waiting and self._waiting[-1][0] == levels:
            node = _node(self._waiting.pop()[1], node)
            levels += 1
        self._waiting.append((levels, node))

    def root(self) -> str:
        """Return the root over the leaves so far, in hexadecimal; of none it is the hash of nothing."""
        if not self._waiting:
            return EMPTY
        *others, (_, node) = self._waiting
        for _, whole in reversed(others):
            node = _node(whole, node)
        return node.hex()


def root_of(leaves: Iterable[bytes]) -> str:
    """Return the root over hashes of leaves in this order, in hexadecimal; of none it is the hash of nothing."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
