"""Counts of the limits in this process."""

from datetime import timedelta

import pytest
from limits.storage import storage_from_string

from engage.web.limit_store import _BETWEEN_SWEEPS, ProcessStorage


@pytest.fixture
def store(clock):
    return storage_from_string("process://")


def test_the_library_knows_it_by_name(store):
    assert isinstance(store, ProcessStorage)
    assert store.check()


def test_a_count_goes_up_until_its_time_is_over(store, clock):
    assert [store.incr("a", 60), store.incr("a", 60), store.incr("b", 60, amount=5)] == [1, 2, 5]
    clock.advance(timedelta(seconds=59))
    assert (store.get("a"), store.get_expiry("a")) == (2, clock.now.timestamp() + 1)
    clock.advance(timedelta(seconds=1))
    assert (store.get("a"), store.get_expiry("a")) == (0, clock.now.timestamp())
    assert store.incr("a", 60) == 1


def test_what_is_over_is_forgotten_even_if_nobody_asks_for_it_again(store, clock):
    store.incr("sender of an hour ago", 60)
    clock.advance(timedelta(seconds=61))
    for _ in range(_BETWEEN_SWEEPS):
        store.incr("a", 60)
    assert "sender of an hour ago" not in str(vars(store))
    assert store.get("a") == _BETWEEN_SWEEPS


def test_forgetting_one_and_all(store):
    store.incr("a", 60)
    store.incr("b", 60)
    store.clear("a")
    assert (store.get("a"), store.get("b")) == (0, 1)
    assert store.reset() == 1
    assert store.get("b") == 0
