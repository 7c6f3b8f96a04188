"""The worker process: takes trials from the driver, runs them, and sends back progress and records."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from bench.errors import BenchError
from bench.execution.messages import Message, PeerGoneError, receive, send
from bench.measurements.allocator import keep_freed_memory
from bench.plan import Trial
from bench.spec import Dataset
from bench.store import TrialStore

LOG_FILE = "log.txt"


def serve(connection: Connection) -> None:
    """Answer requests until the driver closes the pipe."""
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the driver decides
    try:
        while True:
            try:
                request = receive(connection)
            except PeerGoneError:
                return  # nothing left to do: end as any program does, and let libraries tidy up
            try:
                if request["kind"] == "prepare":
                    _prepare(connection, request)
                else:
                    _execute(connection, request)
            except BenchError as error:
                # Missing data stop a run before its first trial; later, only the trial itself is affected.
                kind = "error" if request["kind"] == "prepare" else "failed"
                send(connection, {"kind": kind, "exit_code": error.exit_code, "reason": str(error)})
            except PeerGoneError:
                raise
            except Exception as error:  # noqa: BLE001 - a trial may fail in any way; the driver records the reason
                traceback.print_exc()
                send(connection, {"kind": "failed", "reason": _reason(error)})
    except PeerGoneError:
        # The driver is gone, so nobody waits for what is being computed. Checkpoints are on disk.
        os._exit(1)


def _prepare(connection: Connection, request: Message) -> None:
    """Decode the dataset into the cache before the first trial, so that a problem with it stops the run."""
    from bench.data.loading import load  # noqa: PLC0415 - the driver does not need it

    def progress(what: str, done: int, total: int) -> None:
        send(connection, {"kind": "data", "what": what, "done": done, "total": total})

    dataset = Dataset.model_validate(request["dataset"])
    load(dataset, data_root=_path(request["data_root"]), progress=progress)
    send(connection, {"kind": "prepared"})


def _execute(connection: Connection, request: Message) -> None:
    from bench.execution.execute import execute  # noqa: PLC0415 - torch is imported in the worker only
    from bench.measurements.exhaustion import explained  # noqa: PLC0415

    trial = Trial.model_validate(request["trial"])
    store = TrialStore(Path(request["folder"]))
    _log_to(store.folder / LOG_FILE)
    with explained(trial):
        record = execute(
            trial, store, data_root=_path(request["data_root"]), report=lambda event: send(connection, event)
        )
    send(connection, {"kind": "record", "record": record.model_dump(mode="json")})


def _log_to(path: Path) -> None:
    """Send everything printed from here on, by libraries in C as well, to the trial's log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _reason(error: BaseException) -> str:
    """The error and where it was raised, in one or two lines."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = str(error).strip() or type(error).__name__
    return (
        f"{type(error).__name__}: {text[:2000]} ({Path(frame.filename).name}:{frame.lineno} in {frame.name})"
    )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
