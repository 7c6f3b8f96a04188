"""Files that cannot be read, one after the other: a message, or a hole in the report."""

import builtins
import errno
import io
import os
from pathlib import Path

import numpy as np
import pytest
from factories import DOCUMENT, document, write_run

from bench.analysis.tables import load
from bench.data import load as load_data
from bench.errors import BenchError, BenchWarning
from bench.spec import Dataset
from bench.store import REPORT_FILE, Run
from bench.store.checkup import examine

ERRORS = (errno.EIO, errno.EACCES, errno.ENOENT, errno.ESTALE)
"""A bad disk, a missing permission, a file that vanishes, a network file system that forgot it."""


class Reads:
    """Counts files below a folder that are opened for reading, and fails one of them."""

    def __init__(self, monkeypatch, folder):
        self.calls, self._at, self._error, self._folder = 0, None, None, str(folder)
        really_open = io.open

        def counted(file, mode="r", *args, **options):
            reads = not set(mode) & set("wax+") and isinstance(file, str | os.PathLike)
            if reads and os.fspath(file).startswith(self._folder):
                self.calls += 1
                if self.calls == self._at:
                    raise OSError(self._error, os.strerror(self._error), os.fspath(file))
            return really_open(file, mode, *args, **options)

        monkeypatch.setattr(io, "open", counted)
        monkeypatch.setattr(builtins, "open", counted)
        monkeypatch.setattr(Path, "open", counted)

    def arm(self, at, error):
        """Fail the file of that number, counted from now; returns how many were opened before."""
        calls, self.calls, self._at, self._error = self.calls, 0, at, error
        return calls


@pytest.fixture
def run(tmp_path):
    networks = DOCUMENT["architectures"][:2]
    return write_run(tmp_path, document(recipe={"epochs": 2, "seeds": [0, 1]}, architectures=networks))


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_of_files_that_cannot_be_read(run, monkeypatch):
    """Whatever file of a run fails: no report and a message, or a report in which that trial is damaged."""
    before = everything(run.folder)
    reads = Reads(monkeypatch, run.folder)
    whole = load(Run.open(run.folder)).finished
    opened = reads.arm(None, None)
    assert opened > 3 * whole
    for at in range(1, opened + 1):
        reads.arm(at, ERRORS[at % len(ERRORS)])
        try:
            tables = load(Run.open(run.folder))
        except BenchError as error:
            assert str(run.folder) in str(error)  # noqa: PT017 - a hole in the report is right as well
        else:
            assert tables.finished == whole - 1, at
            assert (tables.trials["status"] == "damaged").sum() == 1, at
    reads.arm(None, None)
    assert everything(run.folder) == before


def test_an_examination_of_files_that_cannot_be_read(run, monkeypatch):
    """`bench doctor RUN` calls one thing broken and goes on, or says which file it could not open."""
    reads = Reads(monkeypatch, run.folder)
    sound = list(examine(run.folder, REPORT_FILE))
    assert not [finding for finding in sound if finding.state == "broken"]
    for at in range(1, reads.arm(None, None) + 1):
        reads.arm(at, errno.EIO)
        try:
            found = list(examine(run.folder, REPORT_FILE))
        except OSError as error:
            assert str(run.folder) in str(error.filename)  # noqa: PT017 - the command says which
        else:
            assert any(finding.state == "broken" for finding in found) or found == sound, at


def test_a_cache_that_cannot_be_read(tmp_path, monkeypatch):
    """The images are decoded again, or a message says what is wrong; never are they others."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    digits = Dataset(name="digits", image_size=16)
    sound = load_data(digits, data_root=None)
    images, labels = sound.train_images.copy(), sound.train_labels.copy()
    reads = Reads(monkeypatch, tmp_path / "cache")
    load_data(digits, data_root=None)
    for at in range(1, reads.arm(None, None) + 1):
        reads.arm(at, ERRORS[at % len(ERRORS)])
        with pytest.warns(BenchWarning, match="decoded again"):
            again = load_data(digits, data_root=None)
        np.testing.assert_array_equal(again.train_images, images)
        np.testing.assert_array_equal(again.train_labels, labels)
