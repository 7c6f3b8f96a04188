"""Which architectures differ, by how much, and which cannot be told apart."""

from __future__ import annotations

import itertools
import math

import pandas as pd

from bench.analysis.frames import rows, where
from bench.analysis.statistics import paired_difference

COLUMNS = (
    "first", "second", "metric", "seeds", "difference", "low", "high", "effect_size", "verdict",
    "seeds_needed",
)  # fmt: skip


def difference_table(labels: tuple[str, ...], trials: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Every pair of architectures, first minus second, paired by seed.

    Intervals hold for each pair on its own; they are not widened for the number of pairs.

    Args:
        labels: Architectures in the order of the suite.
        trials: The table of trials; only finished ones count.
        metric: A numeric column of it.

    Returns:
        `verdict` is "first", "second", "indistinguishable", or "unknown" for fewer than two common seeds.
    """
    done = where(trials, status="done")
    values = {
        label: {int(row["seed"]): float(row[metric]) for row in rows(where(done, label=label))}
        for label in labels
    }
    table: list[dict[str, object]] = []
    for first, second in itertools.combinations(labels, 2):
        difference = paired_difference(values[first], values[second])
        if difference.n == 0:
            continue
        table.append(
            {
                "first": first,
                "second": second,
                "metric": metric,
                "seeds": difference.n,
                "difference": difference.mean,
                "low": difference.low,
                "high": difference.high,
                "effect_size": difference.effect_size,
                "verdict": difference.verdict,
                "seeds_needed": difference.seeds_needed or math.nan,
            }
        )
    return pd.DataFrame(table, columns=list(COLUMNS))
