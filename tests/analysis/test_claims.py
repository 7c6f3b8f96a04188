"""Every verdict on a published figure, and every reason for not comparing."""

from __future__ import annotations

import math

import pytest
from factories import certificate, document, write_run

from bench.analysis.claims import verdict
from bench.analysis.statistics import Interval
from bench.analysis.tables import load
from bench.spec import Claim

BAND = Claim(architecture="CNN", metric="test_accuracy", value=0.742, tolerance=0.02)


def seeds(low, high):
    """An interval over three seeds."""
    return Interval(3, (low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.730, 0.750, "reproduced"),
        (0.722, 0.762, "reproduced"),  # touches both edges from inside
        (0.700, 0.7219, "not reproduced"),
        (0.7621, 0.800, "not reproduced"),
        (0.700, 0.722, "inconclusive"),  # touches the lower edge from outside
        (0.715, 0.740, "inconclusive"),
        (0.750, 0.770, "inconclusive"),
        (0.600, 0.900, "inconclusive"),  # wider than the band
    ],
)
def test_an_interval_against_the_band(low, high, expected):
    """Inside: reproduced. Apart: not reproduced. Anything else: inconclusive. Edges belong to the band."""
    finding, reason = verdict(BAND, seeds(low, high))
    assert finding == expected
    assert "3 seeds" in reason


@pytest.mark.parametrize(("point", "expected"), [(0.762, "reproduced"), (0.7621, "not reproduced")])
def test_one_seed_is_a_point_and_says_so(point, expected):
    """Without an interval the value itself decides, and the reason admits it."""
    finding, reason = verdict(BAND, Interval(1, point, math.nan, math.nan))
    assert (finding, reason) == (expected, "one seed, no interval")


def test_without_tolerance_only_chance_could_reproduce():
    """A band of width zero inside the interval is inconclusive, not reproduced."""
    exact = BAND.model_copy(update={"tolerance": 0.0})
    assert verdict(exact, seeds(0.73, 0.75))[0] == "inconclusive"


def judged(tmp_path, claim, change=None, **suite):
    """The row of one claim in a synthetic run."""
    base = {"architecture": "CNN", "metric": "test_accuracy", "value": 0.71, "tolerance": 0.5}
    run = write_run(tmp_path, document(claims=[base | claim], **suite), change)
    (row,) = load(run).claims.to_dict("records")
    return row


def altered(part, **values):
    """A change to one part of every record."""

    def change(record):
        facts = getattr(record, part).model_copy(update=values)
        return record.model_copy(update={part: facts})

    return change


def test_a_claim_that_holds(tmp_path):
    """Within a wide tolerance, under the claim's protocol, over three seeds."""
    protocol = {
        "dataset": "cifar10",
        "image_size": 32,
        "epochs": 12,
        "precision": "bfloat16",
        "device": "amx",
    }
    row = judged(tmp_path, {"protocol": protocol, "source": "a paper"})
    assert (row["verdict"], row["seeds"], row["source"]) == ("reproduced", 3, "a paper")


@pytest.mark.parametrize(
    ("protocol", "reason"),
    [
        ({"dataset": "mnist"}, "published on mnist, measured on cifar10"),
        ({"image_size": 224}, "published at 224 pixels, measured at 32"),
        ({"epochs": 25}, "published after 25 epochs, measured after 12"),
        ({"precision": "float32"}, "published in float32, measured in bfloat16"),
        ({"device": "A100"}, "published on A100, measured on Example CPU with AMX"),
    ],
)
def test_another_protocol_is_not_comparable(tmp_path, protocol, reason):
    """Each stated condition that the run departs from is a reason of its own."""
    row = judged(tmp_path, {"protocol": protocol})
    assert (row["verdict"], row["reason"]) == ("not comparable", reason)
    assert row["measured"] > 0.5, "what was measured stays visible"


def test_several_departures_are_all_named(tmp_path):
    """A reader learns every reason at once, each once although three seeds show it."""
    row = judged(tmp_path, {"protocol": {"dataset": "mnist", "epochs": 25}})
    assert (
        row["reason"]
        == "published on mnist, measured on cifar10; published after 25 epochs, measured after 12"
    )


def test_a_replaced_dataset_makes_claims_not_comparable(tmp_path):
    """What `--dataset digits` does to the suite."""
    row = judged(tmp_path, {"protocol": {"dataset": "cifar10"}}, dataset={"name": "digits"})
    assert row["verdict"] == "not comparable"


def test_reencoded_images(tmp_path):
    """An accuracy on a lossy copy is not the published one, unless the claim is about the copy."""
    change = altered("data", reencoded=True)
    row = judged(tmp_path / "a", {}, change)
    assert row["reason"] == "published on the original images, measured on a re-encoded copy"
    assert judged(tmp_path / "b", {"protocol": {"original_images": False}}, change)["verdict"] == "reproduced"


def test_a_part_of_the_data(tmp_path):
    """An accuracy after training on a part is not the published one."""
    row = judged(tmp_path, {}, dataset={"name": "cifar10", "limit": 500})
    assert row["reason"] == "measured on a part of the data set (limit = 500)"


@pytest.mark.parametrize(
    ("metric", "comparable"), [("seconds_per_epoch", False), ("train_images_per_second", True)]
)
def test_an_epoch_of_a_part_is_another_one(tmp_path, metric, comparable):
    """It takes less time; images a second are the same."""
    row = judged(tmp_path, {"metric": metric}, dataset={"name": "cifar10", "limit": 500})
    assert ("part of the data set" in row["reason"]) is not comparable


@pytest.mark.parametrize("metric", ["validation_accuracy", "validation_f1", "selected_test_accuracy"])
def test_validation_on_the_test_set(tmp_path, metric):
    """A validation accuracy that is a test accuracy is not a validation accuracy, nor does it select."""
    row = judged(tmp_path, {"metric": metric}, altered("data", validated_on_test=True))
    assert (row["verdict"], row["reason"]) == ("not comparable", "test set used for validation")


def test_a_dataset_may_be_spelt_otherwise(tmp_path):
    claim = {"protocol": {"dataset": "CIFAR-10"}}
    assert judged(tmp_path, claim, dataset={"name": "cifar10"})["verdict"] != "not comparable"


def test_a_figure_that_the_test_set_chose_says_so(tmp_path):
    """Published tables often hold such; agreeing with one is agreeing with an optimistic figure."""
    assert judged(tmp_path, {"metric": "best_test_accuracy"})["reason"].endswith("test set chose the epoch")


def test_nothing_measured(tmp_path):
    """A claim about trials that all failed cannot be judged."""
    row = judged(tmp_path, {}, lambda record: record.model_copy(update={"status": "failed", "reason": "x"}))
    assert (row["verdict"], row["reason"], row["seeds"]) == ("not comparable", "nothing was measured", 0)


def test_a_figure_of_those_that_survived_says_so(tmp_path):
    """Two of three seeds agree with the claim; the third diverged, and is not kept back."""

    def change(record):
        gone = (record.trial.label, record.trial.seed) == ("CNN", 1)
        return record.model_copy(update={"status": "diverged", "reason": "x"}) if gone else record

    row = judged(tmp_path, {}, change)
    assert (row["verdict"], row["seeds"]) == ("reproduced", 2)
    assert row["reason"].endswith("; without 1 diverged of 3 trials")


def test_no_common_seed_is_another_reason_than_nothing_measured(tmp_path):
    """Each of the two finished seeds that the other did not."""

    def change(record):
        kept = record.trial.seed == 0 if record.trial.label == "CNN" else record.trial.seed > 0
        return record if kept else record.model_copy(update={"status": "failed", "reason": "x"})

    row = judged(tmp_path, {"relative_to": "ResNet"}, change)
    assert (row["verdict"], row["reason"]) == ("not comparable", "no seed has a figure of both")


@pytest.mark.parametrize(
    ("value", "tolerance", "expected"),
    [(81_578, 0, "reproduced"), (81_579, 0, "not reproduced"), (81_600, 30, "reproduced")],
)
def test_counts_are_exact(tmp_path, value, tolerance, expected):
    """One param too many is one too many, unless the claim tolerates it."""
    row = judged(tmp_path, {"metric": "params", "value": value, "tolerance": tolerance})
    assert row["verdict"] == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(15_470_264_320, "reproduced"), (15_470_264_321, "not reproduced")]
)
def test_large_counts_are_exact_too(count, expected):
    claim = Claim(architecture="CNN", metric="macs", value=15_470_264_320, tolerance=0)
    assert verdict(claim, Interval(3, count, math.nan, math.nan))[0] == expected


def test_counts_do_not_depend_on_training(tmp_path):
    """Params are comparable whatever the images, the epochs or the precision, and after a failure."""

    def change(record):
        record = altered("data", reencoded=True)(record)
        return record.model_copy(update={"status": "failed", "reason": "out of memory", "training": None})

    protocol = {"epochs": 25, "precision": "float32", "device": "A100"}
    claim = {"metric": "params", "value": 81_578, "tolerance": 0, "protocol": protocol}
    assert judged(tmp_path, claim, change)["verdict"] == "reproduced"


def test_macs_depend_on_the_input(tmp_path):
    """At another image size the published MACs are those of another network."""
    claim = {"metric": "macs", "value": 1, "protocol": {"image_size": 224}}
    assert judged(tmp_path, claim)["verdict"] == "not comparable"


def test_speed_does_not_depend_on_the_images(tmp_path):
    """Images per second are comparable on a re-encoded copy."""
    claim = {"metric": "train_images_per_second", "value": 5200, "tolerance": 500}
    assert judged(tmp_path, claim, altered("data", reencoded=True))["verdict"] == "reproduced"


@pytest.mark.parametrize(("metric", "said"), [("seconds_per_epoch", True), ("test_accuracy", False)])
def test_a_claim_about_a_doubtful_time_says_so(tmp_path, metric, said):
    """Whatever the verdict; an accuracy does not depend on it."""

    def change(record):
        doubted = {"certificate": certificate(doubts={"busy machine": "x"})}
        training = record.training.model_copy(update=doubted)
        return record.model_copy(update={"training": training}) if record.trial.seed == 1 else record

    row = judged(tmp_path, {"metric": metric}, change)
    assert ("; the timing of 1 of 3 trials is doubtful" in row["reason"]) is said
