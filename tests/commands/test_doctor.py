"""`bench doctor RUN`: whether everything in a run directory is what was written, and what to do if not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from factories import document, write_run

from bench.commands.doctor import doctor
from bench.errors import StoreError
from bench.store import generations
from bench.store.lock import RunLock


@pytest.fixture
def run(tmp_path):
    """A finished run of three trials, with checkpoints and a report."""
    suite = document(recipe={"epochs": 2, "seeds": [0]})
    run = write_run(tmp_path, suite)
    for trial in run.info.plan:
        path = run.trial(trial).folder / "checkpoint.pt"
        for state in (b"first", b"second"):
            generations.write(path, lambda sink, state=state: sink.write(state))
    (run.folder / "report.html").write_text("<!doctype html>")
    return run


@pytest.fixture
def first(run):
    """The folder of its first trial."""
    return run.trial(run.info.plan[0]).folder


def test_a_sound_run_is_sound(run, capsys):
    """Every record, every checkpoint, and nothing to add."""
    assert doctor(run.folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[:-1]} == {"ok"}
    assert sum("record.json: done" in line for line in lines) == 3
    assert sum("checkpoint" in line for line in lines) == 6
    assert lines[-1] == f"{run.folder}: sound"


def turn(path: Path):
    path.write_bytes(path.read_bytes()[:-2] + b"?!")


def change_a_digit(path: Path):
    path.write_text(path.read_text().replace('"epochs": 2', '"epochs": 3', 1))


def other_trial(path: Path):
    (other,) = (folder for folder in path.parents[1].iterdir() if folder.name.startswith("resnet-s0"))
    for file in (*other.glob("*.csv"), other / path.name):
        (path.parent / file.name).write_bytes(file.read_bytes())


@pytest.mark.parametrize(
    ("name", "damage", "told"),
    [
        ("epochs.csv", turn, "epochs.csv: missing or changed since record.json was written"),
        ("layers.csv", Path.unlink, "layers.csv: missing or changed"),
        ("record.json", turn, "record.json: damaged"),
        ("record.json", change_a_digit, "damaged (changed since it was written); remove it"),
        ("record.json", other_trial, "it is that of trial"),
        ("checkpoint.pt", turn, "its checksum does not hold"),
        ("checkpoint.previous.pt", turn, "its checksum does not hold"),
        ("../../run.json", change_a_digit, "run.json: damaged"),
        ("../../suite.toml", Path.unlink, "suite.toml: cannot be read"),
    ],
)
def test_damage_is_named_and_fails(first, capsys, name, damage, told):
    """One line says what; exit 1."""
    damage(first / name)
    assert doctor(first.parents[1]) == 1
    broken = [line for line in capsys.readouterr().out.splitlines() if line.startswith("broken")]
    assert any(told in line for line in broken), broken


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("record.json", Path.unlink, "none yet; `bench run` continues this trial"),
        ("checkpoint.pt.sha256", Path.unlink, "without a checksum"),
        (".epochs.csv.123.part", Path.touch, "its writing was cut short"),
        ("../unplanned-s0-123/x", lambda path: path.parent.mkdir(), "not in the plan"),
        ("../../report.html", Path.unlink, "`bench report "),
        ("../../report.html", lambda path: os.utime(path, (0, 0)), "older than a record"),
    ],
)
def test_what_is_worth_knowing_is_no_damage(first, capsys, name, change, told):
    """A note; exit 0."""
    change(first / name)
    assert doctor(first.parents[1]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note")]
    assert any(told in line for line in notes), notes


def test_whoever_works_on_it_is_named(run, capsys):
    """Files that change while they are looked at are no damage, and this explains them."""
    with RunLock(run.folder):
        doctor(run.folder)
    assert f".lock: process {os.getpid()} on " in capsys.readouterr().out


def test_a_record_from_before_there_were_checksums_is_sound(run, first):
    """It is as readable as ever."""
    content = json.loads((first / "record.json").read_text())
    del content["sha256"]
    (first / "record.json").write_text(json.dumps(content))
    assert doctor(run.folder) == 0


def test_of_a_folder_of_runs_the_newest_is_looked_at(run, capsys):
    """As for a report."""
    assert doctor(run.folder.parents[1]) == 0
    assert capsys.readouterr().out.endswith(f"{run.folder}: sound\n")


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    """Not "sound"."""
    with pytest.raises(StoreError, match="holds no run"):
        doctor(tmp_path)


def test_looking_at_a_run_needs_no_torch(run):
    """A run may lie on a machine that could not train it."""
    script = (
        "import sys; from pathlib import Path; from bench.commands.doctor import doctor;"
        "code = doctor(Path(sys.argv[1])); sys.exit(code or 'torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, run.folder], check=True, stdout=subprocess.DEVNULL)


def test_a_closed_pipe_is_no_fault_of_the_run(run, monkeypatch):
    """`bench doctor RUN | head -1` must not say that the run cannot be read."""

    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", closed)
    with pytest.raises(BrokenPipeError):
        doctor(run.folder)
