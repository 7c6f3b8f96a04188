"""The local engine: one worker process, kept warm between trials and replaced when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path

from typing_extensions import Self

from bench import errors
from bench.execution import worker
from bench.execution.allotment import WHOLE_MACHINE
from bench.execution.messages import Message, PeerGoneError, receive, send
from bench.execution.rehearsal import Rehearsal
from bench.execution.where import Where
from bench.execution.worker_process import Serve, WorkerProcess
from bench.plan import Trial
from bench.records import TrialRecord
from bench.spec import Architecture, Dataset, Execution, Freeze

OnEvent = Callable[[Message], None]


class TrialFailedError(Exception):
    """The trial has no record; the message says why."""


class PeerLostError(TrialFailedError):
    """It failed because another process, with which it trains together, has failed or gone."""


class LocalEngine:
    """Runs trials one after the other in a worker process of this machine."""

    def __init__(self, data_root: Path | None, serve: Serve = worker.serve) -> None:
        self._data_root = None if data_root is None else str(data_root)
        self._worker = WorkerProcess(serve)
        self.allotment = WHOLE_MACHINE
        """What a trial may use of this machine, from the next one on."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker; it is started again when it is needed again."""
        self._worker.stop()

    def kill(self) -> None:
        """End the worker in the middle of what it does."""
        self._worker.stop(kill=True)

    def prepare(self, trial: Trial, on_event: OnEvent) -> None:
        """Make sure that the device and the data of trials like this one are there.

        Raises:
            SuiteError: This machine has no such device.
            DataError: The dataset is missing or broken.
        """
        self._find_device(trial.execution, on_event)
        self.prepare_data(trial.dataset, on_event)

    def where(self, execution: Execution) -> Where:
        """What device a trial would have now, and in which arithmetic.

        Raises:
            SuiteError: This machine has no such device.
        """
        try:
            found = self._find_device(execution, lambda _: None)
        except TrialFailedError as error:
            raise errors.SuiteError(f"execution.device: {error}") from error
        return Where(found["device"], found["device_name"], found["precision"])

    def _find_device(self, execution: Execution, on_event: OnEvent) -> Message:
        request = {"kind": "find_device", "execution": execution.model_dump(mode="json")}
        return self._ask(request, "there", on_event, time_limit=None)

    def prepare_data(self, dataset: Dataset, on_event: OnEvent) -> None:
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

    def check(
        self,
        architecture: Architecture,
        geometry: tuple[int, int, int],
        on_event: OnEvent,
        time_limit: float | None,
        freeze: Sequence[Freeze] = (),
    ) -> str | None:
        """What is wrong with a network, without training it; None when nothing is.

        Args:
            architecture: As the suite names it.
            geometry: Channels, side of the square input in pixels, classes.
            on_event: Takes messages for the user.
            time_limit: Seconds; None for no limit.
            freeze: What its recipe freezes.

        Raises:
            TrialFailedError: It could not be found out, since the network crashed the worker or hangs.
        """
        request = {
            "kind": "check",
            "architecture": architecture.model_dump(mode="json"),
            "geometry": geometry,
            "freeze": [one.model_dump() for one in freeze],
        }
        problem: str | None = self._ask(request, "checked", on_event, time_limit)["problem"]
        return problem

    def rehearse(
        self,
        trials: Sequence[tuple[Trial, Path]],
        on_event: OnEvent,
        *,
        seconds: float,
        time_limit: float,
        fresh: bool = False,
    ) -> Rehearsal:
        """Time a few steps of a network, on images of noise; nothing is downloaded, trained or kept.

        Args:
            trials: Trials of one architecture, with their folders.
            on_event: Takes messages for the user.
            seconds: How long the steps may take, about.
            time_limit: Seconds after which it is given up.
            fresh: Whether checkpoints in the folders are left out of account.

        Raises:
            TrialFailedError: The network cannot be built or run, or takes too long.
        """
        request = {
            "kind": "rehearse",
            "trials": [(trial.model_dump(mode="json"), str(folder)) for trial, folder in trials],
            "data_root": self._data_root,
            "seconds": seconds,
            "fresh": fresh,
        }
        answer = self._ask(request, "rehearsed", on_event, time_limit)
        return Rehearsal.model_validate(answer["rehearsal"])

    def execute(self, trial: Trial, folder: Path, on_event: OnEvent) -> TrialRecord:
        """Run one trial in the worker.

        Raises:
            TrialFailedError: It raised, its worker died, or it ran out of time.
        """
        request = self._request(trial, folder)
        answer = self._ask(request, "record", on_event, trial.execution.time_limit)
        return TrialRecord.model_validate(answer["record"])

    def _request(self, trial: Trial, folder: Path) -> Message:
        return {
            "kind": "execute",
            "trial": trial.model_dump(mode="json"),
            "folder": str(folder),
            "data_root": self._data_root,
            "allotment": asdict(self.allotment),
        }

    def _ask(self, request: Message, wanted: str, on_event: OnEvent, time_limit: float | None) -> Message:
        """Send a request and pass events on until the wanted answer comes."""
        connection = self._worker.connection()
        deadline = None if time_limit is None else time.monotonic() + time_limit
        try:
            send(connection, request)
            while True:
                if not self._await(connection, deadline):
                    self._worker.say_where()
                    self._worker.stop(kill=True)
                    raise TrialFailedError(f"stopped after its time limit of {time_limit:g} s")
                message = receive(connection)
                if message.get("lost_device"):
                    self._worker.stop(kill=True)  # every trial after this one would fail in it
                if message["kind"] == wanted:
                    return message
                if message["kind"] == "failed":
                    kind = PeerLostError if message.get("lost_peer") else TrialFailedError
                    raise kind(message["reason"])
                if message["kind"] == "error":
                    raise as_error(message)
                on_event(message)
        except PeerGoneError as error:
            raise TrialFailedError(self._worker.how_it_ended()) from error
        except KeyboardInterrupt:
            self._worker.stop()  # so that nothing changes any more when the interruption is recorded
            raise

    def _await(self, connection: Connection, deadline: float | None) -> bool:
        """Wait until the worker says something; false at the deadline."""
        return deadline is None or connection.poll(max(0, deadline - time.monotonic()))


def as_error(message: Message) -> errors.BenchError:
    """What a worker reports with an exit code, as the error that stands for it."""
    kinds = {errors.WRONG_SUITE: errors.SuiteError, errors.ENVIRONMENT: errors.DataError}
    return kinds.get(message["exit_code"], errors.BenchError)(message["reason"])
