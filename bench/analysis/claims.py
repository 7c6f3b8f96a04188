"""Published figures against what was measured: reproduced, not reproduced, inconclusive, or not comparable.

The rule, for the band [value - tolerance, value + tolerance] and the 95 % interval over seeds:

- the interval lies inside the band: *reproduced*;
- the two do not meet: *not reproduced*;
- anything else: *inconclusive*, more seeds would tell;
- one seed has no interval, so its value is taken as a point, and the row says that n is 1;
- a count (params, MACs) has no spread and is a point as well;
- a claim of "at least" or "at most" has a band that is open on one side;
- a claim about two architectures is judged on the interval of their ratio or difference, seed by seed;
- the run does not meet the claim's protocol, or measured nothing: *not comparable*, with the reason.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import pandas as pd

from bench.analysis.claim_protocol import doubtful, obstacles, optimistic, unfinished
from bench.analysis.claim_values import COUNTS, measured
from bench.analysis.statistics import Interval
from bench.analysis.trials import Outcome
from bench.spec import Claim

Verdict = Literal["reproduced", "not reproduced", "inconclusive", "not comparable"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

COLUMNS = (
    "architecture", "metric", "of_class", "relation", "relative_to", "bound", "value", "tolerance",
    "measured", "low", "high", "seeds", "verdict", "reason", "source",
)  # fmt: skip


def claim_table(
    claims: tuple[Claim, ...], outcomes: tuple[Outcome, ...], trials: pd.DataFrame
) -> pd.DataFrame:
    """One row a claim, in the order of the suite; `measured` is NaN where nothing was."""
    rows = []
    for claim in claims:
        found = measured(claim, outcomes, trials)
        finding, reason = verdict(claim, found)
        reason += unfinished(claim, outcomes) + doubtful(claim, trials) + optimistic(claim)
        if reasons := list(obstacles(claim, found, outcomes)):
            finding, reason = "not comparable", "; ".join(reasons)
        stated = claim.model_dump(include=set(COLUMNS), exclude_none=True)
        relation = {"relation": claim.relation if claim.relative_to is not None else ""}
        outcome = {
            "measured": found.mean,
            "low": found.low,
            "high": found.high,
            "seeds": found.n,
            "verdict": finding,
            "reason": reason,
        }
        rows.append({"of_class": "", "relative_to": "", **stated, **relation, **outcome})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def band(claim: Claim) -> tuple[float, float]:
    """Lowest and highest figure that agree with the claim; infinite on a side that it leaves open."""
    low, high = claim.value - claim.tolerance, claim.value + claim.tolerance
    return (
        -math.inf if claim.bound == "at_most" else low,
        math.inf if claim.bound == "at_least" else high,
    )


def verdict(claim: Claim, measured: Interval) -> tuple[Verdict, str]:
    """Apply the rule above to a comparable claim; also say in words what decided."""
    # 0.742 + 0.020 is not exactly 0.762 in binary; counts are whole numbers, and exact.
    slack = 1e-9 * (1.0 if claim.metric in COUNTS else max(1.0, abs(claim.value)))
    low, high = band(claim)
    bottom, top = low - slack, high + slack
    if math.isnan(measured.low):
        inside = bottom <= measured.mean <= top
        kind = "a count, the same for every seed" if claim.metric in COUNTS else "one seed, no interval"
        return ("reproduced" if inside else "not reproduced"), kind
    if bottom <= measured.low and measured.high <= top:
        return "reproduced", f"the interval over {measured.n} seeds lies within the tolerance"
    if measured.high < bottom or measured.low > top:
        return "not reproduced", f"the interval over {measured.n} seeds does not meet the tolerance"
    return "inconclusive", f"the interval over {measured.n} seeds straddles the edge of the tolerance"
