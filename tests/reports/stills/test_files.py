"""Figures as files, drawn by a real browser; and what is said where there is none."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest
from factories import document, write_run

import reports.stills.write
from bench.commands.report import report
from bench.errors import ENVIRONMENT, DependencyError
from reports.stills.browser import images

LABEL = "<b>R&D</b> net"


@pytest.fixture
def run(tmp_path):
    """Two small networks, one of them with a hostile label."""
    entries = [{"label": LABEL, "name": "plain_cnn"}, {"label": "ResNet", "name": "shared_resnet"}]
    return write_run(tmp_path, document(architectures=entries, claims=[], recipe={"epochs": 2}))


def first_two(monkeypatch):
    """Two figures tell as much as forty."""
    every = reports.stills.write.stills
    monkeypatch.setattr(reports.stills.write, "stills", lambda tables: every(tables)[:2])


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_files_are_drawn(run, monkeypatch, capsys, kind):
    """One file a figure, vector or bitmap, with the names as they are; and what each shows."""
    pytest.importorskip("kaleido")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium")
    monkeypatch.setenv("BROWSER_PATH", chromium)
    first_two(monkeypatch)
    assert report(run.folder, format=kind) == 0
    paths = [run.folder / "figures" / f"cost-{what}.{kind}" for what in ("params", "macs")]
    assert capsys.readouterr().out.split("\n")[:2] == list(map(str, paths))
    content = paths[0].read_bytes()
    if kind == "png":
        assert content.startswith(b"\x89PNG")
    else:
        tree = ET.fromstring(content)
        assert LABEL in {"".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")}
        assert not list(tree.iter("{http://www.w3.org/2000/svg}image"))
    assert "**cost-params**" in (run.folder / "figures" / "captions.md").read_text()


def test_without_kaleido_the_extra_is_named(run, monkeypatch):
    """Exit 3, and what to install."""
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(DependencyError, match=r"archbench\[figures\]") as raised:
        report(run.folder, format="svg")
    assert raised.value.exit_code == ENVIRONMENT


@pytest.mark.parametrize("path", ["/nowhere/chromium", sys.executable])
def test_without_a_browser_the_way_to_name_one_is_shown(monkeypatch, path):
    """Whether there is none at that place, or what is there is no browser."""
    pytest.importorskip("kaleido")
    monkeypatch.setenv("BROWSER_PATH", path)
    with pytest.raises(DependencyError, match="BROWSER_PATH=/path/to/chromium"):
        images([("x", {"data": [], "layout": {"width": 100, "height": 100}})], "svg", 1)


def test_a_caller_with_an_event_loop_is_served(monkeypatch):
    """As in a notebook; here it fails for want of a browser, not because a loop runs."""
    pytest.importorskip("kaleido")
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")

    async def notebook():
        return images([], "svg", 1)

    with ThreadPoolExecutor(1) as thread, pytest.raises(DependencyError, match="none was found"):
        thread.submit(lambda: asyncio.run(notebook())).result()


def test_reports_load_neither_torch_nor_kaleido_at_first():
    """Figures as files are optional, and so is what draws them."""
    script = "import sys, bench.commands.report; print({'torch', 'kaleido'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
