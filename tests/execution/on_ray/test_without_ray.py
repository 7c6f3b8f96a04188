"""Where Ray is not installed."""

import sys

import pytest

from bench.commands.run import run
from bench.errors import ENVIRONMENT, DependencyError


def test_the_message_names_the_extra(tmp_path, monkeypatch):
    """Before anything is looked at or written; exit 3."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(DependencyError, match=r"pip install 'archbench\[ray\]'") as raised:
        run("quickstart", engine="ray", runs_dir=tmp_path / "runs")
    assert raised.value.exit_code == ENVIRONMENT
    assert not (tmp_path / "runs").exists()
