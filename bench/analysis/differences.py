"""Which architectures differ, by how much, and which cannot be told apart."""

from __future__ import annotations

import itertools
import math

import pandas as pd

from bench.analysis.frames import rows, where
from bench.analysis.multiplicity import holm
from bench.analysis.power import LEVEL
from bench.analysis.statistics import paired_difference

COLUMNS = (
    "first", "second", "metric", "seeds", "difference", "low", "high", "effect_size", "verdict",
    "seeds_needed", "p_value", "p_holm", "holds_among_all",
)  # fmt: skip


def difference_table(labels: tuple[str, ...], trials: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Every pair of architectures, first minus second, paired by seed.

    Interval and verdict hold for each pair on its own; `p_holm` and `holds_among_all` take into account how
    many pairs are compared.

    Args:
        labels: Architectures in the order of the suite.
        trials: The table of trials; only finished ones count.
        metric: A numeric column of it.

    Returns:
        `verdict` is "first", "second", "indistinguishable", or "unknown" for fewer than two common seeds.
        `holds_among_all` tells whether a difference remains significant after Holm's correction.
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
                "p_value": difference.p_value,
            }
        )
    found = pd.DataFrame(table, columns=list(COLUMNS))
    found["p_holm"] = holm(list(found["p_value"]))
    found["holds_among_all"] = found["p_holm"] < LEVEL
    return found
