"""Warnings: each thing a reader must know is said, and nothing is said without cause."""

from __future__ import annotations

import pytest
from factories import architectures, certificate, document, write_run

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


def test_what_could_not_be_measured_is_said_once_a_network(tmp_path):
    """With the reason, however many seeds met it."""
    failed = {
        "throughput of train at batch size 1": "ValueError: one value",
        "profile": "ValueError: one value",
    }

    def change(record):
        return record.model_copy(update={"unmeasured": failed}) if record.trial.label == "A" else record

    suite = document(architectures=[{"label": "A", "name": "a"}, {"label": "B", "name": "b"}], claims=[])
    warnings = load(write_run(tmp_path, suite, change)).warnings
    assert list(warnings.loc[warnings["kind"] == "not measured", "message"]) == [
        "A, throughput of train at batch size 1, profile: ValueError: one value"
    ]


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


@pytest.mark.parametrize("part", ["training", "latency", "phases"])
def test_a_doubtful_timing_is_a_warning_of_its_kind(tmp_path, part):
    """Whatever was timed; who, what and why are named, and the timing stays."""
    doubtful = certificate(doubts={"busy machine": "others used 0.9 of 2 cores"})
    change = altered(
        part, lambda record: first(record) and record.trial.label == "Network 1", certificate=doubtful
    )
    tables = load(write_run(tmp_path, FAIR, change))
    assert list(tables.warnings["kind"]) == ["busy machine"]
    assert f"Network 1 seed 0, {part} (others used 0.9 of 2 cores)" in tables.warnings["message"].iloc[0]
    assert len(tables.certificates) == 18


def test_doubtful_throughput_is_kept_and_marked(tmp_path):
    """Every row of it is there, with its verdict."""

    def change(record):
        doubtful = certificate(doubts={"unsteady timing": "+8.0% from first to last"})
        facts = tuple(fact.model_copy(update={"certificate": doubtful}) for fact in record.throughput)
        return record.model_copy(update={"throughput": facts})

    tables = load(write_run(tmp_path, FAIR, change))
    assert set(tables.warnings["kind"]) == {"unsteady timing"}
    assert list(tables.throughput["verdict"]) == ["doubtful"] * 8


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


def test_validation_images_seen_at_one_seed_are_said(tmp_path):
    """Also where the last seed is the one whose own checkpoint it was."""

    def change(record):
        start = InitialFacts(checkpoint_sha256="0" * 64, label="Base", validation_seen=record.trial.seed != 2)
        return record.model_copy(update={"initial": start})

    tables = load(write_run(tmp_path, FAIR, change))
    said = tables.warnings.loc[tables.warnings["kind"] == "validation images seen before", "message"]
    assert len(said) == 2
    assert said.str.endswith("the images held out here; so for 2 of 3 seeds.").all()


def ending_at(*accuracies):
    """A change that sets the last test accuracy of each architecture, by seed."""

    def change(record):
        accuracy = accuracies[int(record.trial.label.split()[1])][record.trial.seed]
        last = record.training.last.model_copy(update={"test_accuracy": accuracy})
        return record.model_copy(update={"training": record.training.model_copy(update={"last": last})})

    return change


def test_seeds_without_spread_are_no_certainty(tmp_path):
    """A network that ends alike at every seed, and a difference that is the same at every seed."""
    tables = load(write_run(tmp_path / "one", FAIR, ending_at((0.5, 0.5, 0.5), (0.6, 0.7, 0.65))))
    (message,) = tables.warnings["message"]
    assert message.startswith(
        "Every seed ended at the same test accuracy (Network 0); the interval has no width"
    )
    tables = load(write_run(tmp_path / "pair", FAIR, ending_at((0.5, 0.625, 0.75), (0.375, 0.5, 0.625))))
    (message,) = tables.warnings["message"]
    assert message.startswith("The difference is the same at every seed (Network 0 and Network 1);")


def test_a_schedule_that_follows_the_test_accuracy(tmp_path):
    """With the test set for validation, a plateau schedule has seen it; with a split of its own not."""
    recipe = {"epochs": 2, "seeds": [0, 1, 2], "schedule": "plateau"}
    on_test = FAIR | {"recipe": recipe, "dataset": {"name": "cifar10", "validation": "test"}}
    assert kinds(tmp_path / "test", suite=on_test) == ["schedule decided on the test set"]
    assert kinds(tmp_path / "own", suite=FAIR | {"recipe": recipe}) == []


@pytest.mark.parametrize(
    ("schedule", "what"),
    [
        ({"name": "cosine", "warmup_epochs": 2}, "still rose in the last epoch"),
        ({"name": "step", "milestones": [1], "warmup_epochs": 2}, "still rose in the last epoch"),
        ({"name": "step", "milestones": [3, 2]}, "reached no milestone"),
        ({"name": "cosine", "warmup_epochs": 1.5}, None),
        ({"name": "step", "milestones": [3, 1], "warmup_epochs": 1}, None),
        ({"name": "step", "milestones": []}, None),
        ({"name": "onecycle"}, None),
    ],
)
def test_a_schedule_longer_than_the_training(tmp_path, schedule, what):
    """Two epochs of a schedule that was made for more."""
    tables = load(
        write_run(tmp_path, FAIR | {"recipe": FAIR["recipe"] | {"epochs": 2, "schedule": schedule}})
    )
    messages = [row.message for row in tables.warnings.itertuples() if row.kind == "schedule cut short"]
    both = "The learning rate of Network 0, Network 1"
    assert messages == ([f"{both} {what}; see recipe.schedule."] if what else [])
