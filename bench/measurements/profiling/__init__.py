"""Where the time of a training step goes: traces for TensorBoard, and tables of phases, operators, layers."""

from bench.measurements.profiling.measurement import measure

__all__ = ["measure"]
