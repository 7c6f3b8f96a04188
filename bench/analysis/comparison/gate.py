"""Whether a comparison passes its thresholds. Nothing passes by being absent.

The rule, for each threshold and each architecture that has been in A:

- gone from B, the metric missing in a run, not comparable, or resting on trials that did not finish: *fails*;
- censored in both runs, so that the difference is not known: *fails*;
- the difference (of means, or of the figures themselves) is within the threshold: *passes*;
- it is beyond, and its interval contains zero: *beyond, but within noise*; passes unless `strict`, since
  the same two programs would fail such a gate again and again;
- it is beyond, and its interval excludes zero or there is no interval: *fails*.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bench.analysis.comparison.changes import Change
from bench.analysis.comparison.compare import Comparison, Row
from bench.analysis.comparison.thresholds import CLAIMS, Threshold

Outcome = Literal[
    "within", "beyond", "beyond, but within noise", "missing", "gone", "not comparable",
    "unfinished", "unknown",
]  # fmt: skip

CLAIM_OUTCOMES: dict[str, Outcome] = {"unchanged": "within", "changed": "beyond", "missing": "missing"}


@dataclass(frozen=True)
class Finding:
    """One threshold applied to one figure of one architecture."""

    threshold: str
    """As the user wrote it."""
    label: str
    name: str
    """The metric with its setting."""
    outcome: Outcome
    reason: str
    passed: bool
    row: Row | None = None
    """What was judged; None where there is nothing, and for claims."""


def judge(
    comparison: Comparison, thresholds: Iterable[Threshold], *, strict: bool = False
) -> tuple[Finding, ...]:
    """Apply thresholds to a comparison, in their order.

    Args:
        comparison: What to judge.
        thresholds: What must hold.
        strict: Whether a difference beyond its threshold fails although its interval contains zero.
    """
    return tuple(finding for one in thresholds for finding in _findings(comparison, one, strict=strict))


def _findings(comparison: Comparison, threshold: Threshold, *, strict: bool) -> Iterator[Finding]:
    name = threshold.text.rpartition(":")[0].strip()
    for label in comparison.gone:
        yield Finding(threshold.text, label, name, "gone", "in A, but not in B", passed=False)
    if not comparison.pairs and not comparison.gone:
        yield Finding(threshold.text, "", name, "missing", "the runs share no architecture", passed=False)
    if threshold.metric is None:
        yield from _claims(comparison, threshold)
        return
    for pair in comparison.pairs:
        mine = [row for row in comparison.rows if row.pair == pair and _meant(row, threshold)]
        for row in mine:
            outcome, reason = _outcome(row, threshold)
            passed = outcome == "within" or (outcome == "beyond, but within noise" and not strict)
            yield Finding(threshold.text, pair.label, row.name, outcome, reason, passed, row)
        if not mine:
            yield Finding(
                threshold.text, pair.label, name, "missing", "measured in neither run", passed=False
            )


def _meant(row: Row, threshold: Threshold) -> bool:
    return row.metric == threshold.metric and threshold.setting in (None, row.setting)


def _outcome(row: Row, threshold: Threshold) -> tuple[Outcome, str]:
    change = row.change
    if row.unfinished:
        return "unfinished", "; ".join(row.unfinished)
    if change is None:
        return "missing", "; ".join(row.reasons)
    if row.verdict == "not comparable":
        return "not comparable", "; ".join(row.reasons)
    outcome, reason = _against(threshold, change, row.verdict)
    return outcome, f"{reason}; the timing is doubtful" if row.doubts else reason


def _against(threshold: Threshold, change: Change, verdict: str) -> tuple[Outcome, str]:
    """A known change against a threshold."""
    difference = _measure(change, threshold)
    if math.isnan(difference):
        return "unknown", f"the difference is not known ({change.method})"
    if not threshold.exceeded(difference):
        return "within", change.method
    if verdict == "indistinguishable":
        return "beyond, but within noise", f"the interval of the difference contains zero ({change.method})"
    return "beyond", change.method


def _measure(change: Change, threshold: Threshold) -> float:
    """The difference in the threshold's terms; from a figure of zero, any change is infinitely large."""
    if not threshold.relative or not change.difference or math.isinf(change.difference):
        return change.difference
    return change.relative if change.a.value else math.copysign(math.inf, change.difference)


def _claims(comparison: Comparison, threshold: Threshold) -> Iterator[Finding]:
    if not comparison.claims:
        yield Finding(threshold.text, "", CLAIMS, "missing", "neither run has claims", passed=False)
    for claim in comparison.claims:
        outcome = CLAIM_OUTCOMES[claim.verdict]
        reason = (
            f"{claim.about}: {claim.a or 'not claimed'} \u2192 {claim.b or 'not claimed'}; {claim.reason}"
        )
        yield Finding(threshold.text, claim.label, CLAIMS, outcome, reason, passed=outcome == "within")
