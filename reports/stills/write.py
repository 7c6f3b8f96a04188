"""The files of `--format svg` and `--format png`."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.tables import Tables
from bench.store import write_atomically
from reports.stills.browser import images
from reports.stills.settings import Still, stills
from reports.stills.still import still_figure

FOLDER = "figures"
PNG_SCALE = 300 / 96
"""300 dots to the inch."""


def write_svg(tables: Tables, folder: Path) -> list[Path]:
    """figures/NAME.svg for every figure and setting, and figures/captions.md."""
    return _write(tables, folder, "svg", 1)


def write_png(tables: Tables, folder: Path) -> list[Path]:
    """figures/NAME.png for every figure and setting, and figures/captions.md."""
    return _write(tables, folder, "png", PNG_SCALE)


def _write(tables: Tables, folder: Path, kind: str, scale: float) -> list[Path]:
    made = stills(tables)
    files = {
        f"{name}.{kind}": content
        for name, content in images(((still.name, still_figure(still)) for still in made), kind, scale)
    }
    files["captions.md"] = captions(made).encode()
    paths = [folder / FOLDER / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        write_atomically(path, content)
    return paths


def captions(made: list[Still]) -> str:
    """What each file shows, as a list."""
    lines = [
        f"- **{still.name}**: {still.figure.caption}{f' {still.setting}.' if still.setting else ''}"
        for still in made
    ]
    return "\n".join(lines) + "\n"
