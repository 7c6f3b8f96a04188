"""The metrics of a comparison: what they are called, in which unit, what is better, what they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.analysis.comparison.conditions import (
    EPOCH_SPEED,
    GEOMETRY,
    INFERENCE_SPEED,
    LEARNING,
    MEMORY,
    STEP,
    Matters,
)

Unit = Literal[
    "count", "fraction", "nats", "epochs", "seconds", "milliseconds", "images/s", "bytes", "FLOPs"
]  # fmt: skip
Group = Literal["counts", "accuracy", "convergence", "speed", "memory"]


@dataclass(frozen=True)
class Metric:
    """Something that two runs are compared by."""

    name: str
    """As in `--fail-on`, and as in the tables of a run where they have it."""
    title: str
    group: Group
    unit: Unit
    better: Literal["higher", "lower", ""]
    """Empty for counts: more of them is neither good nor bad."""
    matters: Matters
    """The conditions that must be equal for two values to be comparable."""
    setting: Literal["", "batch_size", "target"] = ""
    """What distinguishes several values of the metric; selected by `NAME@VALUE`."""

    @property
    def over_seeds(self) -> bool:
        """Whether each finished trial has a figure of its own; else the architecture has one."""
        return self.group in ("accuracy", "convergence") or self.name == "seconds_per_epoch"


METRICS = (
    Metric("params", "Params", "counts", "count", "", GEOMETRY),
    Metric("params_body", "Params, body", "counts", "count", "", GEOMETRY),
    Metric("macs", "MACs", "counts", "count", "", GEOMETRY),
    Metric("activations", "Activations", "counts", "count", "", GEOMETRY),
    Metric("test_accuracy", "Test accuracy, last epoch", "accuracy", "fraction", "higher", LEARNING),
    Metric("selected_test_accuracy", "Test accuracy, validation-selected", "accuracy", "fraction", "higher",
           LEARNING),
    Metric("best_test_accuracy", "Test accuracy, best epoch by test", "accuracy", "fraction", "higher",
           LEARNING),
    Metric("test_loss", "Test loss, last epoch", "accuracy", "nats", "lower", LEARNING),
    Metric("test_calibration_error", "Calibration error on test", "accuracy", "fraction", "lower", LEARNING),
    Metric("epochs_to_target", "Training epochs", "convergence", "epochs", "lower", LEARNING, "target"),
    Metric("seconds_to_target", "Training seconds", "convergence", "seconds", "lower", LEARNING | EPOCH_SPEED,
           "target"),
    Metric("flops_to_target", "Training FLOPs", "convergence", "FLOPs", "lower", LEARNING, "target"),
    Metric("seconds_per_epoch", "Training time per epoch", "speed", "seconds", "lower", EPOCH_SPEED),
    Metric("train_throughput", "Training images/s", "speed", "images/s", "higher", INFERENCE_SPEED | STEP,
           "batch_size"),
    Metric("inference_throughput", "Inference images/s", "speed", "images/s", "higher", INFERENCE_SPEED,
           "batch_size"),
    Metric("latency_p50", "Latency, p50", "speed", "milliseconds", "lower", INFERENCE_SPEED),
    Metric("latency_p95", "Latency, p95", "speed", "milliseconds", "lower", INFERENCE_SPEED),
    Metric("latency_p99", "Latency, p99", "speed", "milliseconds", "lower", INFERENCE_SPEED),
    Metric("train_peak_bytes", "Peak memory, training", "memory", "bytes", "lower", MEMORY | STEP),
    Metric("inference_peak_bytes", "Peak memory, inference", "memory", "bytes", "lower", MEMORY),
)  # fmt: skip
"""In the order in which they are shown."""

BY_NAME = {metric.name: metric for metric in METRICS}
