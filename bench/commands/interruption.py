"""A scheduler's SIGTERM means what Ctrl-C means: stop, keep what is done, and say how to go on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class TerminatedError(KeyboardInterrupt):
    """SIGTERM came; there is little time."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise TerminatedError where SIGTERM finds the program, so that it tidies up."""
    previous = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TerminatedError
