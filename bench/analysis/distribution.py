"""What several processes that trained together gained over one, and what that means for comparisons."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.analysis.speed import NO_CERTIFICATE, verdict
from bench.analysis.trials import Outcome
from bench.records import DistributionFacts, ScalingFacts, ThroughputFacts, TrialRecord

DISTRIBUTION_COLUMNS = (
    "label", "world_size", "nodes", "backend", "global_batch_size", "device_batch_size", "batch_norm",
    "together", "together_low", "together_high", "one_at_batch", "one_at_batch_low", "one_at_batch_high",
    "one_at_share", "one_at_share_low", "one_at_share_high", "speedup", "speedup_low", "speedup_high",
    "strong_efficiency", "weak_efficiency", "verdict",
)  # fmt: skip
"""Images per second of training steps; efficiencies are fractions of what so many processes could reach."""


def distribution_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row an architecture that several processes trained, from the trial that measured scaling."""
    found: dict[str, dict[str, object]] = {}
    for outcome in outcomes:
        facts = outcome.record.distribution if outcome.record else None
        if facts is not None and facts.world_size > 1:
            row = {"label": outcome.trial.label, **_setting(facts), **_scaling(facts)}
            if facts.scaling or outcome.trial.label not in found:
                found[outcome.trial.label] = row
    return pd.DataFrame(found.values(), columns=list(DISTRIBUTION_COLUMNS))


def processes(record: TrialRecord) -> str:
    """How many trained together, all numbers there were."""
    facts = record.distribution
    if facts is None:
        return "1"
    return ", ".join(map(str, sorted(facts.epochs_by_world_size or {facts.world_size: 1})))


def statistics_of(record: TrialRecord) -> str:
    """What batch norm took its statistics over."""
    facts = record.distribution
    return "share of each process" if facts and facts.batch_norm == "per_process" else "whole batch"


def distribution_warnings(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Kind and message of what several processes change in a comparison."""
    trained = [
        (outcome.trial, outcome.record) for outcome in outcomes if outcome.record and outcome.record.training
    ]
    counts = dict.fromkeys(processes(record) for _, record in trained)
    if len(counts) > 1:
        differ = f"Trials differ in the number of processes that trained together: {'; '.join(counts)}."
        effect = (
            "Times are not comparable, and weights differ by the order of sums and by what dropout draws."
        )
        yield "unequal conditions", f"{differ} {effect}"
    apart = dict.fromkeys(trial.label for trial, record in trained if statistics_of(record) != "whole batch")
    if apart:
        what = f"{', '.join(apart)}: batch norm took its statistics over the share of each process."
        effect = "With one process, or another number of them, it is another experiment."
        yield "batch norm per process", f"{what} {effect}"


def _setting(facts: DistributionFacts) -> dict[str, object]:
    sizes = facts.device_batch_sizes
    even = f"{sizes[0]}" if len(set(sizes)) == 1 else f"{min(sizes)} to {max(sizes)}"
    return {
        "world_size": facts.world_size,
        "nodes": facts.nodes,
        "backend": facts.backend,
        "global_batch_size": facts.global_batch_size,
        "device_batch_size": even,
        "batch_norm": facts.batch_norm.replace("_", " "),
    }


def _scaling(facts: DistributionFacts) -> dict[str, object]:
    scaling = facts.scaling
    if scaling is None:
        return {}
    found: dict[str, object] = {}
    for name in ("together", "one_at_batch", "one_at_share"):
        fact: ThroughputFacts | None = getattr(scaling, name)
        if fact is not None:
            found |= {name: fact.images_per_second, f"{name}_low": fact.low, f"{name}_high": fact.high}
    share = scaling.one_at_share.images_per_second
    found["weak_efficiency"] = scaling.together.images_per_second / (facts.world_size * share)
    return {**found, **_speedup(scaling, facts.world_size), "verdict": _verdict(scaling)}


def _speedup(scaling: ScalingFacts, world_size: int) -> dict[str, object]:
    """Over one process at the same batch; the ends are those of both intervals at their worst."""
    one, together = scaling.one_at_batch, scaling.together
    if one is None:
        return {}
    gained = together.images_per_second / one.images_per_second
    return {
        "speedup": gained,
        "speedup_low": together.low / one.high,
        "speedup_high": together.high / one.low,
        "strong_efficiency": gained / world_size,
    }


def _verdict(scaling: ScalingFacts) -> str:
    """Doubtful where any of the timings is."""
    facts = (scaling.together, scaling.one_at_share, scaling.one_at_batch)
    verdicts = {verdict(fact.certificate) for fact in facts if fact is not None}
    return next((found for found in ("doubtful", NO_CERTIFICATE) if found in verdicts), "good")
