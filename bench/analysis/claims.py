"""Published figures against what was measured: reproduced, not reproduced, inconclusive, or not comparable.

The rule, for the band [value - tolerance, value + tolerance] and the 95 % interval over seeds:

- the interval lies inside the band: *reproduced*;
- the two do not meet: *not reproduced*;
- anything else: *inconclusive*, more seeds would tell;
- one seed has no interval, so its value is taken as a point, and the row says that n is 1;
- a count (params, MACs) has no spread and is a point as well;
- the run does not meet the claim's protocol, or measured nothing: *not comparable*, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import pandas as pd

from bench.analysis.frames import where
from bench.analysis.statistics import Interval, mean_interval
from bench.analysis.summary import static_facts
from bench.analysis.trials import Outcome
from bench.records import Choices, TrialRecord
from bench.spec import Claim

Verdict = Literal["reproduced", "not reproduced", "inconclusive", "not comparable"]

COUNTS = frozenset({"params", "params_body", "macs"})
SPEEDS = frozenset({"train_images_per_second"})

COLUMNS = (
    "architecture", "metric", "value", "tolerance", "measured", "low", "high", "seeds", "verdict", "reason",
    "source",
)  # fmt: skip


def claim_table(
    claims: tuple[Claim, ...], outcomes: tuple[Outcome, ...], trials: pd.DataFrame
) -> pd.DataFrame:
    """One row a claim, in the order of the suite; `measured` is NaN where nothing was."""
    rows = []
    for claim in claims:
        measured = _measured(claim, outcomes, trials)
        finding, reason = verdict(claim, measured)
        if obstacles := list(_obstacles(claim, measured, outcomes)):
            finding, reason = "not comparable", "; ".join(obstacles)
        rows.append(
            {
                "architecture": claim.architecture,
                "metric": claim.metric,
                "value": claim.value,
                "tolerance": claim.tolerance,
                "measured": measured.mean,
                "low": measured.low,
                "high": measured.high,
                "seeds": measured.n,
                "verdict": finding,
                "reason": reason,
                "source": claim.source,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def verdict(claim: Claim, measured: Interval) -> tuple[Verdict, str]:
    """Apply the rule above to a comparable claim; also say in words what decided."""
    slack = 1e-9 * max(1.0, abs(claim.value))  # 0.742 + 0.020 is not exactly 0.762 in binary
    bottom, top = claim.value - claim.tolerance - slack, claim.value + claim.tolerance + slack
    if math.isnan(measured.low):
        inside = bottom <= measured.mean <= top
        kind = "a count, the same for every seed" if claim.metric in COUNTS else "one seed, no interval"
        return ("reproduced" if inside else "not reproduced"), kind
    if bottom <= measured.low and measured.high <= top:
        return "reproduced", f"the interval over {measured.n} seeds lies within the tolerance"
    if measured.high < bottom or measured.low > top:
        return "not reproduced", f"the interval over {measured.n} seeds does not meet the tolerance"
    return "inconclusive", f"the interval over {measured.n} seeds straddles the edge of the tolerance"


def _measured(claim: Claim, outcomes: tuple[Outcome, ...], trials: pd.DataFrame) -> Interval:
    if claim.metric in COUNTS:
        static = static_facts(claim.architecture, outcomes)
        count = float(getattr(static, claim.metric)) if static else math.nan
        return Interval(int(static is not None), count, math.nan, math.nan)
    mine = where(trials, label=claim.architecture, status="done")
    return mean_interval(mine[claim.metric].astype(float))


def _obstacles(claim: Claim, measured: Interval, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    """Why the claim cannot be compared; each reason once, whichever trial shows it."""
    if measured.n == 0:
        yield "nothing was measured"
        return
    mine = [outcome for outcome in outcomes if outcome.trial.label == claim.architecture]
    records = [outcome.record for outcome in mine if outcome.record and outcome.record.static]
    if claim.metric not in COUNTS:
        records = [outcome.record for outcome in mine if outcome.record and outcome.done]
    yield from dict.fromkeys(reason for record in records for reason in _departures(claim, record))


def _departures(claim: Claim, record: TrialRecord) -> Iterator[str]:
    """How a trial departs from the claim's protocol.

    The data set and the image size hold for counts as well, since the head and the input follow from them.
    """
    protocol, trial, data = claim.protocol, record.trial, record.data
    if protocol.dataset and protocol.dataset != trial.dataset.name:
        yield f"published on {protocol.dataset}, measured on {trial.dataset.name}"
    side = data.image_shape[-1] if data else trial.dataset.image_size
    if protocol.image_size and side and protocol.image_size != side:
        yield f"published at {protocol.image_size} pixels, measured at {side}"
    if claim.metric not in COUNTS:
        yield from _departures_in_training(claim, record)


def _departures_in_training(claim: Claim, record: TrialRecord) -> Iterator[str]:
    """Departures that move accuracies and speeds, but no counts."""
    protocol, trial, choices = claim.protocol, record.trial, record.choices
    if protocol.epochs and protocol.epochs != trial.recipe.epochs:
        yield f"published after {protocol.epochs} epochs, measured after {trial.recipe.epochs}"
    if protocol.precision and choices and protocol.precision != choices.precision:
        yield f"published in {protocol.precision}, measured in {choices.precision}"
    if protocol.device and choices and not _same_device(protocol.device, choices):
        yield f"published on {protocol.device}, measured on {choices.device_name}"
    if claim.metric not in SPEEDS:
        yield from _departures_in_data(claim, record)


def _departures_in_data(claim: Claim, record: TrialRecord) -> Iterator[str]:
    """Departures that move accuracies and losses alone."""
    protocol, trial, data = claim.protocol, record.trial, record.data
    if trial.dataset.limit:
        yield f"measured on a part of the data set (limit = {trial.dataset.limit})"
    if protocol.original_images and data and data.reencoded:
        yield "published on the original images, measured on a re-encoded copy"
    if claim.metric == "validation_accuracy" and data and data.validated_on_test:
        yield "test set used for validation"


def _same_device(claimed: str, choices: Choices) -> bool:
    """Whether a device's published name, for example "A100" or "cpu", is part of the measured one's."""
    return claimed.lower() in f"{choices.device} {choices.device_name}".lower()
