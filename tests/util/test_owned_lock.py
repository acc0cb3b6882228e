"""A lock that knows its owner."""

from __future__ import annotations

import threading

import pytest

from winasr_doctor._util.owned_lock import OwnedLock


class Owner:
    def __eq__(self, other):
        return True  # owners are told apart by identity

    __hash__ = None


def test_only_its_owner_can_give_it_back():
    lock, owner = OwnedLock(), Owner()
    assert lock.take(owner, lambda: False)
    lock.give_back(Owner())
    assert lock.holding.owner is owner
    lock.give_back(owner)
    assert lock.holding is None


def test_who_no_longer_wants_to_wait_does_not_get_it():
    lock, owner, asked = OwnedLock(), Owner(), []

    def twice():
        asked.append(lock.holding.owner is owner)
        return len(asked) < 2

    lock.take(owner, bool)
    assert not lock.take(Owner(), twice)
    assert asked == [True, True]
    assert lock.holding.owner is owner


def test_an_error_ends_the_wait_and_leaves_the_lock_as_it_was():
    lock, owner = OwnedLock(), Owner()
    lock.take(owner, bool)
    with pytest.raises(ZeroDivisionError):
        lock.take(Owner(), lambda: 1 / 0)
    assert lock.holding.owner is owner


def test_one_who_waits_gets_it_when_it_is_taken_from_a_stuck_owner():
    lock, stuck, next_one = OwnedLock(), Owner(), Owner()
    waits = threading.Event()
    lock.take(stuck, bool)

    def keep_waiting():
        waits.set()
        return True

    waiter = threading.Thread(target=lock.take, args=(next_one, keep_waiting), daemon=True)
    waiter.start()
    assert waits.wait(60)
    lock.give_back(stuck)
    waiter.join(60)
    assert lock.holding.owner is next_one
    lock.give_back(stuck)
    assert lock.holding.owner is next_one
