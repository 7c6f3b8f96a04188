"""`bench inspect NAME`: what one network consists of, what it costs, and what looks wrong about it."""

from __future__ import annotations

import csv
import io
import json
import sys
from contextlib import redirect_stdout
from functools import partial
from typing import Any

from torch import nn

from bench.errors import DONE, SuiteError
from bench.measurements.construction import Geometry, constructor
from bench.measurements.counting import Count, inspection
from bench.measurements.counting.inspection import Inspection
from bench.measurements.counting.ledger import Rung, ledger
from bench.measurements.counting.peers import with_measured
from bench.measurements.counting.variants import variants

COLUMNS = (*inspection.COLUMNS, "share")
FORMATS = ("table", "md", "csv", "json")


def main(  # noqa: PLR0913 - one for each option
    name: str,
    *,
    input_shape: str = "3x224x224",
    classes: int = 1000,
    style: str = "table",
    show_ledger: bool = False,
    depth: int | None = None,
    args: dict[str, Any] | None = None,
) -> int:
    """Print the layer table, the totals and the findings of the lint; optionally the ledger.

    Args:
        name: A name from `bench list architectures`, `torchvision:NAME`, `timm:NAME` or `module:function`.
        input_shape: C x H x W of one image, for example 3x224x224.
        classes: Classes of the task.
        style: "table", "md", "csv" (the layer table alone) or "json".
        show_ledger: Whether other conventions and counters are compared; this needs the weights in memory.
        depth: Levels of modules to show; deeper ones are added up. Default: every layer.
        args: Further arguments of the constructor.

    Raises:
        SuiteError: Wrong usage, or the network cannot be built or counted.
    """
    if style not in FORMATS:
        raise SuiteError(f"--format {style}: unknown; choose one of {', '.join(FORMATS)}")
    if depth is not None and depth < 1:
        raise SuiteError(f"--depth {depth}: must be at least 1")
    shape, extra = parse_shape(input_shape), args or {}
    with redirect_stdout(sys.stderr):  # what networks print is no part of a JSON document
        found = inspection.look(name, shape, classes=classes, depth=depth, args=extra)
        construct = constructor(name, extra, Geometry(shape[0], shape[1], classes))
        rungs = _ledger(construct, found.counts, shape, extra) if show_ledger else ()
    if style == "json":
        print(_json(name, found, rungs))
    elif style == "csv":
        print(_csv(_rows(found)), end="")
    else:
        print(_text(found, rungs, markdown=style == "md"))
    return DONE


def parse_shape(text: str) -> tuple[int, int, int]:
    """Read "3x224x224".

    Raises:
        SuiteError: It is something else, or the image is not square.
    """
    sizes = [int(size) for size in text.lower().split("x") if size.isdecimal()]
    if len(sizes) != 3 or text.lower().count("x") != 2 or min(sizes) < 1 or sizes[1] != sizes[2]:
        raise SuiteError(
            f"--input {text}: expected channels x height x width of a square image, like 3x224x224"
        )
    return sizes[0], sizes[1], sizes[2]


def _ledger(
    construct: partial[nn.Module], counts: Count, shape: tuple[int, int, int], args: dict[str, Any]
) -> tuple[Rung, ...]:
    """The ledger with the figures of installed tools, and the other placement of strides if there is one."""
    return with_measured(ledger(counts, variants(construct, args, shape)), construct(), shape)


def _rows(found: Inspection) -> list[tuple[Any, ...]]:
    """The layers, each with its share of the MACs."""
    macs = found.counts.macs
    return [(*values, f"{100 * values[4] / macs:.1f} %" if macs else "-") for values in found.rows]


def _json(name: str, found: Inspection, rungs: tuple[Rung, ...]) -> str:
    document = {
        "name": name,
        "totals": found.totals,
        "layers": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(found)],
        "findings": found.findings,
        "ledger": [
            {"convention": rung.convention, "unit": rung.unit, "figure": rung.figure, "terms": rung.terms,
             "measured": rung.measured is not None, "unexplained": rung.unexplained}
            for rung in rungs
        ],
    }  # fmt: skip
    return json.dumps(document, indent=2)


def _csv(rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue()


def _text(found: Inspection, rungs: tuple[Rung, ...], *, markdown: bool) -> str:
    parts = [_grid(COLUMNS, _rows(found), markdown=markdown)]
    totals = [(key, value) for key, value in found.totals.items() if value or key == "params"]
    parts.append(_grid(("total", "value"), totals, markdown=markdown))
    if rungs:
        lines = [line for rung in rungs for line in _rung_rows(rung)]
        parts.append(_grid(("convention", "term", "value", "unit"), lines, markdown=markdown))
    if found.findings:
        parts.append("\n".join(f"- {finding}" for finding in found.findings))
    return "\n\n".join(parts)


def _rung_rows(rung: Rung) -> list[tuple[Any, ...]]:
    source = "as measured" if rung.measured is not None else "by its rules"
    shown = [("", term, value, "") for term, value in rung.terms.items() if value]
    remainder = [("", "unexplained", rung.unexplained, "")] if rung.unexplained else []
    return [(rung.convention, source, rung.figure, rung.unit), *shown, *remainder]


def _grid(header: tuple[str, ...], rows: list[tuple[Any, ...]], *, markdown: bool) -> str:
    cells = [
        header,
        *(tuple(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) for row in rows),
    ]
    if markdown:
        lines = [f"| {' | '.join(line)} |" for line in cells]
        return "\n".join([lines[0], f"|{' --- |' * len(header)}", *lines[1:]])
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    numbers = [all(isinstance(row[column], int) for row in rows) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in cells
    )
