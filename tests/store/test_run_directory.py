"""The run directory: atomic, versioned, verified on reading."""

import json
import os
from pathlib import Path

import pytest
from factories import document, write_run

from bench.errors import StoreError
from bench.store import Run, TrialStore, write_atomically


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path, document())


def test_a_written_run_is_read_back(run):
    """Records come in the order of the plan, and are what was written."""
    opened = Run.open(run.folder)
    assert opened.info == run.info
    assert [record.trial for record in opened.records()] == list(run.info.plan)


def test_a_changed_table_is_refused(run):
    """A digit changed by hand does not pass for a measurement."""
    trial = run.info.plan[0]
    table = run.trial(trial).folder / "epochs.csv"
    table.write_text(table.read_text().replace("1", "2", 1))
    with pytest.raises(StoreError, match=r"epochs\.csv: missing or changed"):
        run.trial(trial).read_record()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ("[" * 100_000, "damaged"),
        ('{"schema_version": 1}', "damaged"),
        ('{"schema_version": 99}', "version 99 .* update the program"),
        ('{"schema_version": 0}', "version 0 .* --fresh"),
    ],
)
def test_a_record_that_cannot_be_read_says_why(run, content, expected):
    """Damage and other versions are told apart, with what to do."""
    store = run.trial(run.info.plan[0])
    (store.folder / "record.json").write_text(content)
    with pytest.raises(StoreError, match=expected):
        store.read_record()


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    """The message names the file that is missing."""
    with pytest.raises(StoreError, match=r"not a run directory \(no run.json\)"):
        Run.open(tmp_path)


def test_a_failed_write_leaves_the_earlier_content(tmp_path, monkeypatch):
    """A full disk costs the new file, never the old one, and leaves no temporary file."""
    path = tmp_path / "record.json"
    write_atomically(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device; free space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_tables_hold_empty_cells_for_missing_values(tmp_path):
    """None is written as nothing, and read back as text."""
    store = TrialStore(tmp_path / "trial")
    store.write_table("t", ("a", "b"), [{"a": 1, "b": None}])
    assert (store.folder / "t.csv").read_text() == "a,b\n1,\n"
    assert store.read_table("t") == [{"a": "1", "b": ""}]
    assert store.read_table("missing") == []


def test_records_name_no_path_of_the_machine(run):
    """Records are made to be sent around."""
    text = json.dumps([record.model_dump(mode="json") for record in run.records()])
    assert str(Path.home()) not in text
    assert str(Path.cwd()) not in text
