"""What the documentation shows works: blocks marked as runnable are run, as a reader would."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"<!-- (runs|file: (\S+)) -->\n```(python|console)\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """python.md, followed to its end in an empty folder, by a script without a main guard."""
    folder = tmp_path_factory.mktemp("reader")
    blocks = BLOCK.findall((DOCS / "python.md").read_text(encoding="utf-8"))
    for _, name, _, text in blocks:
        if name:
            (folder / name).write_text(text)
    script = "\n".join(text for _, name, kind, text in blocks if kind == "python" and not name)
    (folder / "script.py").write_text(script)
    lines = [line for _, _, kind, text in blocks if kind == "console" for line in text.splitlines()]
    commands = [line.removeprefix("$ bench ").split() for line in lines if line.startswith("$ bench ")]
    return folder, [started(folder, "script.py"), *(started(folder, "-m", "bench.cli", *c) for c in commands)]


def started(folder, *arguments):
    environment = {**os.environ, "BENCH_CACHE": str(folder / "cache"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=500, check=False,
    )  # fmt: skip


def test_every_block_runs(read):
    """In order, in one script; then what is typed into a shell."""
    _, ended = read
    assert [(one.returncode, one.stderr) for one in ended if one.returncode] == []
    assert len(ended) == 3


def test_the_script_trained_once(read):
    """The worker did not run it again: two runs, each of two networks and two seeds."""
    folder, (script, *_) = read
    assert len(list(folder.glob("runs/*/*/run.json"))) == 2
    assert len(list(folder.glob("runs/*/*/trials/*/record.json"))) == 8
    assert script.stdout.count("4 of 4 trials done") == 1


def test_a_network_of_ones_own_is_counted(read):
    """256 weights a class, and a bias."""
    _, (script, *_) = read
    assert "2570" in script.stdout


def test_links_lead_somewhere():
    """Within the documentation."""
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
