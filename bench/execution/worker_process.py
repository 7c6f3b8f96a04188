"""The worker as the driver sees it: started when needed, stopped in time, and asked how it ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType

from bench.execution import worker

GRACE_SECONDS = 5.0
"""How long a worker that was asked to end may take before it is killed."""

SECONDS_TO_SAY_WHERE = 10.0
"""How long one that hangs may take to write down where; it ends when it has, which takes milliseconds."""


Serve = Callable[[Connection], None]


class WorkerProcess:
    """At most one living worker."""

    def __init__(self, serve: Serve = worker.serve) -> None:
        """Start nothing yet; `serve` answers requests, in the worker."""
        self._serve = serve
        self.process: BaseProcess | None = None
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """The pipe to a living worker; `spawn`, because a forked torch or CUDA does not survive."""
        if self.process is not None and self.process.is_alive() and self._connection is not None:
            return self._connection
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.process = context.Process(target=self._serve, args=(theirs,), daemon=True)
        with _without_main():
            self.process.start()
        theirs.close()
        self._connection = ours
        return ours

    def how_it_ended(self) -> str:
        """Why a worker is gone that nobody asked to end."""
        process = self.process
        if process is None:
            return "the worker is gone"
        process.join(GRACE_SECONDS)
        code = process.exitcode
        self.stop(kill=True)
        if code is not None and code < 0:
            name = _signal_name(-code)
            hint = "; perhaps the machine ran out of memory" if name == "SIGKILL" else ""
            return f"the worker was killed by {name}{hint}"
        return f"the worker ended with exit code {code}"

    def say_where(self) -> None:
        """Have a worker that hangs write a traceback to the log of its trial, and end."""
        if worker.SAY_WHERE is not None and self.process is not None and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, worker.SAY_WHERE)
            self.process.join(SECONDS_TO_SAY_WHERE)

    def stop(self, *, kill: bool = False) -> None:
        """End the worker, if there is one: it sees its pipe closed, and is killed if that is too little."""
        if self._connection is not None:
            self._connection.close()
        if self.process is not None:
            if kill:
                self.process.kill()
            self.process.join(GRACE_SECONDS)
            if self.process.is_alive():
                self.process.kill()
                self.process.join()
        self._connection = self.process = None


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module, which a spawned process would otherwise run once more before it begins.

    The worker needs nothing of it, and a script that calls `bench.run` without a guard would start itself
    again and again.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
