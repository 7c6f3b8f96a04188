"""Result files of airspeed velocity (`.asv/results/MACHINE/COMMIT-ENVIRONMENT.json`, version 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from bench.analysis.imported.measured import Measured, Source, measured

KINDS = {"time": "seconds", "timeraw": "seconds", "mem": "bytes", "peakmem": "bytes", "track": "value"}
"""By the beginning of a benchmark's name, which tells asv what to measure."""


def is_file(content: object) -> bool:
    """Whether JSON is what asv writes for a commit."""
    return isinstance(content, dict) and isinstance(content.get("results"), dict) and "commit_hash" in content


def read_file(name: str, content: Mapping[str, Any], said: Mapping[str, str]) -> Source:
    """Every benchmark at each of its parameters; null is one that failed, NaN one that was skipped.

    Args:
        name: Name of the file.
        content: Its JSON.
        said: Conditions that hold for all of them, from beside the file.
    """
    columns = content.get("result_columns")
    params = content.get("params")
    machine = params if isinstance(params, dict) else {}
    device = machine.get("gpu") or machine.get("cpu") or machine.get("machine")
    common = {**({"device name": str(device)} if device else {}), **said}
    found, left_out = [], []
    for benchmark, entry in content["results"].items():
        cells = (
            dict(zip(columns, entry, strict=False))
            if isinstance(columns, list) and isinstance(entry, list)
            else {}
        )
        for subject, figure in _figures(str(benchmark), cells, common):
            if figure is None:
                left_out.append(f"{subject}: failed or skipped")
            else:
                found.append(figure)
    return Source(name, "asv", tuple(found), tuple(left_out))


def _figures(
    benchmark: str, cells: Mapping[str, Any], common: Mapping[str, str]
) -> Iterator[tuple[str, Measured | None]]:
    """One for each combination of parameters, in asv's order: the last one changes fastest."""
    values = cells.get("result")
    results = values if isinstance(values, list) else [values]
    axes = [axis for axis in cells.get("params") or [] if isinstance(axis, list)]
    settings = [f"({', '.join(map(str, setting))})" for setting in product(*axes)] if axes else [""]
    kind = re.match(r"(time(?:raw)?|peakmem|mem|track)(?:_|[A-Z])", benchmark.rpartition(".")[2])
    quantity = KINDS[kind[1]] if kind else "value"
    for place, setting in enumerate(settings):
        subject = benchmark + setting
        yield subject, measured(subject, quantity, results[place] if place < len(results) else None, common)
