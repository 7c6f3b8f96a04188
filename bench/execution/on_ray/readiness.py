"""What a node must have before it runs trials: this program, the run directory, the data."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from bench import __version__
from bench.errors import ENVIRONMENT, BenchError
from bench.execution.messages import Message
from bench.execution.on_ray.task import deliver, enter, kept
from bench.spec import Dataset


def make_ready(job: Message, mailbox: Any) -> Message:
    """Look whether this node can run trials, and decode the dataset into its cache.

    Returns:
        A message of kind "ready", or "error" with its `reason` and `exit_code`.
    """
    host = platform.node()
    if job["version"] != __version__:
        problem = f"node {host} has archbench {__version__}, the driver {job['version']}; install the same"
        return _error(ENVIRONMENT, problem)
    if job["mark"] is not None and not Path(job["mark"]).is_file():
        problem = (
            f"node {host} does not see the run directory {Path(job['mark']).parent}; put it on a file system "
            "that all nodes share (--runs-dir), or let trials travel over execution.ray.storage"
        )
        return _error(ENVIRONMENT, problem)
    enter(job["cwd"])
    letter: object = None

    def tell(event: Message) -> None:
        nonlocal letter
        if event["kind"] == "data":
            event = {**event, "what": f"{event['what']} on {host}"}
        letter = mailbox.tell.remote("", event)

    try:
        kept(job["data_root"]).prepare_data(Dataset.model_validate(job["dataset"]), tell)
    except BenchError as error:
        return _error(error.exit_code, f"node {host}: {error}")
    finally:
        if letter is not None:
            deliver(letter)
    return {"kind": "ready"}


def _error(exit_code: int, reason: str) -> Message:
    return {"kind": "error", "exit_code": exit_code, "reason": reason}
