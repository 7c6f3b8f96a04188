"""Two pages held against each other, piece by piece."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from reports.verification.packed_data import drawn_numbers, leaves, unpacked
from reports.verification.pieces import Piece, take_apart

LAST_BITS = 1e-9
"""Relative difference that libraries and processors may make in an exact value."""


@dataclass(frozen=True)
class Difference:
    """Something that two pages do not have in common; "" where one has nothing there."""

    place: str
    kind: str
    shown: str
    expected: str


def differences(shown: str, expected: str) -> list[Difference]:
    """Whatever differs between a page and the one it should be; none only where they are the same file."""
    if shown == expected:
        return []
    found = [one for pair in _pairs(shown, expected, _by_spot) for one in _difference(*pair)]
    return found or [Difference("the file", "signs that no reader sees", "", "")]


def digits(shown: str, expected: str) -> tuple[list[Difference], int, int]:
    """Which digits differ between a page and what another program makes of its records.

    Cells of the same row and column, and sentences of the same wording in the same section, are held against
    each other; figures by their numbers. Style and scripts are not.

    Returns:
        What differs, how many texts with digits are the same, and how many cannot be compared.
    """
    found: list[Difference] = []
    same = apart = 0
    for mine, theirs in _pairs(shown, expected, _by_words):
        some = mine or theirs
        assert some
        if some.kind in ("tag", "code") or not re.search(r"\d", some.value):
            continue
        if mine and theirs and _agree(mine, theirs):
            same += 1
        elif mine and theirs and _wording(mine) == _wording(theirs) != "":
            found += _difference(mine, theirs)
        else:
            apart += 1
    return found, same, apart


def _by_spot(piece: Piece) -> Hashable:
    return piece.spot, piece.kind


def _by_words(piece: Piece) -> Hashable:
    return piece.place, piece.kind, piece.kind == "text" and _wording(piece)


def _pairs(
    shown: str, expected: str, key: Callable[[Piece], Hashable]
) -> Iterator[tuple[Piece | None, Piece | None]]:
    """Pieces with the same key, first with first and second with second, in the order of the pages."""
    mine, theirs = _keyed(shown, key), _keyed(expected, key)
    for name, piece in mine.items():
        yield piece, theirs.get(name)
    for name, piece in theirs.items():
        if name not in mine:
            yield None, piece


def _keyed(page: str, key: Callable[[Piece], Hashable]) -> dict[Hashable, Piece]:
    seen: Counter[Hashable] = Counter()
    found: dict[Hashable, Piece] = {}
    for piece in take_apart(page):
        name = key(piece)
        seen[name] += 1
        found[name, seen[name]] = piece
    return found


def _difference(mine: Piece | None, theirs: Piece | None) -> list[Difference]:
    some = theirs or mine
    assert some
    shown, expected = mine.value if mine else "", theirs.value if theirs else ""
    if shown == expected:
        return []
    if some.kind == "packed":
        return _inside(some.place, shown, expected)
    return [Difference(some.place or "page", some.kind, shown, expected)]


def _inside(place: str, shown: str, expected: str) -> list[Difference]:
    """Which numbers and texts of a figure differ; of a library, that it does."""
    mine, theirs = unpacked(shown), unpacked(expected)
    if not (isinstance(mine, dict) and isinstance(theirs, dict)):
        return [Difference(place or "page", "packed data", "other data", "those that the records make")]
    mine, theirs = dict(leaves(mine)), dict(leaves(theirs))
    found = [
        Difference(place, f"figure data {name}", mine.get(name, ""), theirs.get(name, ""))
        for name in {**theirs, **mine}
        if mine.get(name) != theirs.get(name)
    ]
    return found or [Difference(place, "figure data", "packed in another way", "as this program packs it")]


def _wording(piece: Piece) -> str:
    """A text without its digits; of a figure, which numbers it has."""
    if piece.kind == "packed":
        return " ".join(drawn_numbers(piece.value))
    return re.sub(r"[\d.e+-]+" if piece.kind == "exact value" else r"\d+", "#", piece.value)


def _agree(mine: Piece, theirs: Piece) -> bool:
    """Whether they say the same; exact values, but for what another processor makes of the last bits."""
    if mine.value == theirs.value:
        return True
    if mine.kind == "packed":
        return bool(drawn_numbers(mine.value)) and drawn_numbers(mine.value) == drawn_numbers(theirs.value)
    if mine.kind != "exact value":
        return False
    try:
        pairs = zip(mine.value.split(), theirs.value.split(), strict=True)
        return all(math.isclose(float(a), float(b), rel_tol=LAST_BITS) for a, b in pairs)
    except ValueError:
        return False
