"""What Ray reserves for a trial, from the suite and from the nodes there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.errors import SuiteError
from bench.execution.allotment import Allotment
from bench.plan import Trial


@dataclass(frozen=True)
class Node:
    """What one node of a cluster offers."""

    cpus: float
    gpus: float = 0.0
    memory: float = math.inf
    """Bytes."""


@dataclass(frozen=True)
class Demand:
    """What one trial takes of a node."""

    cpus: float
    gpus: float
    memory: int
    """Bytes; 0: not reserved."""
    allotment: Allotment

    def options(self) -> dict[str, Any]:
        """As Ray's `options` take it."""
        return {"num_cpus": self.cpus, "num_gpus": self.gpus, "memory": self.memory or None}

    def fits(self, node: Node) -> bool:
        """Whether a node that does nothing else could run the trial."""
        return self.cpus <= node.cpus and self.gpus <= node.gpus and self.memory <= node.memory

    def __str__(self) -> str:
        memory = f", {self.memory:,} bytes of memory" if self.memory else ""
        return f"{self.cpus:g} CPUs, {self.gpus:g} GPUs{memory}"


def demand(trial: Trial, nodes: Sequence[Node]) -> Demand:
    """What a trial takes; whatever times something has its device for itself.

    Args:
        trial: Its execution says what is wanted.
        nodes: Those of the cluster now; defaults follow them.

    Raises:
        SuiteError: The suite asks for what contradicts itself.
    """
    wanted = trial.execution.resources
    gpus = _gpus(trial, nodes)
    working = [node for node in nodes if node.cpus > 0] or [Node(cpus=1)]  # a head node may offer none
    if gpus:
        able = [node for node in working if node.gpus >= gpus] or [node for node in working if node.gpus]
        usual = min((node.cpus * min(1, gpus / node.gpus) for node in able), default=1.0)
    else:
        usual = min(node.cpus for node in working)
    cpus = wanted.cpus or trial.execution.threads or max(1, math.floor(usual))
    threads = max(1, math.floor(cpus))
    if trial.throughput is not None or trial.profile:
        if gpus:
            gpus = math.ceil(gpus)
        else:
            cpus = max(cpus, *(node.cpus for node in working))
    exclusive = gpus >= 1 if gpus else cpus >= max(node.cpus for node in working)
    return Demand(cpus, gpus, wanted.memory or 0, Allotment(threads, exclusive))


def _gpus(trial: Trial, nodes: Sequence[Node]) -> float:
    device, wanted = trial.execution.device, trial.execution.resources.gpus
    if ":" in device:
        raise SuiteError(
            f'execution.device: {device!r} names one GPU of one machine; with engine "ray" say '
            f"{device.partition(':')[0]!r}, and Ray gives each trial its own"
        )
    on_gpu = device == "cuda" or (device == "auto" and any(node.gpus for node in nodes))
    if device == "cuda" and wanted == 0:
        raise SuiteError('execution.resources.gpus: 0, but execution.device is "cuda"; leave one of them out')
    if not on_gpu and device != "auto":
        return 0.0
    return (1.0 if on_gpu else 0.0) if wanted is None else wanted
