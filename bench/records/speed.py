"""How fast a network was."""

from __future__ import annotations

from typing import Literal

from bench.spec import Model


class ThroughputFacts(Model):
    """One measured combination of batch size and mode."""

    mode: Literal["train", "inference"]
    batch_size: int
    images_per_second: float
    """Median over blocks."""
    low: float
    """Lower end of the 95 % interval of the median (order statistics)."""
    high: float
    """Upper end of it."""
    milliseconds: float
    """Median time of one step or one forward pass."""
    blocks: int
    """Number of timed blocks."""
    steps_per_block: int
    """Steps timed together between two synchronisations."""
    drift: float
    """Median of the last quarter of the blocks over that of the first, minus one."""
    load_average: float | None = None
    """One-minute load average before the measurement."""
