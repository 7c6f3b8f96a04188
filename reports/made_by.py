"""Which program made a page: what has to be the same for another to make the same page to the last digit."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

import bench
from bench.spec import Model

RENDERING = ("reports", "bench/analysis", "bench/records", "bench/spec", "bench/plan.py", "bench/store.py")
"""Where the code lies that reads records and makes pages."""

SOURCES = (".py", ".html", ".css", ".js")


class MadeBy(Model, extra="ignore"):
    """The program that made a page; a later one may say more."""

    version: str
    """Of this package."""
    code: str
    """SHA-256 of the code that reads records and makes pages, 16 hex digits."""
    plotly: str
    """Version of the library that draws figures; it travels inside the page."""
    arithmetic: str
    """SHA-256 of a few means and logarithms, and of packed text, 16 hex digits. Libraries and processors may
    differ in the last bit of a mean; where they do, exact values differ in their last digit."""

    def __str__(self) -> str:
        return (
            f"archbench {self.version}, code {self.code}, plotly {self.plotly}, arithmetic {self.arithmetic}"
        )


@lru_cache(maxsize=1)
def this_program() -> MadeBy:
    """What pages that are made now are made by."""
    return MadeBy(
        version=bench.__version__,
        code=_digest(*_sources()),
        plotly=metadata.version("plotly"),
        arithmetic=_digest(*_sums()),
    )


def _sources() -> list[bytes]:
    top = Path(bench.__file__).parent.parent
    places = [path for name in RENDERING for path in (top / name, *(top / name).rglob("*"))]
    files = sorted(path for path in places if path.suffix in SOURCES and path.is_file())
    return [part for path in files for part in (path.relative_to(top).as_posix().encode(), path.read_bytes())]


def _sums() -> list[bytes]:
    """The operations of `bench.analysis` whose last bits are up to libraries and the processor."""
    values = np.arange(1, 1001) * 0.6180339887498949 % 1
    groups = pd.DataFrame({"key": np.arange(1000) % 7, "value": values}).groupby("key")["value"]
    found = (np.log10(values), np.sqrt(values), values.mean(), values.std(), groups.mean(), groups.std(),
             stdtrit(np.arange(1, 50), 0.975))  # fmt: skip
    bits = [np.asarray(numbers, np.float64).tobytes() for numbers in found]
    return [*bits, gzip.compress(str(values.tolist()).encode(), mtime=0)]


def _digest(*parts: bytes) -> str:
    """Of the parts and of where each ends."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "little") + part)
    return found.hexdigest()[:16]
