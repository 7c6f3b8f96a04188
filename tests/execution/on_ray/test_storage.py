"""Trials that travel over storage which all nodes reach."""

from pathlib import Path

import pytest
from factories import document, make_info

from bench.errors import DependencyError, StoreError
from bench.execution.on_ray.storage import Storage, resolved
from bench.store import generations

TRIAL = "a-s0-0123456789ab"


@pytest.fixture(params=["folder", "memory"])
def storage(request, tmp_path):
    """On a file system, and on one of fsspec's own that has no folders."""
    return Storage(str(tmp_path / "storage") if request.param == "folder" else "memory://x", tmp_path.name)


def content(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def trial(tmp_path):
    """A folder with two generations of a checkpoint, a table, and traces in a folder of their own."""
    folder = tmp_path / "here" / TRIAL
    for number in range(2):
        generations.write(
            folder / "checkpoint.pt", lambda sink, number=number: sink.write(b"%d" % number * 100)
        )
    (folder / "trace").mkdir()
    (folder / "trace" / "one.json").write_text("{}")
    (folder / "epochs.csv").write_text("epoch\n1\n")
    return folder


def test_a_folder_arrives_as_it_left(storage, trial, tmp_path):
    """Without what was only being written, and gone from there when it is forgotten."""
    sent = content(trial)
    (trial / ".attempt").write_text("x")
    assert not storage.holds(TRIAL)
    storage.send(trial)
    there = tmp_path / "there" / TRIAL
    storage.fetch(there)
    assert content(there) == sent
    storage.forget(TRIAL)
    storage.forget(TRIAL)
    assert not storage.holds(TRIAL)


def test_a_checkpoint_arrives_with_its_checksum(storage, trial, tmp_path):
    """And takes the place of the one before."""
    storage.send_checkpoint(trial)
    generations.write(trial / "checkpoint.pt", lambda sink: sink.write(b"2" * 100))
    storage.send_checkpoint(trial)
    there = tmp_path / "there" / TRIAL
    storage.fetch(there)
    checkpoint = there / "checkpoint.pt"
    assert sorted(content(there)) == ["checkpoint.pt", "checkpoint.pt.sha256"]
    assert generations.state(checkpoint, generations.checksums_of(checkpoint)) == "intact"
    assert checkpoint.read_bytes() == b"2" * 100


def test_what_is_there_already_is_newer(storage, tmp_path):
    """A driver that died had not fetched it yet; and what a trial starts from is offered with it."""
    suite = document(
        architectures=[
            {"label": "A", "name": "plain_cnn"},
            {"label": "B", "name": "plain_cnn", "recipe": {"init_from": {"trial": "A"}}},
        ],
        claims=[],
        recipe={"seeds": [0]},
    )
    first, second = make_info(suite).plan
    for trial in (first, second):
        (tmp_path / "run" / trial.folder).mkdir(parents=True)
        (tmp_path / "run" / trial.folder / "checkpoint.pt").write_text("old")
    (tmp_path / "node" / second.folder).mkdir(parents=True)
    (tmp_path / "node" / second.folder / "checkpoint.pt").write_text("new")
    storage.send(tmp_path / "node" / second.folder)
    storage.offer(second, tmp_path / "run" / second.folder)
    for trial, expected in ((first, "old"), (second, "new")):
        storage.fetch(tmp_path / "there" / trial.folder)
        assert (tmp_path / "there" / trial.folder / "checkpoint.pt").read_text() == expected


def test_folders_are_named_in_full_and_addresses_as_they_are():
    """A node may work elsewhere."""
    assert resolved("x/y") == str(Path.cwd() / "x" / "y")
    assert resolved("s3://bucket/x") == "s3://bucket/x"


def test_what_cannot_be_reached_is_said(tmp_path):
    """With the key of the suite."""
    with pytest.raises((StoreError, DependencyError), match=r"execution\.ray\.storage: nowhere://x"):
        Storage("nowhere://x", "run")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"execution\.ray\.storage: .*file"):
        Storage(str(tmp_path / "file"), "run").send_checkpoint(_checkpoint(tmp_path))


def _checkpoint(tmp_path):
    folder = tmp_path / TRIAL
    folder.mkdir()
    (folder / "checkpoint.pt").write_text("")
    return folder
