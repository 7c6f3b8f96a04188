"""Run an iterator ahead of its consumer, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from queue import Full, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")

PATIENCE = 0.1
"""Seconds after which a thread that waits looks whether it is still wanted."""


def prefetched(make: Callable[[], Iterator[Item]], ahead: int = 1) -> Generator[Item]:
    """Yield what the iterator yields, in order, with up to `ahead` items finished and one in the making.

    What the iterator raises is raised here. Closing this generator, or an exception in its consumer that
    ends it, ends the thread as well.

    Args:
        make: Makes the iterator, within the thread.
        ahead: Finished items that may wait.
    """
    producer = _Producer(make, ahead)
    producer.start()
    try:
        yield from producer.items()
    finally:
        producer.stop()


class _Producer(Generic[Item]):
    """The thread, and the queue between it and the consumer."""

    def __init__(self, make: Callable[[], Iterator[Item]], ahead: int) -> None:
        self._make = make
        self._queue: Queue[Item | _End] = Queue(ahead)
        self._unwanted = threading.Event()
        # A daemon, so that a process that ends while it reads is not held up.
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._unwanted.set()
        self._thread.join()

    def items(self) -> Iterator[Item]:
        while not isinstance(item := self._queue.get(), _End):
            yield item
            del item  # or it would stay alive while the next one is waited for
        if item.error is not None:
            raise item.error

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._make():
                if not self._put(item):
                    return
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it can be handled
            error = raised
        self._put(_End(error))

    def _put(self, item: Item | _End) -> bool:
        """Hand over an item as soon as there is room; false when nobody wants it any more."""
        while not self._unwanted.is_set():
            try:
                self._queue.put(item, timeout=PATIENCE)
            except Full:
                continue
            return True
        return False


class _End:
    """Nothing follows, because of an error or not."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error
