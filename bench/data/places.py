"""Where data lie: the roots that are searched, in order, and the user's cache folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Root:
    """A folder below which datasets are looked for."""

    origin: str
    """Who named it: "--data-root", "BENCH_DATA", "user cache" or "current folder"."""
    folder: Path


def cache_dir() -> Path:
    """`$BENCH_CACHE`, else `archbench` where the platform keeps caches."""
    if named := os.environ.get("BENCH_CACHE"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "archbench" / "Cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "archbench"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "archbench"


def downloads() -> Path:
    """Where downloaded files are kept."""
    return cache_dir() / "downloads"


def decoded() -> Path:
    """Where decoded arrays are kept."""
    return cache_dir() / "datasets"


def roots(data_root: Path | None) -> tuple[Root, ...]:
    """Data roots in the order of look-up."""
    named = os.environ.get("BENCH_DATA")
    given = [Root("--data-root", data_root.expanduser())] if data_root else []
    environment = [Root("BENCH_DATA", Path(named).expanduser())] if named else []
    return (*given, *environment, Root("user cache", downloads()))
