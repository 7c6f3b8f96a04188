"""Trials on Ray that train no third epoch before the driver has dealt with the second.

A driver that is slow would otherwise hear of an epoch when the trial has ended, and take the node from
under another one.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from bench.execution import worker
from bench.execution.local import LocalEngine
from bench.execution.on_ray import task

EPOCH = 2


def run(job, mailbox):
    """A task of the Ray engine, with a worker that waits."""
    engine = task._Kept.engine
    if engine is None or engine._worker._serve is not serve:
        task.release()
        task._Kept.engine = LocalEngine(None, serve)
        task._Kept.setting = None, os.environ.get("CUDA_VISIBLE_DEVICES")
    return task.run_trial(job, mailbox)


def go_on(run_folder, trial):
    """Let a trial train its third epoch."""
    _mark(run_folder, trial).touch()


def serve(connection):
    """Answer as any worker, and wait where an epoch is told."""
    execute, send = worker.ANSWERS["execute"], worker.send

    def execute_in_step(connection, request):
        folder = Path(request["folder"])

        def send_and_wait(connection, message):
            send(connection, message)
            if message["kind"] == "epoch" and message["epoch"] == EPOCH:
                while not _mark(folder.parents[1], folder.name).exists():
                    time.sleep(0.01)

        worker.send = send_and_wait
        execute(connection, request)

    worker.ANSWERS["execute"] = execute_in_step
    worker.serve(connection)


def _mark(run_folder, trial):
    return run_folder / f"{trial}.heard"
