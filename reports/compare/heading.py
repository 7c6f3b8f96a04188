"""Which two runs are compared."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.comparison import Comparison
from bench.store import RunInfo


@dataclass(frozen=True)
class Heading:
    """Title and a line a run."""

    title: str
    sides: tuple[str, str]
    """Which run is A, and which is B."""


def heading(comparison: Comparison) -> Heading:
    """From what the runs say of themselves."""
    a, b = comparison.a, comparison.b
    titles = list(dict.fromkeys(info.suite.title for info in (b, a)))
    return Heading(f"Comparison: {', compared with '.join(titles)}", (f"A: {_run(a)}", f"B: {_run(b)}"))


def _run(info: RunInfo) -> str:
    revision = info.environment.get("git_revision")
    at = f", revision {revision}" if revision else ""
    dirty = " with changes" if revision and info.environment.get("git_dirty") else ""
    return f"{info.suite_name}/{info.run_id}, started {info.created_at}{at}{dirty}"
