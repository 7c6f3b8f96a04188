"""From measurements to ratios: within a round first, so that other load on the machine cancels."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

Rounds = dict[int, dict[str, float]]
"""Images per second of each contender, by round."""


@dataclass(frozen=True)
class Spread:
    """A median with the smallest and the largest value."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Of at least one value."""
        return cls(median(values), min(values), max(values))

    def text(self, form: str) -> str:
        """The three numbers in the given format."""
        return f"{self.median:{form}} [{self.low:{form}}, {self.high:{form}}]"


def rates(rounds: Rounds, name: str) -> Spread | None:
    """Images per second of a contender; None where it was never measured."""
    values = [one[name] for one in rounds.values() if name in one]
    return Spread.of(values) if values else None


def ratios(rounds: Rounds, name: str, base: str) -> Spread | None:
    """How many times as fast as `base` it was, over the rounds that have both."""
    values = [one[name] / one[base] for one in rounds.values() if name in one and base in one]
    return Spread.of(values) if values else None
