"""Exact counts of a network without weights or arithmetic: params, MACs, activations, per layer."""

from bench.measurements.counting.counter import count, count_built
from bench.measurements.counting.layers import Count, CountingError, LayerCount

__all__ = ["Count", "CountingError", "LayerCount", "count", "count_built"]
