"""Runs found in a folder, whole and broken."""

from __future__ import annotations

import pytest
from histories import at, write_revision

from bench.analysis.history import collect
from bench.errors import StoreError
from bench.store import RUN_FILE


def failed(record):
    """One of six trials fails."""
    if (record.trial.label, record.trial.seed) != ("CNN", 1):
        return record
    return record.model_copy(update={"status": "failed", "reason": "out of memory", "training": None})


def test_runs_are_found_at_any_depth_in_the_order_they_were_measured(tmp_path):
    """Whether or not a folder for each revision lies between."""
    write_revision(tmp_path / "later" / "machine", 2)
    write_revision(tmp_path / "earlier", 9)
    write_revision(tmp_path, 1)
    runs = collect(tmp_path).runs
    assert [run.measured_at for run in runs] == [at(1), at(2), at(9)]
    assert [run.place.split("/")[0] for run in runs] == ["day-01", "later", "earlier"]
    assert [run.revision for run in runs] == ["01abcdef0123", "02abcdef0123", "09abcdef0123"]


def test_a_run_counts_its_trials(tmp_path):
    """Failed ones are not done, and leave the mean."""
    write_revision(tmp_path, 1, failed)
    (run,) = collect(tmp_path).runs
    assert (run.done, len(run.side.outcomes)) == (5, 6)
    assert set(run.values("CNN", "test_accuracy")) == {0}
    assert set(run.values("ResNet", "test_accuracy")) == {0, 1}


def test_changes_that_were_not_committed_are_marked(tmp_path):
    """And a run that went on after a commit has both revisions."""

    def edit(record):
        dirty = record.environment | {"git_dirty": True}
        later = record.environment | {"git_revision": "fedcba"}
        return record.model_copy(update={"environment": dirty if record.trial.seed == 0 else later})

    write_revision(tmp_path, 1, edit)
    (run,) = collect(tmp_path).runs
    assert run.revision == "01abcdef0123+ and fedcba"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "damaged"),
        ('{"schema_version": 99}', "update the program"),
        ("[]", "damaged"),
        (None, "not a run"),
    ],
)
def test_a_broken_run_is_kept_with_its_reason(tmp_path, content, reason):
    """Cut short, of a newer program, something else, or without run.json; the others are read."""
    write_revision(tmp_path, 1)
    broken = write_revision(tmp_path, 2).folder
    (broken / RUN_FILE).unlink()
    if content is not None:
        (broken / RUN_FILE).write_text(content)
    found = collect(tmp_path)
    assert len(found.runs) == 1
    (one,) = found.broken
    assert one.place == broken.relative_to(tmp_path).as_posix()
    assert reason in one.reason
    assert str(tmp_path) not in one.reason


def test_a_damaged_trial_is_a_hole_in_its_run(tmp_path):
    """And not the end of the run."""
    run = write_revision(tmp_path, 1)
    (run.trial(run.info.plan[0]).folder / "record.json").write_text("{")
    (found,) = collect(tmp_path).runs
    assert [one.status for one in found.side.outcomes].count("damaged") == 1


def test_a_suite_file_beside_the_runs_is_no_run(tmp_path):
    """Where somebody keeps suites and runs in one folder."""
    write_revision(tmp_path / "runs", 1)
    (tmp_path / "suite.toml").write_text("title = 'mine'\n")
    assert len(collect(tmp_path).runs) == 1


def test_a_folder_that_cannot_be_indexed_says_why(tmp_path):
    """It does not exist, holds nothing, or is itself a run."""
    run = write_revision(tmp_path / "runs", 1)
    (tmp_path / "empty").mkdir()
    for folder, message in ((tmp_path / "nowhere", "no such folder"), (tmp_path / "empty", "holds no run"),
                            (run.folder, "is one run")):  # fmt: skip
        with pytest.raises(StoreError, match=message):
            collect(folder)
