"""`import bench`: what it offers, and how little it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from factories import write_run

import bench


def test_importing_and_reading_load_nothing_that_trains(tmp_path):
    """The import alone loads no library; opening a run and asking for its answer does without torch."""
    run = write_run(tmp_path)
    script = f"""
import sys
import bench
print(sorted({{"torch", "pandas", "pydantic", "plotly"}} & set(sys.modules)))
run = bench.open_run({str(run.folder)!r})
run.records, run.report(), run._repr_html_(), run.compare(run).table
print("torch" in sys.modules, "torchvision" in sys.modules)
"""
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == ["[]", "False False"]


def test_type_checkers_see_what_there_is():
    """The stub lists every name that the package offers."""
    stub = ast.parse(Path(bench.__file__).with_suffix(".pyi").read_text())
    listed = {name.asname for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert listed == set(dir(bench)) - {"__version__"}


def test_every_name_can_be_had():
    """Calls and models alike."""
    assert bench.Suite.__name__ == "Suite"
    assert callable(bench.run)
    assert callable(bench.inspect)


def test_an_unknown_name_is_an_attribute_error():
    """As of any module, so that `hasattr` works."""
    with pytest.raises(AttributeError, match="has no attribute 'runn'"):
        bench.runn  # noqa: B018
    assert not hasattr(bench, "__wrapped__")
