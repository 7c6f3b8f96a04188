"""What the tables of a comparison share: verdicts with their tones, looks, and lists in one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bench.analysis.comparison import Comparison, Row
from reports.elements import Cell
from reports.palette import Look, looks

Tone = Literal["", "good", "bad", "unsure", "quiet"]

TONES: dict[str, Tone] = {
    "better": "good", "worse": "bad", "changed": "unsure", "unchanged": "quiet", "indistinguishable": "quiet",
    "no interval": "unsure", "not comparable": "unsure", "missing": "bad",
}  # fmt: skip

CLEAR = ("better", "worse", "changed")
"""Verdicts that say what happened."""

LEVEL = ("unchanged", "indistinguishable")

MOST_NAMED = 4
"""Reasons, metrics or architectures that are named in one place; more are counted."""


def drawn(comparison: Comparison) -> dict[str, Look]:
    """A look for each architecture of either run."""
    return looks((*(pair.label for pair in comparison.pairs), *comparison.gone, *comparison.new))


def brief(texts: Iterable[str]) -> str:
    """Texts in one line, each once, a long list ending in a count."""
    listed = list(dict.fromkeys(texts))
    more = [f"and {len(listed) - MOST_NAMED} more"] if len(listed) > MOST_NAMED else []
    return "; ".join([*listed[:MOST_NAMED], *more])


def doubted(row: Row) -> list[str]:
    """The kinds of doubt about a row's timings, run by run; JSON has the details."""
    kinds: dict[str, dict[str, None]] = {}
    for doubt in row.doubts:
        kinds.setdefault(doubt.run, {})[doubt.kind] = None
    return [f"doubtful in {run}: {', '.join(found)}" for run, found in kinds.items()]


def verdict_cell(row: Row) -> Cell:
    """The verdict, with a question mark where a timing is doubtful."""
    text = f"{row.verdict} ?" if row.doubts else row.verdict
    return Cell(text, row.verdict, tone=TONES[row.verdict])
