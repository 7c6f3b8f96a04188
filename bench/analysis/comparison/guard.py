"""Where the conditions of two runs differ, and which metrics that makes incomparable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.analysis.comparison.conditions import SPLIT, Matters, concerns

ABSENT = "\u2013"


@dataclass(frozen=True)
class Departure:
    """A condition that is not the same, single value in both runs."""

    condition: str
    a: str
    """Its value in A; several where the trials of A differ among themselves."""
    b: str
    """Its value in B."""

    @property
    def text(self) -> str:
        """In one line."""
        return f"{self.condition}: {self.a} \u2192 {self.b}"


def departures(a: Mapping[str, tuple[str, ...]], b: Mapping[str, tuple[str, ...]]) -> tuple[Departure, ...]:
    """Every condition that differs between the runs, or among the trials of one of them.

    Args:
        a: Distinct values of each condition in A; one that A does not have is absent.
        b: The same of B. Where a run left nothing at all, nothing is compared.
    """
    if not a or not b:
        return ()
    names = dict.fromkeys((*a, *b))
    return tuple(
        Departure(name, _text(a, name), _text(b, name))
        for name in names
        if a.get(name) != b.get(name) or len(a.get(name, ())) > 1
    )


def obstacles(matters: Matters, found: Iterable[Departure]) -> tuple[str, ...]:
    """Why a metric cannot be compared; empty where it can."""
    return tuple(one.text for one in found if concerns(matters, one.condition))


def same_splits(found: Iterable[Departure]) -> bool:
    """Whether a seed stands for the same split of the same images in both runs."""
    return not obstacles(SPLIT, found)


def _text(conditions: Mapping[str, tuple[str, ...]], name: str) -> str:
    return " and ".join(conditions.get(name, (ABSENT,)))
