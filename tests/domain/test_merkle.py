"""The hash tree: against known roots, and against a slow definition."""

import hashlib

import pytest

from engage.domain.merkle import EMPTY, Tree, leaf_of, root_of


def slowly(leaves):
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + slowly(leaves[:half]) + slowly(leaves[half:])).digest()


def test_the_root_of_nothing_and_of_one():
    assert root_of([]) == EMPTY == hashlib.sha256(b"").hexdigest()
    assert root_of([leaf_of("a")]) == hashlib.sha256(b"\0a").hexdigest()


@pytest.mark.parametrize("count", [*range(2, 35), 255, 256, 257])
def test_the_root_is_that_of_the_standard(count):
    leaves = [leaf_of(str(number)) for number in range(count)]
    assert root_of(iter(leaves)) == slowly(leaves).hex()


def test_a_node_is_never_taken_for_a_leaf():
    two = [leaf_of("a"), leaf_of("b")]
    assert root_of([leaf_of((two[0] + two[1]).decode("latin-1"))]) != root_of(two)


def test_the_root_of_a_tree_that_grows_is_right_at_each_leaf():
    tree, leaves = Tree(), []
    assert tree.root() == EMPTY
    for number in range(20):
        leaves.append(leaf_of(str(number)))
        tree.add(leaves[-1])
        assert tree.root() == tree.root() == root_of(leaves)
