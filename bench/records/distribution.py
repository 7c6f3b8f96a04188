"""How several processes trained one network, and what that gained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bench.records.numbers import Count, Positive
from bench.records.speed import ThroughputFacts
from bench.spec import Model


class ScalingFacts(Model):
    """Training steps of all processes together and of one alone, measured in turns."""

    together: ThroughputFacts
    """All processes at the global batch; images per second are those of all of them."""
    one_at_share: ThroughputFacts
    """The first process by itself at its own share of the batch, the others idle: what no communication
    costs."""
    one_at_batch: ThroughputFacts | None = None
    """The first process by itself at the whole batch; None where that does not fit."""


class DistributionFacts(Model):
    """Data-parallel training; a record without it is that of one process."""

    world_size: Positive
    """Processes that trained together, at the end."""
    nodes: Positive
    """Machines they ran on."""
    backend: Literal["gloo", "nccl"]
    """Who carries gradients from one to another."""
    global_batch_size: Positive
    """Images of a step, those of all processes together: `recipe.batch_size`."""
    device_batch_sizes: Annotated[tuple[Positive, ...], Field(min_length=1)]
    """Images of a step on each device, by rank."""
    batch_norm: Literal["none", "synchronised", "per_process"]
    """What batch norm takes its statistics over: the global batch, or each process its own share, with the
    running statistics of the first. "none": the network has none."""
    restarts: Count = 0
    """How often torchrun had started all processes anew."""
    epochs_by_world_size: dict[Positive, Count] = {}
    """Epochs by the number of processes that trained them; more than one entry where that changed."""
    scaling: ScalingFacts | None = None
    """Measured with throughput, in the trial of an architecture's first seed."""
