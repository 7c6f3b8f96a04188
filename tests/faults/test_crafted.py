"""What somebody sent: checkpoints, runs and suites that execute code, leave their folder, fill the memory."""

import functools
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from factories import document, write_run
from rich.console import Console

from architectures import ArchitectureError
from architectures.registry import find
from bench.commands.conduct import conduct
from bench.commands.job import Job, Written
from bench.errors import StoreError, SuiteError
from bench.execution.local import LocalEngine
from bench.measurements.training import checkpoint
from bench.store import Run
from bench.store.sealed import SEAL, checksum
from bench.suite_file import load_suite


class Touches:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("legacy", [False, True], ids=["archive", "plain pickle"])
def test_a_checkpoint_cannot_execute_code(tmp_path, legacy):
    """Only tensors and plain values are read, in torch's old format not even those."""
    content = {"version": 1, "trial_id": "x", "model": Touches(tmp_path / "witness")}
    torch.save(content, tmp_path / "c.pt", _use_new_zipfile_serialization=not legacy)
    with pytest.raises(StoreError, match=r"c\.pt: damaged checkpoint"):
        checkpoint.read(tmp_path / "c.pt", "remove it")
    assert not (tmp_path / "witness").exists()


def test_a_checkpoint_cannot_unpack_to_more_than_its_size(tmp_path):
    """A gigabyte of zeros, compressed to a megabyte, is refused before it is unpacked."""
    torch.save({"version": 1, "trial_id": "x", "w": torch.zeros(4)}, tmp_path / "sound.pt")
    with (
        zipfile.ZipFile(tmp_path / "sound.pt") as sound,
        zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for member in sound.infolist():
            large = member.filename.endswith("/data/0")
            bomb.writestr(member.filename, bytes(64 << 20) if large else sound.read(member))
    assert checkpoint.read(tmp_path / "sound.pt", "")["w"].tolist() == [0.0] * 4
    with pytest.raises(StoreError, match="unpacks to more than its size"):
        checkpoint.read(tmp_path / "bomb.pt", "remove it")


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "runs")


@pytest.mark.parametrize("victim", ["suite.toml", "trials", "record.json", "epochs.csv"])
def test_a_run_cannot_quote_files_from_elsewhere(run, tmp_path, victim):
    """Symbolic links that lead out of it are refused, wherever they lie; the run itself may be linked."""
    (tmp_path / "link").symlink_to(run.folder)
    Run.open(tmp_path / "link")
    path = min(run.folder.rglob(victim))
    shutil.move(path, tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=f"{victim}: a symbolic link that leads out of the run"):
        Run.open(run.folder)


@pytest.mark.parametrize("name", [".lock", "bench.log", "run.json", "report.html", "trials"])
def test_nothing_is_written_through_a_link_that_leads_outside(tmp_path, name):
    """Who continues a run that somebody sent does not append to, or replace, files of his own."""
    job = Job.of(Written.built(document(), ()))
    folder = Run.folder_of(tmp_path / "runs", job.info)
    folder.mkdir(parents=True)
    (tmp_path / "mine").write_text("mine")
    (folder / name).symlink_to(tmp_path / "mine")
    with pytest.raises(StoreError, match=f"{name}: a symbolic link that leads out of the run"):
        conduct(
            job, LocalEngine(None), data_root=None, runs_dir=tmp_path / "runs", fresh=False, serve=False,
            console=Console(), conclude=lambda _: None,
        )  # fmt: skip
    assert (tmp_path / "mine").read_text() == "mine"
    assert list(folder.iterdir()) == [folder / name]


def test_a_link_inside_a_run_is_no_harm(run):
    """As those that deduplicate files make."""
    path = min(run.folder.rglob("epochs.csv"))
    path.rename(path.with_name("moved.csv"))
    path.symlink_to("moved.csv")
    assert Run.open(run.folder).records()


def reseal(file, **changes):
    """Forge a file of which the seal holds."""
    content = {**json.loads(file.read_bytes()), **changes}
    content.pop(SEAL)
    file.write_bytes(json.dumps({**content, SEAL: checksum(content)}).encode())


def test_a_record_cannot_name_tables_outside_its_folder(run, tmp_path):
    """A name of a table is the name of a file in the trial's folder."""
    (tmp_path / "secret.csv").write_text("secret")
    file = min(run.folder.rglob("record.json"))
    reseal(file, files={"../../../../../secret.csv": "0" * 64})
    with pytest.raises(StoreError, match=r"trials/.*secret\.csv: missing or changed"):
        run.records()


def test_a_record_cannot_be_nested_without_end(run):
    """The parser's recursion ends in a message."""
    file = min(run.folder.rglob("record.json"))
    file.write_bytes(b'{"a":' * 200_000)
    with pytest.raises(StoreError, match=r"record\.json: damaged"):
        run.records()


MODULES = ("bench", "pandas", "plotly", "sitecustomize", "usercustomize", "json", "reports", "architectures")


def test_nothing_in_a_run_is_imported(run, tmp_path):
    """Python files that somebody put beside the records are no modules of the program, even from there."""
    program = Path(sys.executable).with_name("bench")
    if not program.exists():
        pytest.skip("needs the installed program, since `python -m` looks into the current folder by itself")
    for place in (run.folder, *run.folder.glob("trials/*")):
        for name in MODULES:
            (place / f"{name}.py").write_text(f"open({str(tmp_path / 'witness')!r}, 'w')\n")
    for command in (["report", "."], ["verify", "report.html"], ["compare", ".", "."], ["doctor", "."]):
        done = subprocess.run(
            [program, *command], cwd=run.folder, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
    assert (run.folder / "report.html").is_file()
    assert not (tmp_path / "witness").exists()


@pytest.mark.parametrize(
    "name", ["os:system", "subprocess:Popen", "shutil:rmtree", "builtins:exec", "pathlib:os.system"]
)
def test_a_suite_cannot_call_functions_of_python(name):
    """`module:function` is code that the user has; what Python itself can do is not for suites to use."""
    with pytest.raises(ArchitectureError, match=r"part of Python.* not called"):
        find(name)


def test_a_suite_cannot_reach_them_through_other_modules(tmp_path, monkeypatch):
    """Nor wrapped; a network of one's own may be wrapped."""
    monkeypatch.chdir(tmp_path)
    Path("crafted.py").write_text(
        "import os, functools\nfrom os import system\nhidden = functools.partial(os.remove, 'x')\n"
        "def network(width): pass\nnarrow = functools.partial(network, width=1)\n"
    )
    for name in ("crafted:system", "crafted:os.remove", "crafted:hidden"):
        with pytest.raises(ArchitectureError, match="part of Python"):
            find(name)
    assert isinstance(find("crafted:narrow"), functools.partial)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file on this system")
def test_an_endless_suite_is_refused(tmp_path):
    """It would be read until the memory is full."""
    with pytest.raises(SuiteError, match="no such suite file"):
        load_suite("/dev/zero")
    (tmp_path / "linked.toml").symlink_to("/dev/zero")
    with pytest.raises(SuiteError, match="no such suite file"):
        load_suite(str(tmp_path / "linked.toml"))


def test_a_large_suite_is_refused(tmp_path):
    """Nobody writes a megabyte by hand."""
    (tmp_path / "large.toml").write_bytes(b"# a comment\n" * 100_000)
    with pytest.raises(SuiteError, match="larger than 1 MiB"):
        load_suite(str(tmp_path / "large.toml"))
