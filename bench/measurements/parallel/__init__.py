"""One training over several processes: the parts of it in which they talk to each other."""

from bench.measurements.parallel.replicas import ALONE, Replicas

__all__ = ["ALONE", "Replicas"]
