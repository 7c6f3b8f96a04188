"""Many comparisons at once: the more pairs are looked at, the likelier one differs by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of *any* false finding stays at the level (Holm 1979).

    Args:
        p_values: One a comparison; NaN for a comparison that was not tested, which does not count.

    Returns:
        Adjusted p-values in the same order: at most 1, never in another order than the p-values.
    """
    tested = sorted(
        (index for index, p in enumerate(p_values) if not math.isnan(p)), key=lambda index: p_values[index]
    )
    adjusted, so_far = [math.nan] * len(p_values), 0.0
    for rank, index in enumerate(tested):
        so_far = max(so_far, min(1.0, (len(tested) - rank) * p_values[index]))
        adjusted[index] = so_far
    return adjusted
