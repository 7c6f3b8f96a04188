"""The local engine: one worker process, kept warm between trials and replaced when it dies."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from typing_extensions import Self

from bench import errors
from bench.execution import worker
from bench.execution.messages import Message, PeerGoneError, receive, send
from bench.plan import Trial
from bench.records import TrialRecord
from bench.spec import Dataset

OnEvent = Callable[[Message], None]

GRACE_SECONDS = 5.0
"""How long a worker that was asked to end may take before it is killed."""

LOG_TAIL = 10
"""Lines of the worker's log that join the reason of a trial whose worker died."""


class TrialFailedError(Exception):
    """The trial has no record; the message says why."""


class LocalEngine:
    """Runs trials one after the other in a worker process of this machine."""

    def __init__(self, data_root: Path | None) -> None:
        self._data_root = None if data_root is None else str(data_root)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def prepare(self, dataset: Dataset, on_event: OnEvent) -> None:
        """Make sure that the dataset is there and decoded.

        Raises:
            DataError: It is not.
        """
        request = {
            "kind": "prepare",
            "dataset": dataset.model_dump(mode="json"),
            "data_root": self._data_root,
        }
        try:
            self._ask(request, "prepared", on_event, time_limit=None)
        except TrialFailedError as error:
            raise errors.DataError(f"dataset {dataset.name!r} could not be prepared: {error}") from error

    def execute(self, trial: Trial, folder: Path, on_event: OnEvent) -> TrialRecord:
        """Run one trial in the worker.

        Raises:
            TrialFailedError: It raised, its worker died, or it ran out of time.
        """
        request = {
            "kind": "execute",
            "trial": trial.model_dump(mode="json"),
            "folder": str(folder),
            "data_root": self._data_root,
        }
        log = folder / worker.LOG_FILE
        answer = self._ask(request, "record", on_event, trial.execution.time_limit, log)
        return TrialRecord.model_validate(answer["record"])

    def _ask(
        self,
        request: Message,
        wanted: str,
        on_event: OnEvent,
        time_limit: float | None,
        log: Path | None = None,
    ) -> Message:
        """Send a request and pass events on until the wanted answer comes."""
        connection = self._start()
        deadline = None if time_limit is None else time.monotonic() + time_limit
        try:
            send(connection, request)
            while True:
                if deadline is not None and not connection.poll(max(0, deadline - time.monotonic())):
                    self._stop(kill=True)
                    raise TrialFailedError(f"stopped after its time limit of {time_limit:g} s")
                message = receive(connection)
                if message["kind"] == wanted:
                    return message
                if message["kind"] == "failed":
                    raise TrialFailedError(message["reason"])
                if message["kind"] == "error":
                    raise _as_error(message)
                on_event(message)
        except PeerGoneError as error:
            raise TrialFailedError(self._how_it_died() + _tail(log)) from error

    def _start(self) -> Connection:
        """The pipe to a living worker; `spawn`, because a forked torch or CUDA does not survive."""
        if self._process is not None and self._process.is_alive() and self._connection is not None:
            return self._connection
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=worker.serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours

    def _how_it_died(self) -> str:
        process = self._process
        if process is None:
            return "the worker is gone"
        process.join(GRACE_SECONDS)
        code = process.exitcode
        self._stop(kill=True)
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            hint = "; perhaps the machine ran out of memory" if name == "SIGKILL" else ""
            return f"the worker was killed by {name}{hint}"
        return f"the worker ended with exit code {code}"

    def _stop(self, *, kill: bool = False) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            if kill:
                self._process.kill()
            self._process.join(GRACE_SECONDS)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
        self._connection = self._process = None


def _as_error(message: Message) -> errors.BenchError:
    kinds = {errors.WRONG_SUITE: errors.SuiteError, errors.ENVIRONMENT: errors.DataError}
    return kinds.get(message["exit_code"], errors.BenchError)(message["reason"])


def _tail(log: Path | None) -> str:
    if log is None or not log.is_file():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL:]
    return "".join(f"\n  {line}" for line in lines)
