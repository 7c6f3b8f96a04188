"""MFU, roofline and memory, against cases worked by hand."""

import math

import pandas as pd
import pytest
from factories import PEAKS, document, write_run

from bench.analysis.frames import rows, where
from bench.analysis.tables import load

MEASURE = {"throughput": {"batch_sizes": [1, 10], "peaks": True}, "largest_batch": True}


def tables(folder, change=None):
    """Tables of the example run, measured at two batch sizes."""
    return load(write_run(folder, document(measure=MEASURE), change))


def updated(record, static=(), peaks=(), **changes):
    """A record whose counts or peaks differ."""
    if record.static:
        changes["static"] = record.static.model_copy(update=dict(static))
    if record.peaks and peaks:
        changes["peaks"] = record.peaks.model_copy(update=dict(peaks))
    return record.model_copy(update=changes)


def one(frame, **values):
    """The only row with these values."""
    (row,) = rows(where(frame, **values))
    return row


def by_hand(record):
    """1 GFLOP forward and 3 in training; 1 M elements an image, 10 M a batch."""
    counts = {"flops": 10**9, "flops_train": 3 * 10**9, "elements_moved": 10**6, "weights_read": 10**7}
    timed = tuple(fact.model_copy(update={"images_per_second": 500.0}) for fact in record.throughput)
    return updated(record, static=counts, throughput=timed)


def test_mfu_is_flops_achieved_over_the_peak(tmp_path):
    """500 images/s x 3 GFLOPs on a device of 2 TFLOP/s."""
    row = one(tables(tmp_path, by_hand).efficiency, label="CNN", mode="train", batch_size=10)
    assert row["flops_per_second"] == pytest.approx(1.5e12)
    assert row["mfu"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("mode", "size", "megabytes", "bound"),
    [("inference", 1, 22, "memory"), ("inference", 10, 4, "compute"), ("train", 10, 12, "compute")],
)
def test_bytes_count_activations_an_image_and_weights_a_batch(tmp_path, mode, size, megabytes, bound):
    """In bfloat16, 2 bytes an element; three times in training. The roof bends at 2e12 / 2.5e10 = 80."""
    row = one(tables(tmp_path, by_hand).efficiency, label="CNN", mode=mode, batch_size=size)
    assert row["bytes_per_image"] == pytest.approx(megabytes * 1e6)
    assert row["intensity"] == pytest.approx(row["flops_per_image"] / (megabytes * 1e6))
    assert row["ridge"] == pytest.approx(80)
    assert row["bound"] == bound


def test_below_the_bend_memory_is_the_roof(tmp_path):
    """Intensity 1000 / 22 at 25 GB/s allows 1.136 TFLOP/s, of which 500 images/s are 44 %."""
    row = one(tables(tmp_path, by_hand).efficiency, label="CNN", mode="inference", batch_size=1)
    assert row["attainable_flops_per_second"] == pytest.approx(1e9 / 22e6 * 2.5e10)
    assert row["attainable_share"] == pytest.approx(0.44)
    assert row["bandwidth_share"] == pytest.approx(row["attainable_share"])


def test_above_the_bend_the_peak_is_the_roof(tmp_path):
    """Then the share of the roof is MFU."""
    row = one(tables(tmp_path, by_hand).efficiency, label="CNN", mode="inference", batch_size=10)
    assert row["attainable_share"] == pytest.approx(row["mfu"])


def test_records_without_peaks_have_no_efficiency(tmp_path):
    """They were made before there were any, or without; the summary has gaps and not zeros."""
    found = tables(tmp_path, lambda record: record.model_copy(update={"peaks": None, "memory": ()}))
    assert not len(found.efficiency)
    assert found.summary["train_mfu"].isna().all()
    assert found.summary["train_peak_bytes"].isna().all()


def test_counts_without_elements_leave_the_place_under_the_roof_unknown(tmp_path):
    """MFU needs none of them."""

    def change(record):
        return updated(record, static={"elements_moved": None, "weights_read": None})

    row = rows(tables(tmp_path, change).efficiency)[0]
    assert row["mfu"] > 0
    assert math.isnan(row["intensity"])
    assert row["bound"] == "unknown"


def test_the_summary_takes_the_largest_batch_of_each_mode(tmp_path):
    """One figure an architecture, for exports."""
    found = tables(tmp_path, by_hand)
    row = one(found.summary, label="CNN")
    assert row["train_mfu"] == one(found.efficiency, label="CNN", mode="train", batch_size=10)["mfu"]
    assert row["inference_peak_bytes"] == one(found.memory, label="CNN", mode="inference")["peak_bytes"]
    assert row["train_largest_batch"] == 900


def test_the_parts_of_the_peak_add_up(tmp_path):
    """What no tensor accounts for is activations and workspace."""
    for row in rows(tables(tmp_path).memory):
        parts = [value for name, value in row.items() if name.endswith("_bytes") and name not in
                 ("peak_bytes", "reserved_bytes", "largest_batch_budget_bytes")]  # fmt: skip
        assert sum(parts) == row["peak_bytes"]


def test_a_failed_measurement_keeps_its_reason(tmp_path):
    """And has no parts."""

    def change(record):
        facts = tuple(
            fact.model_copy(update={"peak_bytes": None, "parts": None, "reason": "out of memory"})
            for fact in record.memory
        )
        return record.model_copy(update={"memory": facts})

    row = rows(tables(tmp_path, change).memory)[0]
    assert row["reason"] == "out of memory"
    assert pd.isna(row["peak_bytes"])
    assert pd.isna(row["activations_bytes"])


def test_good_peaks_raise_no_doubt(tmp_path):
    """The example's device was quiet."""
    kinds = set(tables(tmp_path).warnings["kind"])
    assert not kinds & {"unsteady peaks", "unequal peaks", "impossible MFU", "busy machine"}


@pytest.mark.parametrize(
    ("kind", "peaks"),
    [
        ("unsteady peaks", {"matrix": PEAKS.matrix.model_copy(update={"low": 1e12})}),
        ("impossible MFU", {"matrix": PEAKS.matrix.model_copy(
            update={"flops_per_second": 1e9, "low": 1e9, "high": 1e9})}),
        ("busy machine", {"load_average": 9.0}),
        ("busy machine", {"share_of_others": 0.4}),
    ],
)  # fmt: skip
def test_doubtful_peaks_are_said(tmp_path, kind, peaks):
    """Blocks that scatter, an MFU above 100 %, other work on the machine."""
    found = tables(tmp_path, lambda record: updated(record, peaks=peaks))
    assert kind in set(found.warnings["kind"])


def test_peaks_that_differ_within_a_run_are_said(tmp_path):
    """A worker that was replaced measures anew, perhaps under other conditions."""

    def change(record):
        slow = PEAKS.matrix.model_copy(update={"flops_per_second": 1.9e12 / 2, "low": 9e11, "high": 1e12})
        return updated(record, peaks={"matrix": slow}) if record.trial.label == "CNN" else record

    assert "unequal peaks" in set(tables(tmp_path, change).warnings["kind"])
