"""Names beside points touch nothing, and each other least of all."""

from __future__ import annotations

import itertools

import pytest

from reports.figures.label_places import HEIGHT, WIDTH, Named, _text, label_places


def point(name, x, y, half=0.1):
    return Named(name, x, y, y - half, y + half)


def overlap(first, second):
    """Whether two boxes share any area."""
    return min(first[2], second[2]) > max(first[0], second[0]) and min(first[3], second[3]) > max(
        first[1], second[1]
    )


def test_alone_a_name_points_inwards():
    """To the right of a point in the left half, and to the left of one in the right half."""
    assert label_places([point("CNN", 0.1, 0.5), point("ResNet", 0.9, 0.5)]) == [
        "middle right",
        "middle left",
    ]


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.03, 0.06])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_names_of_close_points_do_not_touch(count, gap):
    """Nearly the same cost and accuracy, in whichever order."""
    points = [point(f"Network {n}", 0.4 + gap * n, 0.5 + gap * n, 0.02) for n in range(count)]
    boxes = [_text(*pair) for pair in zip(points, label_places(points), strict=True)]
    assert not any(overlap(*pair) for pair in itertools.combinations(boxes, 2))


def test_names_stay_between_the_axes():
    """A long name of a point at the edge goes inwards, or above it."""
    points = [point("A name of twenty signs", x, 0.5) for x in (0.02, 0.98)]
    for box in (_text(*pair) for pair in zip(points, label_places(points), strict=True)):
        assert box[0] >= 0
        assert box[2] <= WIDTH
        assert 0 <= box[1] < box[3] <= HEIGHT
