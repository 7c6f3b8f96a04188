"""Small interval drawings inside table cells, on a scale shared by the column; plain SVG, no script."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT, MARGIN = 120.0, 16.0, 6.0


@dataclass(frozen=True)
class Scale:
    """Maps values to the width of a drawing."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Iterable[float]) -> Scale:
        """The smallest scale that shows every value; NaN does not count."""
        kept = [value for value in values if math.isfinite(value)]
        if not kept:
            return cls(0.0, 1.0)
        low, high = min(kept), max(kept)
        return cls(low, high) if high > low else cls(low - 0.5, high + 0.5)

    def at(self, value: float) -> float:
        """Horizontal position, clipped to the drawing."""
        share = (value - self.low) / (self.high - self.low)
        return MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN)


def interval(
    scale: Scale,
    value: float,
    ends: tuple[float, float],
    *,
    color: str = "",
    band: tuple[float, float] | None = None,
) -> Markup:
    """A dot with its interval, if it has one; zero is marked where the scale holds it.

    Args:
        scale: The column's scale.
        value: Where the dot stands; NaN draws none.
        ends: Low and high; NaN draws none.
        color: A CSS colour; by default that of quiet text.
        band: A range to shade behind, for example a claim's tolerance.
    """
    middle = HEIGHT / 2
    parts = []
    if band:
        left, right = (scale.at(end) for end in band)
        width = max(right - left, 1.5)
        parts.append(f'<rect class="band" x="{left:.1f}" y="0" width="{width:.1f}" height="{HEIGHT:.0f}"/>')
    if scale.low < 0 < scale.high:
        x = scale.at(0.0)
        parts.append(f'<line class="zero" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT:.0f}"/>')
    if all(map(math.isfinite, ends)):
        left, right = (scale.at(end) for end in ends)
        parts.append(f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{middle:.0f}" y2="{middle:.0f}"/>')
    if math.isfinite(value):
        parts.append(f'<circle cx="{scale.at(value):.1f}" cy="{middle:.0f}" r="4"/>')
    box = f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}"' + (f' style="color:{color}"' if color else "")
    return Markup(f'<svg class="interval" {box} aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704
