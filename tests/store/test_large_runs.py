"""A run of many trials: their folders lie in several, and everything finds them."""

import os

import pytest
from factories import document, write_run

from bench.analysis.tables import load
from bench.measurements.training.initial import checkpoint_path
from bench.store import Run, beside
from bench.store import run as run_directory
from bench.store.checkup import examine


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A small run, written and read as a large one."""
    monkeypatch.setattr(run_directory, "MOST_IN_A_FOLDER", 2)
    return write_run(tmp_path, document())


def test_no_folder_holds_all_of_them(large):
    """Two digits of a trial's hash name the folder that its own lies in."""
    for trial in large.info.plan:
        place = large.trial(trial).folder.relative_to(large.folder)
        assert place.parts == ("trials", trial.id[:2], trial.folder)


def test_a_small_run_has_them_side_by_side(tmp_path):
    """As people expect to find them."""
    run = write_run(tmp_path, document())
    folders = {run.trial(trial).folder for trial in run.info.plan}
    assert folders == set((run.folder / "trials").iterdir())


def test_they_are_read_back(large):
    """As records, and as tables."""
    opened = Run.open(large.folder)
    assert [record.trial for record in opened.records()] == list(large.info.plan)
    assert set(load(opened).trials["status"]) == {"done"}


def test_the_checkup_finds_them_and_what_is_not_planned(large):
    """By their places below the run."""
    stranger = large.folder / "trials" / "00" / "someone-s0-000000000000"
    stranger.mkdir(parents=True)
    report = large.folder / "report.html"
    report.write_text("made before the records")
    os.utime(report, (0, 0))
    findings = list(examine(large.folder, "report.html"))
    done = [finding.subject for finding in findings if finding.text.startswith("done, ")]
    places = [large.trial(trial).folder.relative_to(large.folder).as_posix() for trial in large.info.plan]
    assert done == [f"{place}/record.json" for place in places]
    unplanned = [finding.subject for finding in findings if finding.text.startswith("not in the plan")]
    assert unplanned == ["trials/00/someone-s0-000000000000"]
    assert next(finding.text for finding in findings if finding.subject == "report.html").startswith("older")


def test_a_checkpoint_of_another_trial_is_found(tmp_path, monkeypatch):
    """In another of the 256 folders; and beside it in a small run, or on a node."""
    first = {"label": "First", "name": "plain_cnn"}
    start = {"trial": "First", "keep": "weights"}
    second = {"label": "Second", "name": "plain_cnn", "recipe": {"epochs": 9, "init_from": start}}
    run = write_run(tmp_path, document(architectures=[first, second], claims=[]))
    for most in (5000, 2):
        monkeypatch.setattr(run_directory, "MOST_IN_A_FOLDER", most)
        opened = Run.open(run.folder)
        for trial in opened.info.plan:
            if trial.origin is not None:
                found = checkpoint_path(trial, opened.trial(trial).folder)
                assert found == opened.trial(trial.origin).folder / "checkpoint.pt"
    assert beside(tmp_path / "node" / trial.folder, trial.origin) == tmp_path / "node" / trial.origin.folder
