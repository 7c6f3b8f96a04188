"""Peak memory and the largest batch of each architecture, by mode."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analysis.trials import Outcome
from bench.records import LargestBatchFacts, MemoryFacts

PARTS = ("params", "buffers", "gradients", "optimizer", "inputs")

COLUMNS = (
    "label", "mode", "batch_size", "peak_bytes", "reserved_bytes", *(f"{part}_bytes" for part in PARTS),
    "activations_bytes", "method", "compiled", "reason", "largest_batch", "smallest_unfit",
    "largest_batch_budget_bytes", "largest_batch_reason",
)  # fmt: skip


def memory_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row per architecture and mode.

    Returns:
        `activations_bytes` is the peak without the other parts: activations and workspace. `batch_size` is
        the one of the recipe, at which the peak was measured, whatever the largest batch is.
    """
    table: dict[tuple[str, str], dict[str, Any]] = {}
    for outcome in outcomes:
        if outcome.record is None:
            continue
        label = outcome.trial.label
        for peak in outcome.record.memory:
            row = table.setdefault((label, peak.mode), {"label": label, "mode": peak.mode})
            row |= {} if "batch_size" in row else _peak(peak)
        for largest in outcome.record.largest_batch:
            row = table.setdefault((label, largest.mode), {"label": label, "mode": largest.mode})
            row |= {} if "largest_batch" in row else _largest(largest)
    return pd.DataFrame(list(table.values()), columns=list(COLUMNS))


def _peak(facts: MemoryFacts) -> dict[str, object]:
    row: dict[str, object] = {
        name: getattr(facts, name)
        for name in ("batch_size", "peak_bytes", "reserved_bytes", "method", "compiled", "reason")
    }
    if facts.parts and facts.peak_bytes is not None:
        parts = facts.parts.model_dump()
        row |= {f"{part}_bytes": parts[part] for part in PARTS}
        row["activations_bytes"] = max(facts.peak_bytes - sum(parts.values()), 0)
    return row


def _largest(facts: LargestBatchFacts) -> dict[str, object]:
    return {
        "largest_batch": facts.batch_size,
        "smallest_unfit": facts.smallest_unfit,
        "largest_batch_budget_bytes": facts.budget_bytes,
        "largest_batch_reason": facts.reason,
    }
