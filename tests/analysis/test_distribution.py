"""Several processes that trained together: what they gained, and what may not be compared."""

import pytest
from factories import DOCUMENT, architectures, certificate, document, write_run

from bench.analysis.comparison.conditions import processes, statistics_of
from bench.analysis.tables import load
from bench.records import DistributionFacts, ScalingFacts, ThroughputFacts
from reports import write_report


def timing(images_per_second, batch_size):
    return ThroughputFacts(
        mode="train", batch_size=batch_size, images_per_second=images_per_second,
        low=0.9 * images_per_second, high=1.1 * images_per_second,
        milliseconds=1000 * batch_size / images_per_second, blocks=20, steps_per_block=2, visits=5,
        drift=0.0, certificate=certificate(),
    )  # fmt: skip


def facts(world_size=2, **changes):
    """Two processes that are 1.6 times as fast as one, and 0.9 of twice one at its share."""
    scaling = ScalingFacts(
        together=timing(1600.0, 128), one_at_share=timing(900.0, 64), one_at_batch=timing(1000.0, 128)
    )
    return DistributionFacts(**{
        "world_size": world_size, "nodes": 1, "backend": "gloo", "global_batch_size": 128,
        "device_batch_sizes": (64,) * world_size, "batch_norm": "synchronised",
        "epochs_by_world_size": {world_size: 12}, "scaling": scaling, **changes,
    })  # fmt: skip


def run_with(tmp_path, distribution, seeds=(0, 1)):
    """A run whose trials carry these facts, by label."""
    suite = document(architectures=architectures(2), recipe={"epochs": 3, "seeds": list(seeds)}, claims=[])

    def change(record):
        return record.model_copy(update={"distribution": distribution.get(record.trial.label)})

    return write_run(tmp_path, suite, change)


def test_speedup_is_over_one_process_at_the_same_batch(tmp_path):
    """And weak efficiency over so many processes at their share; batch sizes stand apart."""
    row = load(run_with(tmp_path, {"Network 0": facts()})).distribution.iloc[0]
    assert (row["global_batch_size"], row["device_batch_size"], row["world_size"]) == (128, "64", 2)
    assert row["speedup"] == pytest.approx(1.6)
    assert (row["speedup_low"], row["speedup_high"]) == pytest.approx((1440 / 1100, 1760 / 900))
    assert row["strong_efficiency"] == pytest.approx(0.8)
    assert row["weak_efficiency"] == pytest.approx(1600 / 1800)


def test_a_batch_that_no_process_can_hold_alone_has_no_speedup(tmp_path):
    """What was measured is shown all the same."""
    scaling = facts().scaling.model_copy(update={"one_at_batch": None})
    run = run_with(tmp_path, {"Network 0": facts(scaling=scaling)})
    row = load(run).distribution.iloc[0]
    assert row[["speedup", "strong_efficiency", "one_at_batch"]].isna().all()
    assert row["weak_efficiency"] == pytest.approx(1600 / 1800)
    assert 'id="scaling"' in write_report(run).read_text("utf-8")


def test_uneven_shares_are_a_range(tmp_path):
    """As they are where a batch cannot be divided."""
    table = load(run_with(tmp_path, {"Network 0": facts(3, device_batch_sizes=(43, 43, 42))})).distribution
    assert table["device_batch_size"].tolist() == ["42 to 43"]


def test_scaling_that_was_not_measured_leaves_the_batches(tmp_path):
    """Without throughput there is none."""
    run = run_with(tmp_path, {"Network 0": facts(scaling=None)})
    row = load(run).distribution.iloc[0]
    assert row["world_size"] == 2
    assert row[["together", "verdict"]].isna().all()
    assert "not measured" in write_report(run).read_text("utf-8")


def test_trials_of_one_process_are_told_from_those_of_several(tmp_path):
    """They stand in one report, and it says that they do not belong together."""
    warnings = load(run_with(tmp_path, {"Network 0": facts()})).warnings
    found = warnings.loc[warnings["kind"] == "unequal conditions", "message"].tolist()
    assert any("number of processes that trained together: 2; 1" in message for message in found)


def test_batch_norm_per_process_is_a_caveat(tmp_path):
    """It is another experiment."""
    per_process = facts(batch_norm="per_process")
    warnings = load(run_with(tmp_path, dict.fromkeys(("Network 0", "Network 1"), per_process))).warnings
    assert "batch norm per process" in set(warnings["kind"])
    assert not warnings["message"].str.contains("number of processes").any()


def test_one_process_needs_no_section(tmp_path):
    """Nor does a record from before there were several."""
    run = write_run(tmp_path, {**DOCUMENT, "claims": []})
    assert load(run).distribution.empty
    assert 'id="scaling"' not in write_report(run).read_text("utf-8")


def test_conditions_name_every_number_of_processes(tmp_path):
    """One that changed while a trial was trained, too: neither is silently taken for the other."""
    changed = facts(epochs_by_world_size={1: 1, 2: 11}, batch_norm="per_process")
    several, alone = run_with(tmp_path, {"Network 0": changed}).records()[:2]
    assert (processes(several), processes(alone)) == ("1, 2", "1")
    assert (statistics_of(several), statistics_of(alone)) == ("share of each process", "whole batch")
