"""The example notebook, executed from its first cell to its last."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "examples" / "first_comparison.ipynb"
PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each cell of code shows, by MIME type."""
    pytest.importorskip("nbmake")
    folder = tmp_path_factory.mktemp("notebook")
    copy = Path(shutil.copy(NOTEBOOK, folder))
    command = [sys.executable, "-m", "pytest", "--nbmake", "--overwrite", "-p", "no:cacheprovider", copy.name]
    ended = subprocess.run(
        command, cwd=folder, env={**os.environ, "BENCH_CACHE": str(folder / "cache")}, capture_output=True,
        text=True, timeout=500, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    cells = json.loads(copy.read_text(encoding="utf-8"))["cells"]
    return [
        {kind: "".join(text) if isinstance(text, list) else text
         for output in cell["outputs"] for kind, text in output.get("data", {}).items()}
        for cell in cells if cell["cell_type"] == "code"
    ]  # fmt: skip


def test_the_run_shows_its_answer(outputs):
    """Paragraph, ranking, and the figure in a frame."""
    (shown,) = [cell["text/html"] for cell in outputs if "<iframe" in cell.get("text/html", "")]
    assert "has the highest mean test accuracy" in shown
    assert "<td><bdi>Wide</bdi></td>" in shown


def test_its_figures_are_there(outputs):
    """As plotly draws them, with a curve of each network."""
    figures = [
        cell["application/vnd.plotly.v1+json"] for cell in outputs if "application/vnd.plotly.v1+json" in cell
    ]
    assert len(figures) == 2
    for figure in figures:
        assert {"Narrow", "Wide"} <= {trace.get("name") for trace in figure["data"]}


def test_it_is_kept_without_outputs():
    """They would be megabytes, and old."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert [cell["outputs"] for cell in cells if cell.get("outputs")] == []
