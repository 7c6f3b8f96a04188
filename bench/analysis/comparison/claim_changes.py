"""Published figures whose verdict is another one in B."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from bench.analysis.comparison.pairing import Pair
from bench.analysis.frames import rows

ABOUT = ("metric", "of_class", "relation", "bound")
"""Beside the architectures, what a claim is about."""

FIGURES = ("value", "tolerance")


@dataclass(frozen=True)
class ClaimChange:
    """One claim in both runs."""

    label: str
    about: str
    """Metric, class, and the architecture it is set against."""
    a: str
    """Verdict in A; empty where A does not make the claim."""
    b: str
    """Verdict in B."""
    reason: str
    """Why B's verdict is what it is, and whether the claim itself was changed."""

    @property
    def verdict(self) -> Literal["unchanged", "changed", "missing"]:
        """Whether both runs come to the same verdict; missing where only one of them makes the claim."""
        if not (self.a and self.b):
            return "missing"
        return "unchanged" if self.a == self.b else "changed"


def claim_changes(a: pd.DataFrame, b: pd.DataFrame, pairs: Iterable[Pair]) -> tuple[ClaimChange, ...]:
    """One row a claim of either run, those of B first.

    Args:
        a: The table of claims of A.
        b: That of B.
        pairs: Which architectures are the same.
    """
    renamed = {pair.a: pair.b for pair in pairs}
    before, after = _by_subject(a, renamed), _by_subject(b, {})
    shown = {pair.b: pair.label for pair in pairs}
    found = []
    for key in dict.fromkeys((*after, *before)):
        old, new = before.get(key), after.get(key)
        row = new or old
        assert row is not None
        label = shown.get(key[0], key[0])
        was, is_now = (str(one["verdict"]) if one else "" for one in (old, new))
        found.append(ClaimChange(label, _about(row), was, is_now, _reason(old, new)))
    return tuple(found)


def _by_subject(claims: pd.DataFrame, renamed: dict[str, str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Claims by what they are about; the same claim made twice keeps both, in their order."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows(claims):
        labels = (renamed.get(row[name], row[name]) for name in ("architecture", "relative_to"))
        key, number = (*labels, *(row[name] for name in ABOUT)), 0
        while (*key, number) in found:
            number += 1
        found[(*key, number)] = row
    return found


def _about(row: dict[str, Any]) -> str:
    text = str(row["metric"])
    if row["of_class"]:
        text += f" of {row['of_class']}"
    return f"{text}, {row['relation']} to {row['relative_to']}" if row["relative_to"] else text


def _reason(old: dict[str, Any] | None, new: dict[str, Any] | None) -> str:
    if old is None or new is None:
        return "claimed in one run only"
    figures = [tuple(row[name] for name in FIGURES) for row in (old, new)]
    moved = "the claim itself was changed; " if figures[0] != figures[1] else ""
    return moved + str(new["reason"])
