"""Exact counts of a network without weights or arithmetic: params, MACs, activations, per layer."""

from bench.measurements.counting.counter import MODEL, count, count_built
from bench.measurements.counting.layers import Count, CountingError, LayerCount
from bench.measurements.counting.lint import lint
from bench.records import Finding

__all__ = ["MODEL", "Count", "CountingError", "Finding", "LayerCount", "count", "count_built", "lint"]
