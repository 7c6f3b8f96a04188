"""Means over seeds with their intervals, for whole tables at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from bench.analysis.statistics import CONFIDENCE


def over_seeds(frame: pd.DataFrame, keys: tuple[str, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    """One row a key: number of seeds, and for each column its mean and 95 % Student-t interval.

    Args:
        frame: One row a key and seed.
        keys: What the rows of the result are about.
        columns: Numbers; an absent one does not count.

    Returns:
        Columns `keys`, seeds, and `c`, `c_low`, `c_high` for each column; the ends are NaN below two values.
    """
    frame = frame.astype(dict.fromkeys(columns, float))
    grouped = frame.groupby(list(keys), sort=False)
    made = {"seeds": grouped.size()}
    for column in columns:
        values = grouped[column]
        n, mean, deviation = values.count(), values.mean(), values.std(ddof=1)
        deviation = deviation.where(deviation > 1e-12 * mean.abs(), deviation * 0)  # rounding is no spread
        half = stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * deviation / np.sqrt(n)
        made |= {column: mean, f"{column}_low": mean - half, f"{column}_high": mean + half}
    return pd.DataFrame(made).reset_index()
