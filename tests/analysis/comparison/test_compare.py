"""Whole comparisons: rows, holes, renamed architectures, and targets of either suite."""

from __future__ import annotations

from comparisons import SMALL, changed, compared, row, small
from factories import architectures

TARGETS = {"throughput": False, "convergence": {"targets": [0.4]}}


def verdicts(comparison):
    """All verdicts that occur."""
    return {one.verdict for one in comparison.rows}


def test_a_run_against_itself_shows_no_change():
    """Censored costs stay open: of what nobody reached, nothing is known."""
    comparison = compared()
    assert verdicts(comparison) == {"unchanged", "no interval"}
    assert {one.name for one in comparison.rows if one.verdict == "no interval"} == {
        f"{axis}_to_target@0.99" for axis in ("epochs", "seconds", "flops")
    }


def test_architectures_of_one_run_alone_are_named():
    """Whichever run it is."""
    one, two = (small(architectures=architectures(count)) for count in (1, 2))
    assert compared(before=two, suite=one).gone == ("Network 1",)
    assert compared(before=one, suite=two).new == ("Network 1",)


def test_a_renamed_architecture_keeps_its_rows():
    """Matched by what it is, shown under both labels."""
    comparison = compared(suite=small(architectures=[{"label": "renamed", "name": "plain_cnn"}]))
    assert row(comparison, "params", "Network 0 \u2192 renamed").verdict == "unchanged"


def test_targets_of_both_suites_are_compared():
    """A curve can be asked for any target, so that one that was added later has a figure in the older run."""
    comparison = compared(suite=small(measure=TARGETS))
    assert {one.setting for one in comparison.rows if one.metric.name == "epochs_to_target"} == {
        0.3,
        0.4,
        0.99,
    }


def test_a_batch_size_of_one_run_is_missing_in_the_other():
    """Batch sizes are settings of a metric; another one is no substitute."""
    throughput = {"throughput": {"batch_sizes": [128]}}
    found = row(compared(suite=small(measure=throughput)), "train_throughput@1")
    assert (found.verdict, found.reasons, found.change) == ("missing", ("not measured in B",), None)


def test_trials_that_did_not_finish_are_named():
    """A mean over what is left may flatter, so each row over seeds says what it leaves out."""
    failed = changed("status", "diverged", lambda record: record.trial.seed == 2)
    comparison = compared(failed)
    assert row(comparison, "test_accuracy").unfinished == ("B: seed 2 diverged",)
    assert row(comparison, "params").unfinished == ()
    assert row(comparison, "test_accuracy").change.b.n == 2


def test_a_run_that_left_nothing_is_missing_and_departs_from_nothing():
    """There is no condition of a run of which nothing is known."""
    comparison = compared(lambda _record: None)
    assert verdicts(comparison) == {"missing"}
    assert comparison.departures == ()


def test_static_figures_are_compared_without_training():
    """Where every trial failed after counting, counts are still compared."""

    def change(record):
        untrained = {"status": "failed", "training": None, "splits": (), "throughput": (), "latency": None}
        return changed("memory", ())(record).model_copy(update=untrained)

    comparison = compared(change)
    assert row(comparison, "params").verdict == "unchanged"
    assert row(comparison, "test_accuracy").verdict == "missing"


def test_records_from_before_certificates_are_doubtful():
    """The timing is kept; that nothing vouches for it is said."""
    found = row(compared(changed("training.certificate", None)), "seconds_per_epoch")
    assert {doubt.kind for doubt in found.doubts} == {"not certified"}


def test_rows_stand_by_metric_then_setting():
    """So that architectures stand side by side."""
    comparison = compared(before={**SMALL, "architectures": architectures(2)})
    first = [(one.name, one.pair.label) for one in comparison.rows[:2]]
    assert first == [("params", "Network 0"), ("params", "Network 1")]
    sizes = [one.setting for one in comparison.rows if one.metric.name == "train_throughput"]
    assert sizes == [1, 1, 128, 128]
