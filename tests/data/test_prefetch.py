"""Prefetching: the same items, in order, from a thread that ends when nobody wants them any more."""

import gc
import threading
import time

import pytest

from bench.data.prefetch import prefetched


def readers():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def counting(limit, made):
    for number in range(limit):
        made.append(number)
        yield number


def wait_until(made, count):
    """Return once there are that many items; a loaded machine may take its time."""
    end = time.monotonic() + 60
    while len(made) < count:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_items_come_in_order():
    """All of them, and the thread is gone afterwards."""
    assert list(prefetched(lambda: iter(range(100)))) == list(range(100))
    assert not readers()


def test_an_empty_iterator_has_no_items():
    """And nobody waits for one."""
    assert list(prefetched(lambda: iter(()))) == []


def test_items_are_made_ahead_of_need_within_bounds():
    """One in use, `ahead` waiting, one in the making."""
    made = []
    items = prefetched(lambda: counting(100, made), ahead=2)
    assert next(items) == 0
    wait_until(made, 4)
    assert next(items) == 1
    wait_until(made, 5)
    items.close()
    assert len(made) == 5


def test_an_exception_reaches_the_consumer():
    """After the items that came before it, and as itself."""

    def broken():
        yield 1
        raise OSError("the disk is gone")

    items = prefetched(broken)
    assert next(items) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(items)
    assert not readers()


def test_closing_ends_the_thread():
    """Though it waits with an item that nobody takes."""
    items = prefetched(lambda: iter(range(10**9)))
    next(items)
    assert len(readers()) == 1
    items.close()
    assert not readers()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_in_the_consumer_ends_the_thread(error):
    """A failing step, or Ctrl-C: nothing reads on when the loop is left."""

    def train():
        for _ in prefetched(lambda: iter(range(10**9))):
            raise error

    with pytest.raises(error):
        train()
    gc.collect()
    assert not readers()
