"""Calibration: whether a network that is 80 % sure is right 80 % of the time.

Bins and error are those of Guo et al. 2017, "On Calibration of Modern Neural Networks".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Bins of equal width over confidence from 0 to 1; a bin contains its upper edge."""

Row = dict[str, int | float]


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Row]:
    """Mean confidence and accuracy of the images in each occupied bin.

    Args:
        confidence: (N) probability of the predicted class.
        right: (N) whether it is the true one.

    Returns:
        Rows with bin (from 0), images, confidence and accuracy (fractions), in the order of confidence.
    """
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return [
        {
            "bin": int(place),
            "images": int(inside.sum()),
            "confidence": float(confidence[inside].mean()),
            "accuracy": float(right[inside].mean()),
        }
        for place in np.unique(bins)
        for inside in [bins == place]
    ]


def expected_calibration_error(rows: list[Row]) -> float:
    """Gap between confidence and accuracy, averaged over images; a fraction, 0 is perfect."""
    images = sum(row["images"] for row in rows)
    return sum(row["images"] * abs(row["confidence"] - row["accuracy"]) for row in rows) / images
