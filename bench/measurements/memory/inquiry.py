"""Ask a fresh process how much memory a network takes; nothing that happens to it can harm the worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import torch

from bench.measurements.subject import Subject
from bench.measurements.timing.steps import Mode

COMMAND = (sys.executable, "-m", "bench.measurements.memory.server")


class Question(NamedTuple):
    """What one process is asked to do."""

    mode: Mode
    batch_size: int
    allocator: Literal["returning", "keeping"]
    """On a CPU: "returning" for the peak of what is in use, "keeping" as in the worker that trains."""
    budget: int | None = None
    """Bytes that may be taken beside the libraries; None for no limit."""


class Answer(NamedTuple):
    """What became of it: either `peak_bytes`, or `exhausted`, or `reason`."""

    peak_bytes: int | None = None
    reserved_bytes: int | None = None
    parts: dict[str, int] | None = None
    """Fields of `bench.records.MemoryParts`."""
    exhausted: bool = False
    """Whether memory ran out, or the system killed the process."""
    reason: str | None = None
    """Why there is neither."""


def ask(subject: Subject, question: Question) -> Answer:
    """Build the subject's network in a fresh process, let it do a few steps, and hear what they took."""
    compiled = is_compiled(subject)
    content = {
        **question._asdict(),
        "trial": subject.trial.model_dump(mode="json"),
        "shape": subject.workload.shape,
        "classes": subject.workload.classes,
        "compiled": compiled,
        "channels_last": subject.device.memory_format == torch.channels_last,
    }
    return _server().ask(content)


def is_compiled(subject: Subject) -> bool:
    """Whether the network is compiled for measuring memory: as it is trained, but never on a CPU.

    There the compiler's own memory would be counted, too.
    """
    trained_compiled = subject.training.step_model is not subject.training.model
    return trained_compiled and subject.device.handle.type == "cuda"


@lru_cache(maxsize=1)
def _server() -> _Server:
    """The server of this worker: importing torch takes seconds, and once is enough."""
    return _Server()


class _Server:
    """Keeps a server process, and starts another when it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def ask(self, content: dict[str, Any]) -> Answer:
        """Put one question."""
        try:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(content) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError as error:
            return Answer(reason=f"no process to measure in: {error}")
        return _parse(line)

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            # A suite may name networks by module:function, found where this process finds them.
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
            )
        return self._process


def _parse(line: str) -> Answer:
    if not line:
        return Answer(reason="the process that measures ended early; see log.txt")
    content = json.loads(line)
    killed = content.get("killed")
    if killed == "SIGKILL":
        return Answer(exhausted=True)
    if killed or "failed" in content:
        return Answer(reason=content.get("failed") or f"the process that measures was ended by {killed}")
    return Answer(**content)
