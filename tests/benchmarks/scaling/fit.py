"""Growth in two numbers: the exponent of a power law, and a line's constant and slope; each with its R2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Line:
    """y = constant + slope * x, by least squares."""

    constant: float
    slope: float
    r2: float
    """Share of the variance of y that the line explains."""


def line(x: Sequence[float], y: Sequence[float]) -> Line:
    """Fit a line through at least two points of different x."""
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    slope, constant = np.polyfit(xs, ys, 1)
    left = np.square(ys - (constant + slope * xs)).sum()
    total = np.square(ys - ys.mean()).sum()
    return Line(float(constant), float(slope), float(1 - left / total) if total else 1.0)


def exponent(size: Sequence[float], cost: Sequence[float]) -> Line:
    """Fit cost = c * size ** slope, as a line of logarithms; linear growth has slope 1."""
    return line(np.log(size).tolist(), np.log(cost).tolist())
