"""Loggers follow a trial, and none of them can fail it."""

import importlib.util

import pytest
from factories import document, make_info, make_record

from bench.errors import BenchWarning, DependencyError, SuiteError, WriteError
from bench.measurements.loggers.catalogue import LOGGERS, require
from bench.measurements.loggers.following import Following
from bench.measurements.loggers.interface import curves, scalars, summary_of
from bench.plan import make_plan
from bench.records import EpochFacts
from bench.spec.execution import Execution
from bench.suite_file import check_document

GONE = ConnectionError("the server is gone")


class Listening:
    """A logger that keeps what it is told, and fails where it is asked to."""

    def __init__(self, fails=(), error=GONE):
        self.fails, self.error, self.heard = fails, error, []

    def begin(self, about):
        self._hear("begin", about.name)

    def log(self, rows):
        self._hear("log", [row.epoch for row in rows])

    def end(self, status, summary):
        self._hear("end", status)

    def _hear(self, what, of):
        self.heard.append((what, of))
        if what in self.fails:
            raise self.error


@pytest.fixture
def listen(finished, about):
    """Loggers that follow a trial of three epochs from its start to its end."""

    def run(*loggers, continued=0):
        following = Following(about, finished, {str(n): lambda one=one: one for n, one in enumerate(loggers)})
        for epochs in range(continued, 4):
            following(epochs)
        return following

    return run


def test_a_logger_hears_of_each_epoch_once(listen, record):
    listener = Listening()
    listen(listener).end(record)
    assert listener.heard == [("begin", "CNN s0"), ("log", [1]), ("log", [2]), ("log", [3]), ("end", "done")]


def test_of_a_continued_trial_it_hears_all_epochs(listen, record):
    listener = Listening()
    listen(listener, continued=3).end(record)
    assert listener.heard == [("begin", "CNN s0"), ("log", [1, 2, 3]), ("end", "done")]


def test_of_a_trial_with_nothing_left_to_train_as_well(finished, about, record):
    listener = Listening()
    Following(about, finished, {"a": lambda: listener}).end(record)
    assert listener.heard == [("begin", "CNN s0"), ("log", [1, 2, 3]), ("end", "done")]


def test_a_lost_trial_is_told_as_failed(listen):
    listener = Listening()
    listen(listener).fail()
    assert listener.heard[-1] == ("end", "failed")


@pytest.mark.parametrize("where", ["begin", "log", "end"])
def test_one_that_fails_is_told_once_and_the_others_go_on(listen, record, where):
    """One warning that names it and why; it is not asked again."""
    gone, well = Listening(fails=(where,)), Listening()
    with pytest.warns(
        BenchWarning, match=r"execution.loggers: 0 failed .*ConnectionError: the server is gone"
    ) as told:
        listen(gone, well).end(record)
    assert len(told) == 1
    assert [what for what, _ in gone.heard].count(where) == 1
    assert gone.heard[-1][0] == where
    assert well.heard[-1] == ("end", "done")


def test_a_logger_that_cannot_be_made_is_told_too(finished, about):
    """A package may be there and not import."""

    def broken():
        raise ImportError("needs another version")

    with pytest.warns(BenchWarning, match="mlflow failed .*needs another version"):
        Following(about, finished, {"mlflow": broken})(3)


def test_a_full_disk_still_stops_the_run(listen):
    """Nothing else could be kept either."""
    with pytest.raises(WriteError):
        listen(Listening(fails=("log",), error=WriteError("no space left")))


@pytest.mark.parametrize("missing", ["mlflow", "wandb"])
def test_a_missing_package_is_told_with_its_extra(monkeypatch, missing):
    """Before anything is imported or trained."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else found(name))
    with pytest.raises(
        DependencyError, match=rf"'{missing}' not installed; pip install 'archbench\[{missing}\]'"
    ):
        require(("tensorboard", missing))


def test_what_is_always_there_needs_no_extra():
    require(("tensorboard",))
    require(())


def test_the_catalogue_and_the_spec_name_the_same_loggers():
    names = Execution.model_json_schema()["properties"]["loggers"]["items"]["enum"]
    assert list(LOGGERS) == names


def test_loggers_do_not_change_what_a_trial_is(suite):
    """A suite that names another tool resumes the same run."""
    ids = [[trial.id for trial in make_plan(suite(loggers))] for loggers in (["tensorboard"], ["mlflow"], [])]
    assert ids[0] == ids[1] == ids[2]


def test_an_unknown_logger_is_refused(suite):
    with pytest.raises(SuiteError, match=r"execution.loggers\[0\].*'tensorbord'"):
        suite(["tensorbord"])


@pytest.fixture
def suite():
    """A suite with these loggers."""

    def make(loggers):
        return check_document(document(execution={"loggers": loggers}), "suite.toml")

    return make


def test_a_test_set_that_validates_is_not_shown_as_a_validation_set():
    """The same curve once, under its own name."""
    shown = {}
    for validation in ("test", 0.1):
        suite = document(
            dataset={"name": "cifar10", "validation": validation}, recipe={"epochs": 3, "seeds": [0]}
        )
        made, epochs, *_ = make_record(make_info(suite).plan[0], 0)
        rows = curves(made.trial, [EpochFacts.model_validate(row) for row in epochs])
        shown[validation] = set(scalars(rows[0])) | set(summary_of(made))
    assert shown["test"] == shown[0.1] - {"loss/validation", "accuracy/validation", "selected_test_accuracy"}
    assert "selected_test_accuracy" in shown[0.1]
