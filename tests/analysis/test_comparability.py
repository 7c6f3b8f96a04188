"""Warnings: each thing a reader must know is said, and nothing is said without cause."""

from __future__ import annotations

import pytest
from factories import architectures, document, write_run

from bench.analysis.tables import load
from bench.records import InitialFacts

FAIR = document(architectures=architectures(2), claims=[])


def kinds(tmp_path, change=None, suite=FAIR):
    """Kinds of warning of a run."""
    return list(load(write_run(tmp_path, suite, change)).warnings["kind"])


def altered(part, when=lambda record: True, **values):
    """A change to one part of those records."""

    def change(record):
        if not when(record):
            return record
        return record.model_copy(update={part: getattr(record, part).model_copy(update=values)})

    return change


def first(record):
    """Whether it is a trial of seed 0."""
    return record.trial.seed == 0


def test_a_fair_comparison_has_no_warnings(tmp_path):
    """Equal recipes, three seeds, original images, steady timing."""
    assert kinds(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("re-encoded images", altered("data", reencoded=True)),
        ("validation on the test set", altered("data", validated_on_test=True)),
        ("unequal data", altered("data", first, fingerprint="f" * 16)),
        ("unequal conditions", altered("choices", first, precision="float32")),
        ("unequal conditions", altered("choices", first, device_name="Another CPU")),
        ("unequal conditions", altered("choices", first, compile_variant="compiled")),
        ("uncounted operators", altered("static", unsupported={"aten::erf": 3})),
    ],
)
def test_each_departure_is_named(tmp_path, kind, change):
    """One departure, one kind of warning."""
    assert set(kinds(tmp_path, change)) == {kind}


@pytest.mark.parametrize(
    ("kind", "values"),
    [("unsteady timing", {"drift": -0.08}), ("imprecise timing", {"low": 100.0, "high": 900.0})],
)
def test_doubtful_timings_are_marked(tmp_path, kind, values):
    """Drift above 5 % and an interval wider than 10 % are doubtful; they stay in the table."""

    def change(record):
        facts = tuple(fact.model_copy(update=values) for fact in record.throughput)
        return record.model_copy(update={"throughput": facts})

    tables = load(write_run(tmp_path, FAIR, change))
    assert set(tables.warnings["kind"]) == {kind}
    assert len(tables.throughput) == 8


def test_a_busy_machine(tmp_path):
    """More load than the trial's own threads: speeds are those of a shared machine."""

    def change(record):
        facts = tuple(fact.model_copy(update={"load_average": 9.3}) for fact in record.throughput)
        return record.model_copy(update={"throughput": facts})

    assert kinds(tmp_path, change) == ["busy machine"]


def test_one_seed(tmp_path):
    """Without a second seed no difference can be called real."""
    suite = document(architectures=architectures(2), claims=[], recipe={"epochs": 2, "seeds": [7]})
    assert kinds(tmp_path, suite=suite) == ["single seed"]


def test_a_part_of_the_data(tmp_path):
    """`dataset.limit` is said."""
    assert kinds(tmp_path, suite=FAIR | {"dataset": {"name": "cifar10", "limit": 100}}) == [
        "part of the data"
    ]


def test_unequal_recipes_name_the_keys(tmp_path):
    """Keys that differ are listed, and only those are marked in the table of recipes."""
    different = [
        {"label": "A", "name": "plain_cnn"},
        {"label": "B", "name": "plain_cnn", "recipe": {"optimizer": {"lr": 0.5}, "batch_size": 7}},
    ]
    tables = load(write_run(tmp_path, document(architectures=different, claims=[])))
    marked = tables.recipes[tables.recipes["differs"]]
    assert list(marked["key"]) == ["batch_size", "optimizer.lr"]
    assert marked["values"].iloc[1] == {"A": "0.001", "B": "0.5"}
    assert "batch_size, optimizer.lr" in tables.warnings["message"].iloc[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"trained before"}),
        ({"keep": "training"}, set()),
        ({"validation_seen": True}, {"trained before", "validation images seen before"}),
        ({"checkpoint_sha256": None, "fitted_images": 5000}, set()),
    ],
)
def test_a_start_from_trained_weights_is_said(tmp_path, values, expected):
    """Costs that leave the earlier training out, and held-out images that it may have shown."""
    start = InitialFacts(checkpoint_sha256="0" * 64, label="Base", epochs=15).model_copy(update=values)
    assert set(kinds(tmp_path, lambda record: record.model_copy(update={"initial": start}))) == expected
