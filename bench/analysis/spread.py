"""Seeds that all say the same: their intervals have no width, which is no certainty."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.analysis.frames import rows
from bench.analysis.trials import Outcome

WHY = "the interval has no width, which is not certainty: a small test set counts in coarse steps"

MOST_NAMED = 6


def without_spread(outcomes: tuple[Outcome, ...], differences: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Warnings about test accuracies, and differences of them, that are the same at every seed.

    Args:
        outcomes: Of the run.
        differences: `bench.analysis.differences.difference_table` of the test accuracy.
    """
    ends: dict[str, list[float]] = {}
    for outcome in outcomes:
        if outcome.done and outcome.record and outcome.record.training:
            ends.setdefault(outcome.trial.label, []).append(outcome.record.training.last.test_accuracy)
    same = [label for label, values in ends.items() if len(values) > 1 and len(set(values)) == 1]
    if same:
        yield "no spread", f"Every seed ended at the same test accuracy ({_named(same)}); {WHY}."
    apart = differences[(differences["seeds"] > 1) & (differences["difference"] != 0)]
    level = rows(apart[apart["low"] == apart["high"]])
    if level:
        pairs = [f"{row['first']} and {row['second']}" for row in level]
        yield "no spread", f"The difference is the same at every seed ({_named(pairs)}); {WHY}."


def _named(names: list[str]) -> str:
    more = [f"and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])
