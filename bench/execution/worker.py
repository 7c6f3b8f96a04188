"""The worker process: takes requests from the driver, does them, and sends back progress and answers."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from bench import environment
from bench.errors import BenchError, WriteError
from bench.execution.allotment import Allotment
from bench.execution.messages import Message, PeerGoneError, receive, send
from bench.execution.team.lost import lost_peer
from bench.execution.team.seat import Seat
from bench.execution.telling import tell
from bench.measurements.failure import reason
from bench.measurements.memory.allocator import keep_freed_memory
from bench.orphans import end_with_parent
from bench.plan import Trial
from bench.records import Decisions
from bench.spec import Architecture, Dataset, Execution, Freeze
from bench.store import LOG_FILE, TrialStore
from bench.store.atomic import make_folder, writing

SAY_WHERE = getattr(signal, "SIGUSR1", None)
"""Lets every thread write down where it is, and ends the worker; a hanging network cannot prevent it. Not on
Windows."""


def serve(connection: Connection) -> None:
    """Answer requests until the driver closes the pipe."""
    end_with_parent()
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the driver decides
    tell(connection)
    environment.describe()  # now: code and libraries may be replaced while the first trial goes on
    try:
        while True:
            try:
                request = receive(connection)
            except PeerGoneError:
                return  # nothing left to do: end as any program does, and let libraries tidy up
            _answer(connection, request)
    except PeerGoneError:
        # The driver is gone, so nobody waits for what is being computed. Checkpoints are on disk.
        os._exit(1)


def _answer(connection: Connection, request: Message) -> None:
    try:
        ANSWERS[request["kind"]](connection, request)
    except PeerGoneError:
        raise
    except BenchError as error:
        # A missing device or missing data stop a run before its first trial; later, only the trial itself is
        # affected. Where nothing can be written any more, all the others would be trained in vain.
        stops_run = request["kind"] in ("find_device", "prepare") or isinstance(error, WriteError)
        kind = "error" if stops_run else "failed"
        send(connection, {"kind": kind, "exit_code": error.exit_code, "reason": str(error)})
    except Exception as error:  # noqa: BLE001 - a trial may fail in any way; the driver records the reason
        if request["kind"] != "rehearse":  # which has no log
            traceback.print_exc()
        lost = "seat" in request and lost_peer(error)
        send(
            connection,
            {"kind": "failed", "reason": reason(error), "lost_peer": lost, "lost_device": _lost_device()},
        )


def _publish(connection: Connection, request: Message) -> None:
    """Let the other processes of torchrun know where to find the driver of this one."""
    from bench.execution.team.meeting import publish  # noqa: PLC0415 - torch is imported in the worker only

    publish(request["invitation"])
    send(connection, {"kind": "published"})


def _look_up(connection: Connection, _: Message) -> None:
    """Wait until the first process of torchrun says where to find its driver."""
    from bench.execution.team.meeting import look_up  # noqa: PLC0415 - torch is imported in the worker only

    send(connection, {"kind": "found", "invitation": look_up()})


def _check(connection: Connection, request: Message) -> None:
    """Build and count a network without weights; here, since it may crash the process."""
    from bench.execution.buildable import problem  # noqa: PLC0415 - torch is imported in the worker only
    from bench.measurements.construction import Geometry  # noqa: PLC0415

    architecture = Architecture.model_validate(request["architecture"])
    freeze = [Freeze.model_validate(one) for one in request["freeze"]]
    found = problem(architecture.name, architecture.args, Geometry(*request["geometry"]), freeze)
    send(connection, {"kind": "checked", "problem": found})


def _rehearse(connection: Connection, request: Message) -> None:
    """Time a few steps of a network; here, since it may crash the process."""
    from bench.execution.rehearse import rehearse  # noqa: PLC0415 - torch is imported in the worker only
    from bench.measurements.memory.exhaustion import explained  # noqa: PLC0415

    trials = [(Trial.model_validate(trial), Path(folder)) for trial, folder in request["trials"]]
    with explained(trials[0][0]):
        found = rehearse(
            trials, _path(request["data_root"]), seconds=request["seconds"], fresh=request["fresh"]
        )
    send(connection, {"kind": "rehearsed", "rehearsal": found.model_dump(mode="json")})


def _find_device(connection: Connection, request: Message) -> None:
    """Before the first trial, so that a suite for another machine fails once and not once a trial."""
    from bench.measurements.device import Device  # noqa: PLC0415 - torch is imported in the worker only

    found = Device.chosen(Execution.model_validate(request["execution"])).choices(Decisions())
    where = found.model_dump(mode="json", include={"device", "device_name", "precision"})
    send(connection, {"kind": "there", **where})


def _prepare(connection: Connection, request: Message) -> None:
    """Decode the dataset into the cache before the first trial, so that a problem with it stops the run."""
    from bench.data.loading import (  # noqa: PLC0415 - the driver does not need it
        load,
        refuse_empty_validation,
        refuse_single_class,
    )

    def progress(what: str, done: int, total: int) -> None:
        send(connection, {"kind": "data", "what": what, "done": done, "total": total})

    dataset = Dataset.model_validate(request["dataset"])
    arrays = load(dataset, data_root=_path(request["data_root"]), progress=progress)
    refuse_single_class(arrays, dataset)
    refuse_empty_validation(arrays.train, dataset)
    send(connection, {"kind": "prepared"})


def _execute(connection: Connection, request: Message) -> None:
    from bench.execution.assist import assist  # noqa: PLC0415 - torch is imported in the worker only
    from bench.execution.execute import execute  # noqa: PLC0415 - torch is imported in the worker only
    from bench.measurements.memory.exhaustion import explained  # noqa: PLC0415

    trial = Trial.model_validate(request["trial"])
    store = TrialStore(Path(request["folder"]))
    seat = Seat.model_validate(request["seat"]) if "seat" in request else None
    helping = seat is not None and seat.rank > 0
    _log_to(_log_of_rank(store.folder, seat.rank) if seat and helping else store.folder / LOG_FILE)
    faulthandler.enable()  # what crashes the interpreter leaves a traceback in the log
    if SAY_WHERE is not None:
        faulthandler.register(SAY_WHERE, chain=True)  # so that its end says that all is written
    data_root = _path(request["data_root"])
    with explained(trial):
        if seat and helping:
            assist(trial, seat, data_root=data_root)
            send(connection, {"kind": "assisted"})
            return
        record = execute(
            trial,
            store,
            data_root=data_root,
            report=lambda event: send(connection, event),
            seat=seat,
            allotment=Allotment(**request["allotment"]),
        )
    answer = {"kind": "record", "record": record.model_dump(mode="json")}
    send(connection, {**answer, "lost_device": _lost_device()})


def _lost_device() -> bool:
    """Whether this process is of no use any more for trials on its device; the driver then ends it."""
    if "torch" not in sys.modules:
        return False
    from bench.measurements.lost_device import device_is_lost  # noqa: PLC0415 - as above

    return device_is_lost()


def _log_of_rank(folder: Path, rank: int) -> Path:
    """Beside the log of the first process, where this one sees its files."""
    return folder / f"log-rank{rank}.txt" if folder.is_dir() else Path(os.devnull)


def _log_to(path: Path) -> None:
    """Send everything printed from here on, by libraries in C as well, to the trial's log.

    Raises:
        WriteError: The log cannot be opened.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with writing(path):
        make_folder(path.parent)
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


ANSWERS = {
    "publish": _publish, "look_up": _look_up, "check": _check, "rehearse": _rehearse,
    "find_device": _find_device, "prepare": _prepare, "execute": _execute,
}  # fmt: skip
"""What a driver may ask for."""
