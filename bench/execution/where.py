"""What "auto" becomes on this machine, as the worker tells the driver, which does without torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bench.spec import Execution


class Where(NamedTuple):
    """A device and the arithmetic on it."""

    device: str
    """For example "cpu" or "cuda:0"."""
    device_name: str
    """The hardware's own name."""
    precision: str
    """See `bench.records.Choices`."""


DeviceOf = Callable[[Execution], Where]
"""Raises a `BenchError` where there is no such device."""
