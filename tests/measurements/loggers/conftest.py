"""Trials that loggers follow: one in training, and one of three epochs that is done."""

from types import SimpleNamespace

import pytest
from factories import document, make_info, make_record

from bench.measurements.loggers.catalogue import LOGGERS
from bench.measurements.loggers.following import About, Following
from bench.records import EpochFacts


@pytest.fixture
def made():
    """A record and its epochs."""
    trial = make_info(document(recipe={"epochs": 3, "seeds": [0]})).plan[0]
    return make_record(trial, 0)


@pytest.fixture
def record(made):
    """Of the trial that is done."""
    return made[0]


@pytest.fixture
def finished(made):
    """Its training, as far as loggers look at it."""
    history = [EpochFacts.model_validate(row) for row in made[1]]
    return SimpleNamespace(trial=made[0].trial, history=history, after_epoch=[])


@pytest.fixture
def about(record, tmp_path):
    """What loggers are told of it; the folder is that of a run."""
    folder = tmp_path / "a_suite" / "a_run" / "trials" / record.trial.folder
    folder.mkdir(parents=True)
    return About(record.trial, folder, record.static)


@pytest.fixture
def follow(tmp_path):
    """Let loggers follow a training; the same folder again is a continued trial."""

    def start(training, *names):
        counts = make_record(training.trial, 0)[0].static
        makers = {name: LOGGERS[name].make for name in names}
        following = Following(About(training.trial, tmp_path, counts), training, makers)
        training.after_epoch.append(following)
        return following

    return start


@pytest.fixture
def ended(record):
    """A record with another status."""

    def end(status):
        return record.model_copy(update={"status": status})

    return end
