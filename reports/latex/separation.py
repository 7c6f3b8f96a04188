"""Which figure of a column may stand in bold: the best, and only where its interval sets it apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables


def most_accurate(tables: Tables) -> str | None:
    """The architecture whose paired interval excludes zero against every other that was trained; or none."""
    trained: list[str] = [row["label"] for row in rows(tables.summary) if math.isfinite(row["test_accuracy"])]
    beaten: dict[str, set[str]] = {}
    for row in rows(tables.differences):
        if row["verdict"] in ("first", "second"):
            loser = "second" if row["verdict"] == "first" else "first"
            beaten.setdefault(row[row["verdict"]], set()).add(row[loser])
    for label in trained:
        if len(trained) > 1 and beaten.get(label, set()) >= set(trained) - {label}:
            return label
    return None


def fastest(entries: Sequence[dict[str, Any]], column: str) -> int | None:
    """Place of the lowest mean whose interval over seeds ends below where every other's begins; or none.

    Where any timing is doubtful, nothing is set apart by it.
    """
    known = [
        (row[column], row[f"{column}_low"], row[f"{column}_high"], place)
        for place, row in enumerate(entries)
        if math.isfinite(row[column])
    ]
    if len(known) < 2 or any(row["timings_doubtful"] for row in entries):
        return None
    _, _, high, place = min(known)
    return place if all(high < other[1] for other in known if other[3] != place) else None
