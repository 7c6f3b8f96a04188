"""What was measured of a claim's figure, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from bench.analysis.frames import where
from bench.analysis.statistics import Interval, mean_interval
from bench.analysis.summary import static_facts
from bench.analysis.trials import Outcome
from bench.spec import Claim

COUNTS = frozenset({"params", "params_body", "macs"})
"""Metrics without spread: the seed does not move them."""


def measured(claim: Claim, outcomes: tuple[Outcome, ...], trials: pd.DataFrame) -> Interval:
    """The claim's figure over seeds; n is 0 where nothing was measured, and a count has no interval."""
    mine = _figures(claim, claim.architecture, outcomes, trials)
    if claim.relative_to is not None:
        mine = _related(claim, mine, _figures(claim, claim.relative_to, outcomes, trials))
    if claim.metric in COUNTS:
        return Interval(len(mine), mine.get(0, math.nan), math.nan, math.nan)
    return mean_interval(mine.values())


def _related(claim: Claim, mine: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """Ratio or difference on the seeds that both have; there is no ratio to zero."""
    common = [seed for seed in mine if seed in other]
    if claim.relation == "difference":
        return {seed: mine[seed] - other[seed] for seed in common}
    return {seed: mine[seed] / other[seed] for seed in common if other[seed]}


def _figures(
    claim: Claim, label: str, outcomes: tuple[Outcome, ...], trials: pd.DataFrame
) -> dict[int, float]:
    """The figure of one architecture, by seed."""
    if claim.metric in COUNTS:
        static = static_facts(label, outcomes)
        return {0: float(getattr(static, claim.metric))} if static else {}
    if claim.of_class is not None:
        return _of_class(claim, label, outcomes)
    done = where(trials, label=label, status="done")
    figures = dict(zip(done["seed"].astype(int), done[claim.metric].astype(float), strict=True))
    return {seed: figure for seed, figure in figures.items() if not math.isnan(figure)}


def _of_class(claim: Claim, label: str, outcomes: tuple[Outcome, ...]) -> dict[int, float]:
    split, score = claim.metric.split("_", 1)
    found: dict[int, float] = {}
    for outcome in outcomes:
        data = outcome.record.data if outcome.record else None
        if outcome.trial.label != label or not outcome.done or data is None:
            continue
        if "classes.csv" in outcome.tables and claim.of_class in data.classes:
            number = data.classes.index(claim.of_class)
            row = where(outcome.tables["classes.csv"], split=split, **{"class": number})
            if len(figure := row[score].dropna()):
                found[outcome.trial.seed] = float(figure.iloc[0])
    return found
