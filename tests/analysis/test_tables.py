"""Tables from a run directory: means over seeds, holes, and damage that stays visible."""

from __future__ import annotations

import math

import pytest
from factories import architectures, document, write_run

from bench.analysis.statistics import mean_interval
from bench.analysis.tables import load
from bench.errors import StoreError


def failed(label, seed, status="failed"):
    """A change that lets one trial end early."""

    def change(record):
        if (record.trial.label, record.trial.seed) != (label, seed):
            return record
        return record.model_copy(update={"status": status, "reason": "out of memory", "training": None})

    return change


def row(frame, **values):
    """The only row with these values."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    (found,) = frame.to_dict("records")
    return found


def test_the_summary_averages_the_records(tmp_path):
    """Accuracy is that of the last epoch, over seeds, with its Student-t interval."""
    run = write_run(tmp_path)
    last = [record.training.last for record in run.records() if record.trial.label == "ResNet"]
    expected = mean_interval(epoch.test_accuracy for epoch in last)
    found = row(load(run).summary, label="ResNet")
    assert (found["seeds_done"], found["seeds_planned"]) == (3, 3)
    assert found["test_accuracy"] == pytest.approx(expected.mean)
    assert (found["test_accuracy_low"], found["test_accuracy_high"]) == pytest.approx(
        (expected.low, expected.high)
    )


def test_counts_and_speeds_of_the_summary(tmp_path):
    """Counts come from the records, throughput from the largest batch, latency from batch one."""
    run = write_run(tmp_path)
    record = next(record for record in run.records() if record.throughput)
    found = row(load(run).summary, label=record.trial.label)
    speeds = {(fact.mode, fact.batch_size): fact for fact in record.throughput}
    assert (found["params"], found["macs"]) == (record.static.params, record.static.macs)
    assert found["inference_throughput"] == speeds["inference", 128].images_per_second
    assert found["inference_throughput_batch_size"] == 128
    assert found["inference_throughput_verdict"] == speeds["inference", 128].certificate.verdict
    assert found["inference_milliseconds"] == speeds["inference", 1].milliseconds
    assert found["inference_milliseconds_verdict"] == speeds["inference", 1].certificate.verdict


def test_optimism_is_best_minus_selected(tmp_path):
    """How much the best test epoch flatters, averaged over seeds."""
    run = write_run(tmp_path)
    trainings = [record.training for record in run.records() if record.trial.label == "CNN"]
    gaps = [one.best.test_accuracy - one.selected.test_accuracy for one in trainings]
    assert row(load(run).summary, label="CNN")["optimism"] == pytest.approx(sum(gaps) / 3)


def test_rows_follow_the_suite(tmp_path):
    """Architectures keep the order in which the user wrote them."""
    labels = ["CNN", "ResNet", "ResNet, MLP head"]
    tables = load(write_run(tmp_path))
    assert list(tables.labels) == list(tables.summary["label"]) == labels


def test_epochs_accumulate_cost(tmp_path):
    """Seconds and FLOPs up to the end of each epoch, within a trial."""
    epochs = load(write_run(tmp_path)).epochs
    mine = epochs[(epochs["label"] == "CNN") & (epochs["seed"] == 1)]
    assert mine["cumulative_seconds"].iloc[-1] == pytest.approx(mine["train_seconds"].sum())
    assert mine["cumulative_flops"].iloc[2] == 3 * mine["train_flops"].iloc[0]


def test_a_failed_trial_is_a_hole_and_not_an_average(tmp_path):
    """It keeps its row and its reason; the mean is over the others, and a warning names it."""
    tables = load(write_run(tmp_path, change=failed("CNN", 1)))
    hole = row(tables.trials, label="CNN", seed=1)
    assert (hole["status"], hole["reason"]) == ("failed", "out of memory")
    assert row(tables.summary, label="CNN")["seeds_done"] == 2
    assert "(failed: CNN seed 1)" in row(tables.warnings, kind="missing trials")["message"]


def test_a_trial_not_yet_run_is_missing(tmp_path):
    """A report of a run in progress shows what is still to come."""
    tables = load(write_run(tmp_path, change=lambda record: record if record.trial.seed == 0 else None))
    assert (tables.trials["status"] == "missing").sum() == 6
    assert math.isnan(row(tables.summary, label="CNN")["test_accuracy_low"])
    assert row(tables.warnings, kind="single seed")


def test_a_trial_that_runs_or_waits_is_no_hole(tmp_path):
    """It says so, whatever an earlier attempt left, and is neither averaged nor called missing."""
    run = write_run(tmp_path, change=failed("CNN", 1))
    mine = [trial for trial in run.info.plan if trial.label == "CNN"]
    tables = load(run, {mine[1].folder: "running", mine[2].folder: "waiting"})
    assert list(tables.trials.loc[tables.trials["label"] == "CNN", "status"]) == [
        "done",
        "running",
        "waiting",
    ]
    assert list(tables.ongoing["seed"]) == [1, 2]
    assert row(tables.summary, label="CNN")["seeds_done"] == 1
    kinds = set(tables.warnings["kind"])
    assert "run in progress" in kinds
    assert "missing trials" not in kinds


def test_a_run_without_a_single_record(tmp_path):
    """Nothing measured yet: every table exists, those of measurements are empty."""
    tables = load(write_run(tmp_path, change=lambda _: None))
    assert len(tables.trials) == 9
    assert tables.finished == 0
    assert tables.epochs.empty
    assert tables.convergence.empty


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema_version": 2}', b'{"schema_version": 1}', b"\xff"])
def test_a_damaged_record_does_not_kill_the_report(tmp_path, content):
    """The trial becomes a hole whose reason names the file and what to do."""
    run = write_run(tmp_path)
    path = run.trial(run.info.plan[0]).folder / "record.json"
    path.write_bytes(content)
    hole = load(run).trials.iloc[0]
    assert hole["status"] == "damaged"
    assert "record.json" in hole["reason"]


def test_a_changed_table_is_damage(tmp_path):
    """A digit changed in epochs.csv after the fact is noticed."""
    run = write_run(tmp_path)
    path = run.trial(run.info.plan[0]).folder / "epochs.csv"
    path.write_text(path.read_text().replace("2", "3", 1))
    tables = load(run)
    assert tables.trials.iloc[0]["status"] == "damaged"
    assert tables.finished == 8


def test_a_table_of_the_wrong_shape_is_damage(tmp_path):
    """Even with a matching hash, a table without its columns is refused in words."""
    run = write_run(tmp_path)
    trial = run.info.plan[0]
    store = run.trial(trial)
    record = store.read_record()
    store.write_table("epochs", ["epoch"], [{"epoch": "one"}])
    store.write_record(record.model_copy(update={"files": store.digests()}))
    reason = load(run).trials.iloc[0]["reason"]
    assert "epochs.csv: damaged" in reason


def test_a_run_that_is_none(tmp_path):
    """The run itself must be readable."""
    with pytest.raises(StoreError, match="not a run directory"):
        load(type(write_run(tmp_path)).open(tmp_path))


def test_a_diverged_trial_is_censored_and_a_failed_one_is_left_out(tmp_path):
    """A diverged trial is known never to arrive; of a failed one nothing is known."""

    def change(record):
        status = {0: "done", 1: "diverged", 2: "failed"}[record.trial.seed]
        return record.model_copy(update={"status": status, "reason": None if status == "done" else status})

    suite = document(measure={"convergence": {"targets": [0.999]}}, architectures=architectures(1), claims=[])
    found = row(load(write_run(tmp_path, suite, change)).convergence, target=0.999)
    assert (found["seeds"], found["censored"]) == (2, 2)


def test_differences_cover_every_pair(tmp_path):
    """Three architectures make three pairs, first minus second, on common seeds."""
    tables = load(write_run(tmp_path, change=failed("ResNet", 2)))
    pairs = tables.differences.set_index(["first", "second"])
    assert list(pairs.index) == [
        ("CNN", "ResNet"),
        ("CNN", "ResNet, MLP head"),
        ("ResNet", "ResNet, MLP head"),
    ]
    assert pairs.loc[("CNN", "ResNet"), "seeds"] == 2
    done = tables.trials[tables.trials["status"] == "done"].set_index(["label", "seed"])["test_accuracy"]
    gaps = [done["CNN", seed] - done["ResNet", seed] for seed in (0, 1)]
    assert pairs.loc[("CNN", "ResNet"), "difference"] == pytest.approx(sum(gaps) / 2)
