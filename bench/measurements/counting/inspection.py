"""What a network consists of, what it costs, and what looks wrong about it, in plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from bench.measurements.construction import Geometry, constructor
from bench.measurements.counting.blocks import fold
from bench.measurements.counting.counter import count, count_built
from bench.measurements.counting.layers import Count
from bench.measurements.counting.lint import lint
from bench.measurements.counting.shapes import times
from bench.measurements.counting.weightless import build_weightless

COLUMNS = ("layer", "type", "output_shape", "params", "macs", "activations")
"""Of a layer, as `Inspection.rows` has them."""


@dataclass(frozen=True)
class Inspection:
    """What a network consists of and costs."""

    counts: Count
    rows: list[tuple[str, str, str, int, int, int]]
    """A layer each: `COLUMNS`."""
    findings: list[str]
    """What looks wrong."""

    @property
    def totals(self) -> dict[str, Any]:
        """Of the whole network, as `--format json` has them."""
        return {
            "params": self.counts.params,
            "params_frozen": self.counts.params_frozen,
            "params_body": self.counts.params_body,
            "buffers": self.counts.buffers,
            "macs": self.counts.macs,
            "flops": self.counts.flops,
            "flops_train": self.counts.flops_train,
            "activations": self.counts.activations,
            "output_shape": times(self.counts.output_shape),
            "unsupported": dict(self.counts.unsupported),
        }


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
    construct = constructor(name, args, Geometry(shape[0], shape[1], classes))
    counts = count_built(construct, shape)
    found = lint(_copy_to_lint(construct, shape), shape)
    findings = [f"{finding.rule}: {finding.message}" for finding in found]
    return Inspection(counts, _layer_rows(counts, depth), findings)


def _copy_to_lint(construct: Callable[[], nn.Module], shape: tuple[int, int, int]) -> nn.Module:
    """A network without weights if that is enough to run it, else one with weights."""
    try:
        model = build_weightless(construct)
        count(model, shape)
    except Exception:  # noqa: BLE001 - it was counted before, so weights are the remedy
        return construct()
    return model


def _layer_rows(counts: Count, depth: int | None) -> list[tuple[str, str, str, int, int, int]]:
    layers = counts.layers if depth is None else fold(counts.layers, depth)
    return [
        (row.layer, row.type, times(row.output_shape), row.params, row.macs, row.activations)
        for row in layers
    ]
