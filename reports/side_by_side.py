"""A run beside results of other tools, as tables, Markdown and JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from bench.analysis.imported import Line, Measured, SideBySide, Source
from bench.printable import printable
from reports import format as show
from reports.compare.terminal import Block, Screen, block
from reports.elements import Cell, Column, Table
from reports.export import escaped, table_text

MOST_ROWS = 50
"""Of a table on a terminal; the other formats have all."""

MOST_NAMED = 5

FLAGGED = "not comparable"


def table(content: SideBySide) -> Table:
    """One row a pair: ranked where it may be, else flagged with the reason."""
    columns = (
        Column("Rank"),
        Column("Name", numeric=False),
        Column("What", numeric=False),
        Column("A"),
        Column("B"),
        Column("B / A"),
        Column("Verdict", numeric=False),
    )
    return Table("table-side-by-side", columns, tuple(map(_row, content.lines)))


def sentences(content: SideBySide) -> list[str]:
    """What was compared, what was flagged and why, and what stands alone."""
    flagged = [line for line in content.lines if line.reasons]
    told = [f"{len(content.lines) - len(flagged)} of {len(content.lines)} pairs are comparable and ranked."]
    if not content.lines:
        told = ["Nothing in A has the name and the kind of a figure in B, so there is nothing to compare."]
    if flagged:
        kinds = Counter(reason.partition(":")[0] for line in flagged for reason in line.reasons)
        counts = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common())
        told.append(
            f"{len(flagged)} are flagged as {FLAGGED} and not ranked, since they differ in: {counts}."
        )
    for name, rows in (("A", content.only_a), ("B", content.only_b)):
        if rows:
            told.append(f"Only in {name}: {_named(row.subject for row in rows)}.")
    for name, source in (("A", content.a), ("B", content.b)):
        if source.left_out:
            told.append(f"Left out of {name}: {_named(source.left_out)}.")
    told.append("Conditions that a file does not tell, and classes, optimisers and data, were not looked at.")
    return told


def screen(content: SideBySide) -> Screen:
    """For a terminal."""
    whole = block("", table(content))
    more = len(whole.rows) - MOST_ROWS
    shown = Block(whole.title, whole.headers, whole.rows[:MOST_ROWS], whole.numeric)
    cut = [f"and {more} more rows; --format md or json shows all"] if more > 0 else []
    after = (*cut, *sentences(content))
    return Screen(
        tuple(map(printable, _heading(content))), (shown,) if whole.rows else (), tuple(map(printable, after))
    )


def markdown(content: SideBySide) -> str:
    """For a pull request."""
    lines = [escaped(printable(line)) for line in (*_heading(content), *sentences(content))]
    parts = ["# Side by side", *lines, table_text(table(content))]
    return "\n".join(map(printable, "\n\n".join(parts).split("\n"))) + "\n"


def as_json(content: SideBySide) -> str:
    """Exact figures, with the conditions of each; a ratio that would not be fair is null."""
    rows = [
        {
            "name": line.a.subject, "quantity": line.quantity.name, "unit": line.quantity.unit,
            "rank": line.rank, "a": _side(line.a), "b": _side(line.b),
            "ratio": line.ratio if math.isfinite(line.ratio) else None,
            "comparable": not line.reasons, "reasons": line.reasons,
        }
        for line in content.lines
    ]  # fmt: skip
    whole = {
        "a": _source(content.a),
        "b": _source(content.b),
        "rows": rows,
        "only_in_a": [_alone(row) for row in content.only_a],
        "only_in_b": [_alone(row) for row in content.only_b],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _heading(content: SideBySide) -> list[str]:
    return [f"{name}: {one.name} ({one.kind})" for name, one in (("A", content.a), ("B", content.b))]


def _row(line: Line) -> tuple[Cell, ...]:
    verdict = f"{FLAGGED}: {'; '.join(line.reasons)}" if line.reasons else "comparable"
    batch_size = line.a.conditions.get("batch size")
    setting = f", batch {batch_size}" if batch_size and "batch size" in line.quantity.needs else ""
    return (
        Cell(str(line.rank) if line.rank else show.ABSENT, line.rank or ""),
        Cell(line.a.subject),
        Cell(f"{line.quantity.title}{setting}"),
        _figure(line.a),
        _figure(line.b),
        Cell(show.ratio(line.ratio) if math.isfinite(line.ratio) else show.ABSENT, line.ratio),
        Cell(verdict, tone="unsure" if line.reasons else ""),
    )


def _figure(one: Measured) -> Cell:
    text = f"{one.value:,.1f}" if one.value >= 100 else f"{one.value:.4g}"
    return Cell(f"{text} {one.quantity.unit}".strip(), one.value)


def _side(one: Measured) -> dict[str, Any]:
    return {"value": one.value, "conditions": dict(one.conditions)}


def _alone(one: Measured) -> dict[str, Any]:
    return {"name": one.subject, "quantity": one.quantity.name, **_side(one)}


def _source(one: Source) -> dict[str, Any]:
    return {"name": one.name, "kind": one.kind, "figures": len(one.rows), "left_out": one.left_out}


def _named(names: Any) -> str:
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more
