"""Every figure that can be claimed: each metric, a class, a bound, and two architectures set in relation."""

from __future__ import annotations

from typing import get_args

import pytest
from factories import document, write_run

from bench.analysis.claims import verdict
from bench.analysis.statistics import Interval, mean_interval
from bench.analysis.tables import load
from bench.errors import SuiteError
from bench.spec import Claim
from bench.spec.claim import FRACTIONS, Metric
from bench.suite_file import check_document

TOP5 = ("train_top5_accuracy", "validation_top5_accuracy", "test_top5_accuracy")


def judged(tmp_path, change=None, **claim):
    """The row of one claim about the CNN in a synthetic run, and the run."""
    base = {"architecture": "CNN", "metric": "test_accuracy", "value": 0.7, "tolerance": 0.9}
    run = write_run(tmp_path, document(claims=[base | claim]), change)
    (row,) = load(run).claims.to_dict("records")
    return row, run


@pytest.mark.parametrize("metric", [metric for metric in get_args(Metric) if metric not in TOP5])
def test_every_metric_is_measured(tmp_path, metric):
    """A claim on it is judged on a number, with a band wide enough for any."""
    row, _ = judged(tmp_path, metric=metric, tolerance=0.9 if metric.endswith(FRACTIONS) else 1e12)
    assert (row["verdict"], row["seeds"] > 0) == ("reproduced", True)


@pytest.mark.parametrize("metric", TOP5)
def test_top5_needs_more_than_ten_classes(tmp_path, metric):
    """With four classes it was not measured, and the claim says so; with a value it is."""
    row, _ = judged(tmp_path / "few", metric=metric)
    assert (row["verdict"], row["reason"]) == ("not comparable", "nothing was measured")

    def change(record):
        splits = tuple(split.model_copy(update={"top5_accuracy": 0.9}) for split in record.splits)
        return record.model_copy(update={"splits": splits})

    row, _ = judged(tmp_path / "many", change, metric=metric, value=0.9, tolerance=0.01)
    assert (row["verdict"], row["measured"]) == ("reproduced", pytest.approx(0.9))


@pytest.mark.parametrize(
    ("bound", "low", "high", "expected"),
    [
        ("at_least", 0.86, 0.90, "reproduced"),
        ("at_least", 0.85, 0.99, "reproduced"),
        ("at_least", 0.80, 0.84, "not reproduced"),
        ("at_least", 0.84, 0.86, "inconclusive"),
        ("at_most", 0.80, 0.84, "reproduced"),
        ("at_most", 0.86, 0.90, "not reproduced"),
        ("at_most", 0.84, 0.86, "inconclusive"),
    ],
)
def test_a_bound_leaves_one_side_open(bound, low, high, expected):
    """85 % or more is not refuted by 90 %."""
    claim = Claim(architecture="A", metric="test_accuracy", value=0.85, bound=bound)
    assert verdict(claim, Interval(3, (low + high) / 2, low, high))[0] == expected


def test_a_bound_on_a_count(tmp_path):
    """81,578 params are fewer than 500,000, and more than 80,000."""
    for bound, expected in (("at_most", "reproduced"), ("at_least", "not reproduced")):
        row, _ = judged(tmp_path / bound, metric="params", value=500_000, tolerance=0, bound=bound)
        assert row["verdict"] == expected


def test_a_ratio_of_counts(tmp_path):
    """The CNN of the example has half of the ResNet's params."""
    row, _ = judged(tmp_path, metric="params", relative_to="ResNet", value=0.5, tolerance=0.001)
    assert (row["measured"], row["verdict"], row["seeds"]) == (0.5, "reproduced", 1)


@pytest.mark.parametrize("relation", ["ratio", "difference"])
def test_accuracies_are_related_seed_by_seed(tmp_path, relation):
    """The interval is that of the paired ratios or differences, not of two means."""
    row, run = judged(tmp_path, relative_to="ResNet", relation=relation)
    last = {(r.trial.label, r.trial.seed): r.training.last.test_accuracy for r in run.records()}
    pairs = [(last["CNN", seed], last["ResNet", seed]) for seed in (0, 1, 2)]
    expected = mean_interval(a / b if relation == "ratio" else a - b for a, b in pairs)
    assert (row["measured"], row["low"], row["high"]) == pytest.approx(
        (expected.mean, expected.low, expected.high)
    )


def test_only_common_seeds_are_related(tmp_path):
    """A seed that one of the two did not finish says nothing about both."""

    def change(record):
        failed = (record.trial.label, record.trial.seed) == ("ResNet", 1)
        return record.model_copy(update={"status": "failed", "reason": "x"}) if failed else record

    assert judged(tmp_path, change, relative_to="ResNet")[0]["seeds"] == 2


def test_the_protocol_holds_for_both(tmp_path):
    """A departure of the other architecture makes the relation incomparable as well."""

    def change(record):
        recipe = record.trial.recipe.model_copy(update={"epochs": 99})
        return (
            record.model_copy(update={"trial": record.trial.model_copy(update={"recipe": recipe})})
            if record.trial.label == "ResNet"
            else record
        )

    row, _ = judged(tmp_path, change, relative_to="ResNet", protocol={"epochs": 12})
    assert row["reason"] == "published after 12 epochs, measured after 99"


def test_scores_of_one_class(tmp_path):
    """F1 of the cats, from classes.csv of each seed."""
    row, run = judged(tmp_path, metric="test_f1", of_class="cat")
    accuracy = [r.training.last.test_accuracy for r in run.records() if r.trial.label == "CNN"]
    assert row["measured"] == pytest.approx(sum(accuracy) / 3 - 0.01)
    assert row["seeds"] == 3


def test_a_class_that_the_data_do_not_have(tmp_path):
    """Not comparable, and the reason names it."""
    row, _ = judged(tmp_path, metric="test_f1", of_class="zebra")
    assert (row["verdict"], row["reason"]) == ("not comparable", "the data have no class named 'zebra'")


@pytest.mark.parametrize("metric", ["validation_f1", "validation_loss"])
def test_validation_scores_on_the_test_set(tmp_path, metric):
    """Every validation metric is incomparable when the test set was used for validation."""

    def change(record):
        data = record.data.model_copy(update={"validated_on_test": True})
        return record.model_copy(update={"data": data})

    row, _ = judged(tmp_path, change, metric=metric)
    assert (row["verdict"], row["reason"]) == ("not comparable", "test set used for validation")


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"metric": "test_accuracy", "of_class": "cat"}, "of_class goes with precision, recall and F1"),
        ({"metric": "params", "relative_to": "ResNot"}, r"claims\[0\].relative_to: no architecture"),
        ({"metric": "params", "bound": "above"}, r"claims\[0\].bound"),
        (
            {"metric": "test_accuracy", "value": 74.2},
            r"claims\[0\].value: test_accuracy is a fraction; write 74.2 % as 0.742",
        ),
        (
            {"metric": "test_accuracy", "tolerance": 2},
            r"claims\[0\].tolerance: test_accuracy is a fraction; write 2 points as 0.02",
        ),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(claim, message):
    """Before anything is trained, with the key."""
    with pytest.raises(SuiteError, match=message):
        check_document(document(claims=[{"architecture": "CNN", "value": 1.0, **claim}]), "test")
