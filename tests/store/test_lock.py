"""The lock of a run: one process at a time, whoever crashes, and no waiting."""

import errno
import json
import os
import platform
import signal
import subprocess
import sys

import pytest

from bench.errors import StoreError, WriteError
from bench.store.lock import LOCK_FILE, RunLock, holder

HOLD = """
import sys, time
from pathlib import Path
from bench.store.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_second_process_is_told_who_was_first_and_a_crash_frees_the_lock(tmp_path, elsewhere):
    """Process and host, to find it; SIGKILL leaves nothing that a person would have to remove."""
    named = f"process {elsewhere.pid} on {platform.node()}"
    with (
        pytest.raises(StoreError, match=f"{named} .* is working on this run; wait .* or stop it"),
        RunLock(tmp_path),
    ):
        pass
    assert holder(tmp_path).startswith(named)
    os.kill(elsewhere.pid, signal.SIGKILL)
    elsewhere.wait()
    assert holder(tmp_path) is None
    with RunLock(tmp_path):
        assert json.loads((tmp_path / LOCK_FILE).read_text())["process"] == os.getpid()


def test_a_lock_is_free_again_after_use(tmp_path):
    """The file stays, without a name in it: removing it would let two processes lock two files."""
    folder = tmp_path / "not" / "there yet"
    assert holder(folder) is None
    for _ in range(2):
        with RunLock(folder):
            pass
    assert (folder / LOCK_FILE).read_bytes() == b""


def test_two_runs_lock_side_by_side(tmp_path):
    """Each its own."""
    with RunLock(tmp_path / "a"), RunLock(tmp_path / "b"):
        pass


def test_a_holder_that_left_no_name_still_holds(tmp_path, elsewhere):
    """The lock counts, not what is written in its file."""
    (tmp_path / LOCK_FILE).write_text("{")
    with pytest.raises(StoreError, match="another process is working on this run"), RunLock(tmp_path):
        pass


def test_without_locks_in_the_file_system_the_run_goes_on(tmp_path, monkeypatch):
    """Some network file systems have none, and no run is lost by that."""
    fcntl = pytest.importorskip("fcntl")

    def none(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    with RunLock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """In one message, with what to do."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WriteError, match=r"cannot be written: .*; free space, or keep the run elsewhere"):
        RunLock(tmp_path / "file" / "run").__enter__()
