"""Run a measurement in an interpreter of its own, so that allocators, threads and caches do not mix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from other_load import OtherLoad

HERE = Path(__file__).resolve().parent
OTHERS = "cores taken by others"
"""What every measurement says beside its own figures."""
LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""What would give one measurement fewer threads than another."""


def measure(module: str, task: dict[str, Any], *, threads: int) -> dict[str, Any]:
    """Run `python -m module`, which answers a task through `answer`; its own output is dropped.

    Raises:
        RuntimeError: The process failed; with the end of what it said.
    """
    environment = {key: value for key, value in os.environ.items() if key not in LIMITS}
    environment["OMP_NUM_THREADS"] = str(threads)
    paths = [str(HERE), str(HERE.parent / "support"), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", module, json.dumps(task), str(result)]
        others = OtherLoad()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode or not result.exists():
            raise RuntimeError(f"{module} failed on {task}: {done.stderr[-2000:]}")
        return {**json.loads(result.read_text()), OTHERS: others.cores()}


def answer(measurement: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The other side of `measure`: carry the task of the command line out, and write what came out."""
    task, result = sys.argv[1:]
    Path(result).write_text(json.dumps(measurement(json.loads(task))))
