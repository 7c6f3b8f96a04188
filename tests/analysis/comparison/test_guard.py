"""What makes which metric incomparable, and what does not."""

from __future__ import annotations

import pytest
from comparisons import changed, compared, row, small
from factories import certificate

COUNTS = {"params", "params_body", "macs", "activations"}
LEARNED = {
    "test_accuracy", "selected_test_accuracy", "best_test_accuracy", "test_loss", "test_calibration_error",
    "epochs_to_target", "flops_to_target",
}  # fmt: skip
EPOCHS = {"seconds_per_epoch"}
TO_TARGET = {"seconds_to_target"}
TRAINING = {"train_throughput"}
INFERENCE = {"inference_throughput", "latency_p50", "latency_p95", "latency_p99"}
MEMORY = {"train_peak_bytes", "inference_peak_bytes"}
TIMED = EPOCHS | TO_TARGET | TRAINING | INFERENCE
EVERYTHING = COUNTS | LEARNED | TIMED | MEMORY


def refused(comparison):
    """Names of the metrics that are not comparable."""
    return {one.metric.name for one in comparison.rows if one.verdict == "not comparable"}


def test_equal_conditions_refuse_nothing():
    """Every metric is there, and comparable."""
    comparison = compared()
    assert {one.metric.name for one in comparison.rows} == EVERYTHING
    assert refused(comparison) == set()
    assert comparison.departures == ()


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("choices.device_name", "Another CPU", TIMED | MEMORY),
        ("choices.device", "cuda:0", TIMED | MEMORY),
        ("choices.threads", 8, TIMED),
        ("choices.precision", "float32", EVERYTHING - COUNTS),
        ("choices.compile_variant", "compiled", TIMED | MEMORY),
        ("choices.memory_format", "contiguous", TIMED | MEMORY),
        ("environment", {"cpu": "Example CPU", "libraries": {"torch": "2.9.1"}}, EVERYTHING - COUNTS),
        ("environment", {"cpu": "Other host", "libraries": {"torch": "2.8.0"}}, TIMED),
        ("environment", {"cpu": "Example CPU", "libraries": "none"}, EVERYTHING - COUNTS),
        ("data.fingerprint", "f" * 16, LEARNED | TO_TARGET),
        ("data.image_shape", (3, 64, 64), EVERYTHING),
        ("data.classes", ("cat", "dog"), EVERYTHING),
        ("data.train_images", 40_000, EPOCHS | TO_TARGET),
        ("data.residency", "streamed", EPOCHS | TO_TARGET),
        ("choices", None, EVERYTHING - COUNTS),
        ("data", None, {"params"}),
    ],
)
def test_each_condition_bears_on_its_metrics(path, value, expected):
    """Another device matters for speed and not for params; each refusal names its reason."""
    comparison = compared(changed(path, value))
    if path == "data":  # without it there is no row of training to refuse
        assert expected <= refused(comparison)
    else:
        assert refused(comparison) == expected
    assert all(one.reasons for one in comparison.rows if one.verdict == "not comparable")


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        ({"recipe": {"epochs": 4, "seeds": [0, 1, 2]}}, LEARNED | TO_TARGET),
        ({"recipe": {"epochs": 3, "optimizer": {"lr": 5e-4}}}, LEARNED | TO_TARGET),
        ({"recipe": {"epochs": 3, "optimizer": "sgd"}},
         LEARNED | TO_TARGET | EPOCHS | TRAINING | {"train_peak_bytes"}),
        ({"recipe": {"epochs": 3, "batch_size": 64}}, LEARNED | TO_TARGET | EPOCHS | MEMORY),
        ({"recipe": {"epochs": 3, "augment": ["hflip"]}}, LEARNED | TO_TARGET | EPOCHS),
        ({"dataset": {"name": "cifar10", "validation": 0.2}}, LEARNED | TO_TARGET),
        ({"dataset": {"name": "fashion_mnist"}}, LEARNED | TO_TARGET),
    ],
)  # fmt: skip
def test_each_setting_bears_on_its_metrics(suite, expected):
    """A learning rate moves no speed; another optimiser does."""
    assert refused(compared(suite=small(**suite))) == expected


def test_the_keys_that_differ_are_named():
    """With both values, so that nobody has to look for them."""
    comparison = compared(suite=small(recipe={"epochs": 3, "optimizer": {"lr": 5e-4}}))
    assert row(comparison, "test_accuracy").reasons == ("recipe.optimizer.lr: 0.001 \u2192 0.0005",)


def test_another_network_under_the_same_label_is_no_obstacle():
    """It may be what the comparison is about; it is listed among the conditions."""
    suite = small(architectures=[{"label": "Network 0", "name": "shared_resnet"}])
    comparison = compared(suite=suite)
    assert refused(comparison) == set()
    assert [one.condition for one in comparison.departures[0][1]] == ["network"]


def test_trials_that_differ_among_themselves_are_not_comparable():
    """A mean over two machines is comparable with nothing, even with itself."""
    mixed = changed("choices.device_name", "Another CPU", lambda record: record.trial.seed == 1)
    assert "seconds_per_epoch" in refused(compared(mixed))


def test_memory_at_another_batch_size_is_not_comparable():
    """The batch size of the measurement is compared with the measurement."""

    def larger(facts):
        return tuple(one.model_copy(update={"batch_size": 2 * one.batch_size}) for one in facts)

    assert refused(compared(changed("memory", larger))) == MEMORY


def test_a_doubtful_timing_is_marked_and_judged():
    """The certificate's kind is named with its run; the verdict stays."""
    doubts = {"busy machine": "others used 0.9 of 2 cores"}
    doubtful = changed("training.certificate", certificate(doubts=doubts))
    found = row(compared(doubtful), "seconds_per_epoch")
    assert {(doubt.run, doubt.kind, doubt.seed) for doubt in found.doubts} == {
        ("B", "busy machine", seed) for seed in (0, 1, 2)
    }
    assert found.verdict == "unchanged"
