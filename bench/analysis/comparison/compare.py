"""Two runs to one comparison: a row for each architecture, metric and setting that either run has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.analysis.comparison.censored import of_costs
from bench.analysis.comparison.changes import Change, Verdict, disagreement, of_counts, of_seeds, of_single
from bench.analysis.comparison.claim_changes import ClaimChange, claim_changes
from bench.analysis.comparison.conditions import conditions
from bench.analysis.comparison.doubts import Doubt
from bench.analysis.comparison.guard import Departure, departures, obstacles, same_splits
from bench.analysis.comparison.metrics import METRICS, Metric
from bench.analysis.comparison.pairing import Pair, pair_up
from bench.analysis.comparison.readings import BySeed, Costs, Count, Once, Reading, readings
from bench.analysis.comparison.side import Side
from bench.store import RunInfo


@dataclass(frozen=True)
class Row:
    """One metric of one architecture, at one setting."""

    pair: Pair
    metric: Metric
    setting: float | None
    """Batch size or target; None where the metric has none."""
    change: Change | None
    """None where a run lacks the metric."""
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    """Why it is missing or not comparable."""
    doubts: tuple[Doubt, ...] = ()
    """What the certificates of its timings doubt."""
    unfinished: tuple[str, ...] = ()
    """Trials that it should rest on and does not."""

    @property
    def name(self) -> str:
        """The metric with its setting, as in `--fail-on`."""
        return self.metric.name if self.setting is None else f"{self.metric.name}@{self.setting:g}"


@dataclass(frozen=True)
class Comparison:
    """What two runs say about each other."""

    a: RunInfo
    b: RunInfo
    pairs: tuple[Pair, ...]
    gone: tuple[str, ...]
    """Architectures of A alone."""
    new: tuple[str, ...]
    """Architectures of B alone."""
    rows: tuple[Row, ...]
    """By metric, then by setting, then by architecture."""
    claims: tuple[ClaimChange, ...]
    departures: tuple[tuple[Pair, tuple[Departure, ...]], ...]
    """Conditions that differ, for each pair."""
    unfinished: tuple[tuple[Pair, tuple[str, ...]], ...]
    """Trials of each pair that did not run to their end, in A and in B."""
    shared: int = 0
    """Trials that are one training in both runs, since one was taken from the other or both from a third."""


def compare(a: Side, b: Side) -> Comparison:
    """Compare B with A."""
    pairs, gone, new = pair_up(a.architectures, b.architectures)
    targets = tuple(sorted({*a.targets, *b.targets}))
    found = [(pair, departures(conditions(a, pair.a), conditions(b, pair.b))) for pair in pairs]
    rows = [row for pair, differing in found for row in _rows(a, b, pair, differing, targets)]
    order = {metric.name: place for place, metric in enumerate(METRICS)}
    rows.sort(key=lambda row: (order[row.metric.name], row.setting or 0))  # architectures keep their order
    return Comparison(
        a.info, b.info, pairs, gone, new, tuple(rows),
        claim_changes(a.claims, b.claims, pairs),
        tuple((pair, differing) for pair, differing in found if differing),
        tuple((pair, holes) for pair in pairs if (holes := _unfinished(a, b, pair))),
        len(_trained(a) & _trained(b)) if any(one.is_taken for one in (*a.outcomes, *b.outcomes)) else 0,
    )  # fmt: skip


def _rows(
    a: Side, b: Side, pair: Pair, differing: tuple[Departure, ...], targets: tuple[float, ...]
) -> Iterator[Row]:
    mine, other = readings(a, pair.a, targets), readings(b, pair.b, targets)
    holes, same_seeds = _unfinished(a, b, pair), same_splits(differing)
    for metric in METRICS:
        unfinished = holes if metric.over_seeds else ()
        settings = [key[1] for key in dict.fromkeys((*mine, *other)) if key[0] == metric.name]
        for setting in settings:
            first, second = (side.get((metric.name, setting)) for side in (mine, other))
            if first is None or second is None:
                reason = f"not measured in {'A' if first is None else 'B'}"
                yield Row(pair, metric, setting, None, "missing", (reason,), unfinished=unfinished)
                continue
            change = _change(first, second, metric, same_seeds=same_seeds)
            reasons = (*obstacles(metric.matters, differing), *disagreement(first, second))
            verdict = "not comparable" if reasons else change.verdict
            yield Row(pair, metric, setting, change, verdict, reasons, _doubts(first, second), unfinished)


def _change(a: Reading, b: Reading, metric: Metric, *, same_seeds: bool) -> Change:
    if isinstance(a, Count) and isinstance(b, Count):
        return of_counts(a, b)
    if isinstance(a, Once) and isinstance(b, Once):
        return of_single(a, b, metric.better)
    if isinstance(a, Costs) and isinstance(b, Costs):
        return of_costs(a, b, same_seeds=same_seeds)
    assert isinstance(a, BySeed)
    assert isinstance(b, BySeed)
    # The time of an epoch has nothing to do with the seed, so pairing would only cost degrees of freedom.
    return of_seeds(a, b, metric.better, same_seeds=same_seeds and metric.group != "speed")


def _doubts(a: Reading, b: Reading) -> tuple[Doubt, ...]:
    first, second = (() if isinstance(one, Count) else one.doubts for one in (a, b))
    return (*(replace(one, run="A") for one in first), *(replace(one, run="B") for one in second))


def _trained(side: Side) -> set[tuple[str, str, str]]:
    """The trainings that a run holds, its own and those it has taken over."""
    records = (one.record for one in side.outcomes if one.record)
    return {(record.trial_id, record.started_at, record.finished_at) for record in records}


def _unfinished(a: Side, b: Side, pair: Pair) -> tuple[str, ...]:
    holes = (("A", a.unfinished(pair.a)), ("B", b.unfinished(pair.b)))
    return tuple(f"{name}: {hole}" for name, found in holes for hole in found)
