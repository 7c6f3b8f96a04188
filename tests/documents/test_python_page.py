"""The page on Python: its blocks run in order, in one script without a main guard, and then in a shell."""

import os
import subprocess
import sys

import pytest
from documents import DOCS, Reader, as_typed, blocks

PAGE = DOCS / "python.md"


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Followed to its end in an empty folder."""
    folder = tmp_path_factory.mktemp("reader")
    page = blocks(PAGE)
    for block in page:
        if block.what == "file":
            (folder / block.detail).write_text(block.text, encoding="utf-8")
    script = "\n".join(block.text for block in page if block.kind == "python" and block.what == "runs")
    (folder / "script.py").write_text(script, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        as_typed(patch, folder, columns=200)
        ended = subprocess.run(
            [sys.executable, "script.py"], cwd=folder, env=os.environ, capture_output=True, text=True,
            timeout=500, check=False,
        )  # fmt: skip
        reader = Reader(folder)
        for block in page:
            if block.kind == "console":
                reader.follow_block(block)
    return folder, ended, reader


def test_every_block_runs(read):
    """In order, in one script; then what is typed into a shell."""
    _, ended, reader = read
    assert (ended.returncode, ended.stderr if ended.returncode else "") == (0, "")
    assert len(reader.typed) == 2


def test_the_script_trained_once(read):
    """The worker did not run it again: two runs, each of two networks and two seeds."""
    folder, ended, _ = read
    assert len(list(folder.glob("runs/*/*/run.json"))) == 2
    assert len(list(folder.glob("runs/*/*/trials/*/record.json"))) == 8
    assert ended.stdout.count("4 of 4 trials done") == 1


def test_a_network_of_ones_own_is_counted(read):
    """256 weights a class, and a bias."""
    _, ended, _ = read
    assert "2570" in ended.stdout
