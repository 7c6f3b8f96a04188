"""Suites that are built in Python are the suites that a file would hold."""

import pytest

import bench
from bench.commands.job import Job, Written
from bench.errors import SuiteError

TEXT = """
title = "A & B"
[dataset]
name = "digits"
[recipe]
epochs = 3
optimizer = { name = "sgd", lr = 0.1 }
augment = ["crop"]
[measure]
throughput = false
convergence = { targets = [0.5] }
[[architectures]]
label = "A"
name = "plain_cnn"
recipe = { epochs = 4 }
"""

BUILT = bench.Suite(
    title="A & B",
    dataset=bench.Dataset(name="digits"),
    recipe=bench.Recipe(
        epochs=3, optimizer=bench.SGD(name="sgd", lr=0.1), augment=(bench.Crop(name="crop"),)
    ),
    measure=bench.Measure(throughput=None, convergence=bench.Convergence(targets=(0.5,))),
    architectures=(bench.Architecture(label="A", name="plain_cnn", recipe={"epochs": 4}),),
)


def job(written, **changes):
    return Job.of(written, **changes)


def test_models_make_the_same_run_as_the_file(tmp_path):
    """The same id, so that each continues the other, and a text that says the same."""
    (tmp_path / "a-b.toml").write_text(TEXT)
    read, built = Written.read(str(tmp_path / "a-b.toml"), ()), Written.built(BUILT, ())
    assert job(built).info.run_id == job(read).info.run_id
    assert job(built).info.suite_name == job(read).info.suite_name == "a-b"
    (tmp_path / "again.toml").write_text(built.text)
    assert Written.read(str(tmp_path / "again.toml"), ()).suite == built.suite == read.suite


def test_settings_are_part_of_the_text():
    """The run directory explains itself."""
    changed = Written.built(BUILT, ("recipe.epochs=9", "dataset.limit=100"))
    assert changed.suite.recipe.epochs == 9
    assert "limit = 100" in changed.text


def test_other_data_take_its_claims_along():
    """A figure published on the suite's own data, whether it says so or not, is not compared on others."""
    stated, silent = ({"architecture": "A", "metric": "test_accuracy", "value": 0.9} for _ in range(2))
    suite = BUILT.model_dump(mode="json", exclude_unset=True)
    suite |= {"claims": [silent, stated | {"protocol": {"dataset": "mnist"}}]}
    written = Written.built(suite, ())
    claimed = [claim.protocol.dataset for claim in job(written, dataset="shapes").info.suite.claims]
    assert claimed == ["digits", "mnist"]
    assert job(written).info.suite.claims == written.suite.claims


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"device": "gpu"}, r'--device: expected "auto", "cpu", .*, got \'gpu\''),
        ({"engine": "slurm"}, "--engine: expected 'local' or 'ray', got 'slurm'"),
    ],
)
def test_what_the_call_changes_is_checked_as_the_file_is(changes, expected, tmp_path):
    """Before anything is written; each trial would fail."""
    with pytest.raises(SuiteError, match=expected):
        bench.run(BUILT, runs_dir=tmp_path / "runs", **changes)
    assert not (tmp_path / "runs").exists()


def test_a_dict_is_checked_as_a_file_is():
    """Every mistake at once, with its key."""
    with pytest.raises(
        SuiteError, match=r"suite: 2 errors\n.*recipe\.epoch: unknown key; did you mean 'epochs'"
    ):
        Written.built({"recipe": {"epoch": 3}, "architectures": [{"label": "A"}]}, ())


def test_what_no_file_could_hold_is_refused():
    """An object as an argument of a network cannot be kept."""
    entry = {"label": "A", "name": "plain_cnn", "args": {"act": object()}}
    with pytest.raises(SuiteError, match="cannot be written as TOML"):
        Written.built({"architectures": [entry]}, ())


def test_mistakes_that_only_the_whole_shows_are_found_in_models_too():
    """Two architectures of one label."""
    twice = BUILT.model_copy(update={"architectures": BUILT.architectures * 2})
    with pytest.raises(SuiteError, match="already the label"):
        Written.built(twice, ())
