"""A run directory that somebody sent must not make a report quote files from elsewhere on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bench.errors import StoreError


def refuse_links_outside(folder: Path) -> None:
    """Look for symbolic links below a folder that lead out of it; where the folder itself lies is free.

    Raises:
        StoreError: There is one.
    """
    inside = folder.resolve()
    for link in _links(folder):
        if not link.resolve().is_relative_to(inside):
            raise StoreError(
                f"{link}: a symbolic link that leads out of the run; remove it, or copy its target"
            )


def _links(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink():
                yield path
