"""Under which circumstances a training step was profiled."""

from __future__ import annotations

from typing import Literal

from bench.records.numbers import Amount, Count, Positive, Rate
from bench.spec import Model


class ProfileFacts(Model):
    """What the tables of a profile are about, and what the profiler did to it."""

    batch_size: Positive
    """Images in a step."""
    steps: Count
    """Profiled steps; times of phases are medians over them, those of layers the least."""
    clock: Literal["host", "device"]
    """Whether times are those of the host or of the accelerator's kernels."""
    step_milliseconds: Amount
    """A step under the profiler, from its batch being made to the device having finished."""
    unprofiled_milliseconds: Rate
    """The same without it, just before: what is more is the profiler's own."""
    layers_milliseconds: Amount
    """A step of the separate session in which layers were timed; far above the others, layer times are not
    to be trusted."""
    layers_compiled_away: bool = False
    """Whether layers were timed on the uncompiled network, since training ran a compiled one."""
