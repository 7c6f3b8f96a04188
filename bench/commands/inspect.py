"""`bench inspect NAME`: what one network consists of, what it costs, and what looks wrong about it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn

import architectures
from bench.errors import DONE, SuiteError
from bench.measurements.counting import Count, count, count_built, lint
from bench.measurements.counting.blocks import fold
from bench.measurements.counting.ledger import Rung, ledger
from bench.measurements.counting.peers import with_measured
from bench.measurements.counting.shapes import times
from bench.measurements.counting.variants import variants
from bench.measurements.counting.weightless import build_weightless

COLUMNS = ("layer", "type", "output_shape", "params", "macs", "activations", "share")
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
    found = look(name, shape, classes=classes, depth=depth, args=extra)
    counts, findings = found.counts, found.findings
    rungs = _ledger(_constructor(name, shape, classes, extra), counts, shape, extra) if show_ledger else ()
    rows = [
        (*values, f"{100 * values[4] / counts.macs:.1f} %" if counts.macs else "-") for values in found.rows
    ]
    if style == "json":
        print(_json(name, counts, rows, rungs, findings))
    elif style == "csv":
        print(_csv(rows), end="")
    else:
        print(_text(counts, rows, rungs, findings, markdown=style == "md"))
    return DONE


def look(
    name: str, shape: tuple[int, int, int], *, classes: int, depth: int | None, args: dict[str, Any]
) -> Inspection:
    """Count a network and look for what seems wrong.

    Args:
        name: A name from `bench list architectures`, `torchvision:NAME`, `timm:NAME` or `module:function`.
        shape: C, H, W of one image; H equals W.
        classes: Classes of the task.
        depth: Levels of modules to show; None: every layer.
        args: Further arguments of the constructor.

    Raises:
        SuiteError: The network cannot be built or counted.
    """
    construct = _constructor(name, shape, classes, args)
    counts = count_built(construct, shape)
    found = lint(_copy_to_lint(construct, shape), shape)
    findings = [f"{finding.rule}: {finding.message}" for finding in found]
    return Inspection(counts, _layer_rows(counts, depth), findings)


@dataclass(frozen=True)
class Inspection:
    """What a network consists of and costs."""

    counts: Count
    rows: list[tuple[str, str, str, int, int, int]]
    """A layer each: `COLUMNS` without the share."""
    findings: list[str]
    """What looks wrong."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the values of `rows`."""
        return COLUMNS[:-1]

    @property
    def totals(self) -> dict[str, Any]:
        """Of the whole network, as `--format json` has them."""
        return _totals(self.counts)


def _constructor(
    name: str, shape: tuple[int, int, int], classes: int, args: dict[str, Any]
) -> partial[nn.Module]:
    channels, side, _ = shape
    return partial(
        architectures.build, name, num_classes=classes, in_channels=channels, image_size=side, **args
    )


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


def _copy_to_lint(construct: Callable[[], nn.Module], shape: tuple[int, int, int]) -> nn.Module:
    """A network without weights if that is enough to run it, else one with weights."""
    try:
        model = build_weightless(construct)
        count(model, shape)
    except Exception:  # noqa: BLE001 - it was counted before, so weights are the remedy
        return construct()
    return model


def _ledger(
    construct: partial[nn.Module], counts: Count, shape: tuple[int, int, int], args: dict[str, Any]
) -> tuple[Rung, ...]:
    """The ledger with the figures of installed tools, and the other placement of strides if there is one."""
    return with_measured(ledger(counts, variants(construct, args, shape)), construct(), shape)


def _layer_rows(counts: Count, depth: int | None) -> list[tuple[str, str, str, int, int, int]]:
    layers = counts.layers if depth is None else fold(counts.layers, depth)
    return [
        (row.layer, row.type, times(row.output_shape), row.params, row.macs, row.activations)
        for row in layers
    ]


def _totals(counts: Count) -> dict[str, Any]:
    return {
        "params": counts.params,
        "params_frozen": counts.params_frozen,
        "params_body": counts.params_body,
        "buffers": counts.buffers,
        "macs": counts.macs,
        "flops": counts.flops,
        "flops_train": counts.flops_train,
        "activations": counts.activations,
        "output_shape": times(counts.output_shape),
        "unsupported": dict(counts.unsupported),
    }


def _json(
    name: str, counts: Count, rows: list[tuple[Any, ...]], rungs: tuple[Rung, ...], findings: list[str]
) -> str:
    document = {
        "name": name,
        "totals": _totals(counts),
        "layers": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        "findings": findings,
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


def _text(
    counts: Count,
    rows: list[tuple[Any, ...]],
    rungs: tuple[Rung, ...],
    findings: list[str],
    *,
    markdown: bool,
) -> str:
    parts = [_grid(COLUMNS, rows, markdown=markdown)]
    totals = {key: value for key, value in _totals(counts).items() if value or key == "params"}
    parts.append(_grid(("total", "value"), list(totals.items()), markdown=markdown))
    if rungs:
        lines = [line for rung in rungs for line in _rung_rows(rung)]
        parts.append(_grid(("convention", "term", "value", "unit"), lines, markdown=markdown))
    if findings:
        parts.append("\n".join(f"- {finding}" for finding in findings))
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
