"""How fast a network was: throughput, latency, and the phases of a training step."""

from __future__ import annotations

from typing import Literal

from bench.records.certificate import Certificate
from bench.records.numbers import Amount, Count, Positive, Rate
from bench.spec import Model


class ThroughputFacts(Model):
    """One measured combination of batch size and mode."""

    mode: Literal["train", "inference"]
    batch_size: Positive
    images_per_second: Rate
    """Median over blocks."""
    low: float
    """Lower end of the 95 % interval for the median of the same measurement made again, divided by one plus
    the share of the cores that other processes used meanwhile, since that may double or vanish."""
    high: float
    """Upper end of it, multiplied likewise. With one visit: the order-statistics interval of the median."""
    milliseconds: Amount
    """Median time of one step or one forward pass."""
    blocks: Positive
    """Number of timed blocks, all visits together."""
    steps_per_block: Positive
    """Steps timed together between two synchronisations."""
    visits: Positive = 1
    """How often the measurement was taken up again, with the other settings in between."""
    drift: float
    """Median of the last visit (with one visit: of its last quarter) over that of the first, minus one."""
    joules_per_image: Amount | None = None
    """Energy of the whole device, idle share included; None where it does not report any."""
    energy_source: str | None = None
    """The counter that reported it."""
    load_average: Amount | None = None
    """One-minute load average before the measurement; newer records have it in the certificate."""
    certificate: Certificate | None = None
    """None in records from before there were certificates."""


class LatencyFacts(Model):
    """Inference on one image at a time, each call timed by itself; the image lies on the device already."""

    calls: Count
    """Timed calls, after warm-up."""
    p50: Amount
    """Milliseconds, the median call."""
    p95: Amount | None
    """Milliseconds; None with fewer calls than can tell."""
    p99: Amount | None
    """Milliseconds; None with fewer calls than can tell."""
    certificate: Certificate


class PhaseFacts(Model):
    """Where the time of a training step on real batches goes: medians, the device awaited in between."""

    batch_size: Positive
    steps: Count
    """Timed steps, after warm-up."""
    data_milliseconds: Amount
    """Making the batch: index, augment, resize, normalise."""
    forward_milliseconds: Amount
    """Forward pass and loss."""
    backward_milliseconds: Amount
    """Gradients."""
    optimiser_milliseconds: Amount
    """Update of the weights, and forgetting the gradients."""
    certificate: Certificate
