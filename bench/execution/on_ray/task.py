"""What runs on a node: one trial, in a worker process of its own, as on one machine."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.data import places
from bench.errors import BenchError, StoreError
from bench.execution.allotment import Allotment
from bench.execution.local import LocalEngine, TrialFailedError
from bench.execution.messages import Message
from bench.execution.on_ray.attempt import Attempt
from bench.execution.on_ray.storage import Storage
from bench.plan import Trial
from bench.store import beside

SECONDS_BETWEEN_STEPS = 2.0
"""News of single steps are sent over the network, and shown in one line of many."""

Tell = Callable[[Message], object]

Task = Callable[[Message, Any], Message]
"""Takes a job and the mailbox; returns a message of kind "record", "failed" or "error"."""


class NodeFaultError(Exception):
    """This node cannot run the trial, and another one, or this one later, perhaps can: Ray tries again."""


class _Kept:
    """The worker process that this process of Ray keeps warm between trials."""

    engine: LocalEngine | None = None
    setting: tuple[str | None, str | None] | None = None
    """The folder of data, and the GPUs that its worker sees."""


def run_trial(job: Message, mailbox: Any) -> Message:
    """Run a trial from its newest checkpoint on, and return its record, or why there is none.

    Args:
        job: Made by `RayEngine`.
        mailbox: The actor that takes events; each is delivered before this returns.

    Raises:
        NodeFaultError: The fault is the node's.
    """
    trial, folder = Trial.model_validate(job["trial"]), Path(job["folder"])
    storage = None if job["storage"] is None else Storage(job["storage"], Path(job["run_folder"]).name)
    home = folder
    if storage is not None:
        folder = places.cache_dir() / "ray" / Path(job["run_folder"]).name / folder.name
    elif not Path(job["run_folder"]).is_dir():
        raise NodeFaultError(f"{platform.node()} does not see {job['run_folder']}")
    enter(job["cwd"])

    def tell(message: Message) -> object:
        return mailbox.tell.remote(home.name, message)

    with ExitStack() as leaving:
        if storage is not None:
            leaving.callback(shutil.rmtree, folder, ignore_errors=True)
            _fetch(storage, folder, trial)
        attempt = leaving.enter_context(Attempt(folder))
        tell({"kind": "began", "node": node_id()})
        news = _News(tell, attempt, storage, folder)
        try:
            engine = kept(job["data_root"])
            engine.allotment = Allotment(**job["allotment"])
            record = engine.execute(trial, folder, news)
            answer: Message = {"kind": "record", "record": record.model_dump(mode="json")}
        except TrialFailedError as error:
            answer = {"kind": "failed", "reason": str(error)}
        except BenchError as error:
            answer = {"kind": "error", "exit_code": error.exit_code, "reason": str(error)}
        except BaseException:
            release()  # it would go on with what this attempt has given up
            raise
        if job["gpus"]:
            release()  # an idle worker keeps memory of the GPU, which Ray may give to another process
        if storage is not None:
            _send(storage, folder)
    deliver(tell({"kind": "left"}))
    return answer


class _News:
    """Passes a trial's events on; between epochs, makes sure that another node could go on from here."""

    def __init__(self, tell: Tell, attempt: Attempt, storage: Storage | None, folder: Path) -> None:
        self._tell, self._attempt, self._storage, self._folder = tell, attempt, storage, folder
        self._told = 0.0

    def __call__(self, event: Message) -> None:
        if event["kind"] == "step":
            if time.monotonic() - self._told < SECONDS_BETWEEN_STEPS:
                return
            self._told = time.monotonic()
        if event["kind"] == "epoch":
            self._attempt.check()
            if self._storage is not None:
                _safely(self._storage.send_checkpoint, self._folder)
        self._tell(event)


def kept(data_root: str | None) -> LocalEngine:
    """The engine of this process, whose worker is kept warm as long as Ray lets it see the same GPUs."""
    setting = data_root, os.environ.get("CUDA_VISIBLE_DEVICES")
    if _Kept.engine is None or _Kept.setting != setting:
        release()
        _Kept.engine = LocalEngine(None if data_root is None else Path(data_root))
        _Kept.setting = setting
    return _Kept.engine


def release() -> None:
    """End the worker; what it was doing stays at its last checkpoint."""
    if _Kept.engine is not None:
        _Kept.engine.kill()
        _Kept.engine = None


def enter(cwd: str) -> None:
    """Work where the driver does, so that relative paths and a user's own modules are found; if it exists."""
    if Path(cwd).is_dir():
        os.chdir(cwd)


def node_id() -> str:
    """Ray's name for the node that this runs on."""
    import ray  # noqa: PLC0415 - an optional dependency

    return str(ray.get_runtime_context().get_node_id())


def deliver(letter: Any) -> None:
    """Wait until the mailbox has everything that was sent so far; it takes letters in order."""
    import ray  # noqa: PLC0415 - an optional dependency

    ray.get(letter)


def _fetch(storage: Storage, folder: Path, trial: Trial) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of an attempt that was killed
    folder.mkdir(parents=True)
    _safely(storage.fetch, folder)
    if trial.origin is not None:
        _safely(storage.fetch, beside(folder, trial.origin))


def _send(storage: Storage, folder: Path) -> None:
    _safely(storage.send, folder)


def _safely(transfer: Callable[[Path], None], folder: Path) -> None:
    try:
        transfer(folder)
    except StoreError as error:
        raise NodeFaultError(str(error)) from error
