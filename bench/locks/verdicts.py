"""What `bench check` found: one verdict for each architecture of each suite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bench.locks.changes import Comparison

EQUAL = Comparison()
Status = Literal["unchanged", "changed", "not locked", "vanished", "does not build"]


@dataclass(frozen=True)
class Row:
    """One line of the table of changes."""

    suite: str
    architecture: str
    where: str
    """A layer with its type, or "total"."""
    what: str
    locked: str
    now: str
    by: str


@dataclass(frozen=True)
class Verdict:
    """One architecture against its lock."""

    suite: str
    """The suite as the user named it."""
    label: str
    status: Status
    detail: str = ""
    """Why it does not build, or what vanished."""
    comparison: Comparison = EQUAL

    @property
    def passed(self) -> bool:
        """Only what is unchanged passes."""
        return self.status == "unchanged"

    @property
    def accept(self) -> str:
        """The command that makes what is now what is agreed on."""
        return f"bench lock {self.suite}"

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers that changed themselves."""
        return tuple(change.layer for change in self.comparison.layers)

    def rows(self) -> Iterator[Row]:
        """Every change of this architecture, layers first."""
        if self.passed:
            return
        if self.status != "changed":
            yield Row(self.suite, self.label, "", self.status, "", self.detail, "")
            return
        for layer in self.comparison.layers:
            where = f"{layer.layer} ({layer.type})"
            for change in layer.changes:
                what = change.what if layer.how == "changed" else f"{layer.how}: {change.what}"
                yield Row(
                    self.suite, self.label, where, what, _text(change.locked), _text(change.now), change.by
                )
        if self.comparison.following:
            count = "1 layer" if self.comparison.following == 1 else f"{self.comparison.following} layers"
            yield Row(self.suite, self.label, f"{count} behind", "follow", "", "", "")
        for change in (*self.comparison.identity, *self.comparison.totals):
            yield Row(
                self.suite,
                self.label,
                "total",
                change.what,
                _text(change.locked),
                _text(change.now),
                change.by,
            )


@dataclass(frozen=True)
class Outcome:
    """All verdicts of one check."""

    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether every architecture is as agreed."""
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Everything that is not as agreed."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    def rows(self) -> tuple[Row, ...]:
        """Every change of every architecture."""
        return tuple(row for verdict in self.verdicts for row in verdict.rows())

    def accept(self) -> tuple[str, ...]:
        """The commands that accept all of it, one a suite."""
        return tuple(dict.fromkeys(verdict.accept for verdict in self.failures))

    def summary(self) -> str:
        """One sentence."""
        total = "1 architecture" if len(self.verdicts) == 1 else f"{len(self.verdicts)} architectures"
        if self.passed:
            return f"{total} as locked"
        return f"{len(self.failures)} of {total} not as locked"


def _text(value: int | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"
