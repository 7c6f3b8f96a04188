"""Which runs a line may join."""

from __future__ import annotations

import math

import pytest
from factories import document
from histories import SMALL, on, with_data, with_params, write_revision

from bench.analysis.history import collect, points, strands


def of(root, metric, label="CNN"):
    """The strands of an architecture in a metric; the newest first."""
    (found,) = (of for key, of in points(collect(root).runs).items() if key[0] == metric)
    return [strand for strand in strands(found) if strand.label == label]


def days(strand):
    """The days on which the points of a strand were measured."""
    return [int(point.run.measured_at[8:10]) for point in strand.points]


def test_runs_under_the_same_conditions_are_joined(tmp_path):
    """With the mean over seeds and its interval, oldest first."""
    for day in (3, 1, 2):
        write_revision(tmp_path, day)
    (strand,) = of(tmp_path, "test_accuracy")
    assert days(strand) == [1, 2, 3]
    point = strand.points[0]
    assert point.seeds == 2
    assert point.low < point.value < point.high
    assert point.value == pytest.approx(sum(point.run.values("CNN", "test_accuracy").values()) / 2)


@pytest.mark.parametrize(
    ("edit", "torch", "condition"),
    [(on("Another CPU"), "2.8.0", "device name"),
     (with_data("fedcba9876543210"), "2.8.0", "data fingerprint"),
     (lambda record: record, "2.9.1", "torch")],
)  # fmt: skip
def test_other_conditions_stand_apart(tmp_path, edit, torch, condition):
    """In accuracy; the condition is named, and the others around it stay joined."""
    for day in (1, 3):
        write_revision(tmp_path, day)
    write_revision(tmp_path, 2, edit, torch=torch)
    newest, other = of(tmp_path, "test_accuracy")
    assert (days(newest), newest.apart) == ([1, 3], ())
    assert (days(other), [one.condition for one in other.apart]) == ([2], [condition])


def test_other_precision_stands_apart_but_not_in_counts(tmp_path):
    """Params follow from the network, on whatever machine."""

    def edit(record):
        choices = record.choices.model_copy(update={"precision": "float32", "device_name": "Another CPU"})
        return record.model_copy(update={"choices": choices})

    write_revision(tmp_path, 1)
    write_revision(tmp_path, 2, edit)
    assert [days(strand) for strand in of(tmp_path, "test_accuracy")] == [[2], [1]]
    assert [days(strand) for strand in of(tmp_path, "params")] == [[1, 2]]


def test_another_patch_of_torch_is_the_same(tmp_path):
    """Which is taken to change no number."""
    write_revision(tmp_path, 1, torch="2.8.0")
    write_revision(tmp_path, 2, torch="2.8.1")
    assert [days(strand) for strand in of(tmp_path, "test_accuracy")] == [[1, 2]]


def test_a_change_of_the_code_is_a_step_in_one_line(tmp_path):
    """That is what a history is for."""
    write_revision(tmp_path, 1)
    write_revision(tmp_path, 2, with_params("CNN", 90_000))
    (strand,) = of(tmp_path, "params")
    assert [point.value for point in strand.points] == [81_578, 90_000]
    assert math.isnan(strand.points[0].low)


def test_another_recipe_stands_apart(tmp_path):
    """In accuracy, with the keys that differ."""
    write_revision(tmp_path, 1)
    write_revision(tmp_path, 2, suite={**SMALL, "recipe": {"epochs": 3, "seeds": [0, 1]}})
    _, other = of(tmp_path, "test_accuracy")
    assert [one.text for one in other.apart] == ["recipe.epochs: 2 \u2192 3"]


def test_another_network_under_the_same_label_stands_apart(tmp_path):
    """Its params are no step of the first one's."""
    entries = [
        {"label": "CNN", "name": "plain_cnn", "args": {"channels": [8, 8]}},
        *SMALL["architectures"][1:],
    ]
    write_revision(tmp_path, 1)
    write_revision(tmp_path, 2, suite={**SMALL, "architectures": entries})
    _, other = of(tmp_path, "params")
    assert [one.condition for one in other.apart] == ["network"]


def test_throughput_is_followed_at_the_batch_size_that_most_runs_have(tmp_path):
    """Of those, the largest."""
    for day, sizes in ((1, [16, 32]), (2, [16, 32]), (3, [16, 64])):
        measure = {"throughput": {"batch_sizes": sizes, "modes": ["train"]}}
        write_revision(tmp_path, day, suite={**SMALL, "measure": measure})
    assert ("train_throughput", 16.0) in points(collect(tmp_path).runs)
    (tmp_path / "day-03").rename(tmp_path.parent / f"{tmp_path.name}-elsewhere")
    assert ("train_throughput", 32.0) in points(collect(tmp_path).runs)


def test_what_a_run_did_not_measure_is_no_point(tmp_path):
    """One seed has no interval; without training there are counts alone."""
    write_revision(tmp_path, 1, suite=document(recipe={"epochs": 2, "seeds": [0]}, claims=[]))
    write_revision(tmp_path, 2, lambda record: record.model_copy(update={"training": None, "throughput": ()}))
    found = points(collect(tmp_path).runs)
    assert [point.seeds for point in found["test_accuracy", None]] == [1, 1, 1]
    assert all(math.isnan(point.low) for point in found["test_accuracy", None])
    assert len(found["params", None]) == 6
