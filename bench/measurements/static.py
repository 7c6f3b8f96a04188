"""The static measurement: counts of a network at a trial's input size, as a record and a layer table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from torch import nn

from bench.measurements.counting import Count, count, lint
from bench.measurements.counting.ledger import ledger
from bench.records import LAYER_COLUMNS, LEDGER_COLUMNS, Finding, StaticFacts

Row = dict[str, object]


class Static(NamedTuple):
    """What a network costs on paper."""

    facts: StaticFacts
    """For the record."""
    layers: list[Row]
    """Rows of layers.csv; shapes are written like 64x112x112."""
    ledger: list[Row]
    """Rows of ledger.csv."""


def measure(
    model: nn.Module, input_shape: tuple[int, int, int], others: Mapping[str, Count] | None = None
) -> Static:
    """Count a network; it is not touched.

    Args:
        model: The network.
        input_shape: C, H, W of one image.
        others: Counts of its variants, for the ledger, by description.

    Raises:
        CountingError: The network cannot take such an image.
    """
    counts = count(model, input_shape)
    facts = StaticFacts(
        params=counts.params,
        params_frozen=counts.params_frozen,
        params_body=counts.params_body,
        buffers=counts.buffers,
        macs=counts.macs,
        flops=counts.flops,
        flops_train=counts.flops_train,
        activations=counts.activations,
        elements_moved=counts.elements_moved,
        weights_read=counts.weights_read,
        output_shape=counts.output_shape,
        unsupported=dict(counts.unsupported),
        findings=_findings(model, input_shape),
    )
    layers = [
        (one.layer, one.type, "x".join(map(str, one.output_shape)), one.params, one.macs, one.activations)
        for one in counts.layers
    ]
    terms = [
        (rung.convention, rung.unit, term, value)
        for rung in ledger(counts, dict(others or {}))
        for term, value in rung.terms.items()
    ]
    return Static(
        facts,
        [dict(zip(LAYER_COLUMNS, row, strict=True)) for row in layers],
        [dict(zip(LEDGER_COLUMNS, row, strict=True)) for row in terms],
    )


def _findings(model: nn.Module, input_shape: tuple[int, int, int]) -> tuple[Finding, ...] | None:
    """What the lint says; None where it stumbles over the network."""
    try:
        return lint(model, input_shape)
    except Exception:  # noqa: BLE001 - somebody else's network may raise anything, and a hint is not worth a trial
        return None
