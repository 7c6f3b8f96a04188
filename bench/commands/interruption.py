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
def terminable(*, once: bool = False) -> Iterator[None]:
    """Raise TerminatedError where SIGTERM finds the program, so that it tidies up.

    Args:
        once: Ignore SIGTERM and SIGINT after the first of them: torchrun passes on what a terminal or a
            scheduler may have sent to everybody already, and the second would find the program tidying up.
    """

    def terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
        if once:
            _ignore_both()
        raise TerminatedError

    def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
        _ignore_both()
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, terminate), signal.getsignal(signal.SIGINT)
    if once:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), previous, strict=True):
            signal.signal(number, handler)


def _ignore_both() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
