"""How much of the device each network uses: MFU, bandwidth, and its place under the roofline."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from bench.analysis.frames import rows, where
from bench.analysis.trials import Outcome
from bench.records import PeakFacts, StaticFacts, TrialRecord

BYTES = {"float32": 4, "tf32": 4, "bfloat16": 2}
"""Of one element, by precision."""

PASSES = {"inference": 1, "train": 3}
"""How often the traffic of the forward pass is moved: each of the two products of the backward pass reads
two and writes one of a layer's inputs, outputs and weights, or their gradients."""

COLUMNS = (
    "label", "mode", "batch_size", "precision", "flops_per_image", "images_per_second", "flops_per_second",
    "peak_flops_per_second", "mfu", "bytes_per_image", "peak_bytes_per_second", "bandwidth_share",
    "intensity", "ridge", "attainable_flops_per_second", "attainable_share", "bound", "verdict",
)  # fmt: skip


def efficiency_table(outcomes: tuple[Outcome, ...], throughput: pd.DataFrame) -> pd.DataFrame:
    """One row per architecture, mode and batch size whose speed and whose device's peaks were measured.

    The roofline of Williams, Waterman & Patterson 2009: no more FLOP/s than the peak of matrix products, and
    no more than intensity x peak of bandwidth. Bytes are a model and not a measurement: what the layers with
    MACs must at least move, inputs and outputs of each once an image and weights once a batch, everything
    between them fused, three times in training; without the optimiser. Real traffic is larger where
    something is moved more often, and smaller where it stays in a cache, so that a share may exceed 1.

    Returns:
        `mfu`, `bandwidth_share` and `attainable_share` are fractions; `intensity` and `ridge` are FLOPs a
        byte; `bound` is "compute" or "memory"; `verdict` is that of the timing.
    """
    table = []
    for label, record in measured(outcomes).items():
        static, peaks = record.static, record.peaks
        assert static is not None
        assert peaks is not None
        table += [_row(row, static, peaks) for row in rows(where(throughput, label=label))]
    return pd.DataFrame(table, columns=list(COLUMNS))


def with_efficiency(summary: pd.DataFrame, efficiency: pd.DataFrame, memory: pd.DataFrame) -> pd.DataFrame:
    """The summary with MFU at the largest batch size of each mode, peak memory, and the largest batch."""
    summary = summary.copy()
    for mode in ("train", "inference"):
        mfu = where(efficiency, mode=mode).sort_values("batch_size").groupby("label")["mfu"].last()
        summary[f"{mode}_mfu"] = summary["label"].map(mfu).astype(float)
        of_mode = where(memory, mode=mode).set_index("label")
        for column in ("peak_bytes", "largest_batch"):
            summary[f"{mode}_{column}"] = summary["label"].map(of_mode[column]).astype(float)
    return summary


def measured(outcomes: tuple[Outcome, ...]) -> dict[str, TrialRecord]:
    """The first record of each architecture that has speed, counts and peaks."""
    found: dict[str, TrialRecord] = {}
    for outcome in outcomes:
        record = outcome.record
        if record and record.throughput and record.static and record.peaks:
            found.setdefault(outcome.trial.label, record)
    return found


def _row(timed: dict[str, Any], static: StaticFacts, peaks: PeakFacts) -> dict[str, object]:
    mode, speed, size = timed["mode"], timed["images_per_second"], timed["batch_size"]
    peak, bandwidth = peaks.matrix.flops_per_second, peaks.bandwidth.bytes_per_second
    flops = static.flops_train if mode == "train" else static.flops
    moved = BYTES[peaks.matrix.precision] * PASSES[mode] * _elements(static, size)
    intensity = flops / moved if moved else math.nan
    attainable = peak if math.isnan(intensity) else min(peak, intensity * bandwidth)
    return {
        "label": timed["label"],
        "mode": mode,
        "batch_size": size,
        "precision": peaks.matrix.precision,
        "flops_per_image": flops,
        "images_per_second": speed,
        "flops_per_second": flops * speed,
        "peak_flops_per_second": peak,
        "mfu": flops * speed / peak,
        "bytes_per_image": moved,
        "peak_bytes_per_second": bandwidth,
        "bandwidth_share": moved * speed / bandwidth,
        "intensity": intensity,
        "ridge": peak / bandwidth,
        "attainable_flops_per_second": attainable,
        "attainable_share": flops * speed / attainable if attainable else math.nan,
        "bound": _bound(intensity, peak / bandwidth),
        "verdict": timed["verdict"],
    }


def _bound(intensity: float, ridge: float) -> str:
    if math.isnan(intensity):
        return "unknown"
    return "compute" if intensity > ridge else "memory"


def _elements(static: StaticFacts, batch_size: int) -> float:
    """Elements of one forward pass, per image of a batch; NaN for records from before they were counted."""
    if static.elements_moved is None or static.weights_read is None:
        return math.nan
    return static.elements_moved + static.weights_read / batch_size
