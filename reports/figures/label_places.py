"""Where the names of points go, so that they touch neither each other nor a marker or whisker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480.0, 240.0
"""Pixels between the axes of the narrowest figure that shows names; a wider one only has more room."""

LETTER, LINE = 7.0, 15.0
"""Pixels of an average letter and of a line of text."""

MARKER = 7.0
"""Half the width of a marker."""

RIGHT, LEFT = "middle right", "middle left"
CORNERS = ("top right", "bottom right", "top left", "bottom left", "top center", "bottom center")
"""Plotly's names, the most readable first."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in pixels."""


@dataclass(frozen=True)
class Named:
    """A point with a name: its place as shares of the axes, and the ends of its whisker."""

    name: str
    x: float
    y: float
    low: float
    high: float


def label_places(points: Sequence[Named]) -> list[str]:
    """A text position for each point, chosen one by one: the first that is free, else the least covered one.

    Args:
        points: In the order in which they are placed; the first get the better places.
    """
    taken = [box for point in points for box in _drawn(point)]
    chosen = []
    for point in points:
        inwards = (RIGHT, LEFT) if point.x <= 0.5 else (LEFT, RIGHT)
        boxes = {place: _text(point, place) for place in (*inwards, *CORNERS)}
        covered = {place: _covered(box, taken) for place, box in boxes.items()}
        place = min(covered, key=covered.__getitem__)
        taken.append(boxes[place])
        chosen.append(place)
    return chosen


def _drawn(point: Named) -> tuple[Box, Box]:
    """The marker and the whisker of a point."""
    x, y = point.x * WIDTH, point.y * HEIGHT
    whisker = (x - 2, point.low * HEIGHT, x + 2, point.high * HEIGHT)
    return (x - MARKER, y - MARKER, x + MARKER, y + MARKER), whisker


def _text(point: Named, place: str) -> Box:
    """The box of a name at a place beside its point."""
    x, y = point.x * WIDTH, point.y * HEIGHT
    width = LETTER * len(point.name)
    vertical, horizontal = place.split()
    left = {"right": x + MARKER + 1, "left": x - MARKER - 1 - width, "center": x - width / 2}[horizontal]
    bottom = {"top": y + MARKER + 1, "middle": y - LINE / 2, "bottom": y - MARKER - 1 - LINE}[vertical]
    return left, bottom, left + width, bottom + LINE


def _covered(box: Box, others: list[Box]) -> float:
    """Square pixels of a box that others cover, or that lie beyond the axes."""
    left, bottom, right, top = box
    beyond = (max(0.0, -left) + max(0.0, right - WIDTH)) * LINE
    shared = (
        max(0.0, min(right, other[2]) - max(left, other[0]))
        * max(0.0, min(top, other[3]) - max(bottom, other[1]))
        for other in others
    )
    return beyond + sum(shared)
