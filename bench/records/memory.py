"""How much memory a network takes, and the largest batch that fits."""

from __future__ import annotations

from typing import Literal

from bench.records.numbers import Count, Positive
from bench.spec import Model


class MemoryParts(Model):
    """Bytes that are known exactly, because tensors say how large they are."""

    params: Count
    """Parameters, trainable and frozen; a shared one once."""
    buffers: Count
    """For example running statistics."""
    gradients: Count
    """One for each trainable parameter; 0 in inference."""
    optimizer: Count
    """State of the optimiser, for example the two moments of Adam; 0 in inference."""
    inputs: Count
    """The batch."""


class MemoryFacts(Model):
    """Peak memory of one mode, measured in a process of its own that holds the network and one batch.

    Data sets and the libraries themselves are not in it.
    """

    mode: Literal["train", "inference"]
    batch_size: Positive
    peak_bytes: Count | None
    """Most bytes in use at a time. CUDA: tensors, as the caching allocator counts them. CPU: growth of the
    resident set, with an allocator that returns every large block at once; what the libraries keep for
    themselves makes it uncertain by about a MiB. None where it failed."""
    reserved_bytes: Count | None = None
    """Most bytes that CUDA's caching allocator held, fragments included."""
    parts: MemoryParts | None = None
    """Of the peak. The rest is activations and workspace of the libraries."""
    method: Literal["resident set", "device allocator"] | None = None
    compiled: bool = False
    """Whether the network was compiled. Never on a CPU, where the compiler would count as well."""
    reason: str | None = None
    """Why there is no peak."""


class BatchTry(Model):
    """One process of the search."""

    batch_size: Positive
    fits: bool
    peak_bytes: Count | None
    """As in `MemoryFacts`, but on a CPU with the allocator of the worker; None where it did not fit."""
    verification: bool = False
    """Whether this is the last one, which tries the answer once more."""


class LargestBatchFacts(Model):
    """The largest batch size that fits, found by doubling and bisection, and verified in a fresh process.

    It is a measurement of its own: training always uses the batch size of the recipe.
    """

    mode: Literal["train", "inference"]
    batch_size: Count | None
    """The largest that was seen to fit, twice; 0 where not even one image does, None where it failed."""
    smallest_unfit: Count | None = None
    """The smallest that was seen not to fit; None where the search ended at its limit."""
    budget_bytes: Count | None = None
    """Bytes that a try was allowed to take beside the libraries."""
    tries: tuple[BatchTry, ...] = ()
    """In order."""
    reason: str | None = None
    """Why there is no answer."""
