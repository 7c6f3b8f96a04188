"""Costs to a target: some trials never get there, and all that is known of them is that it takes longer.

Where every trial of both runs reached the target, costs are compared as any figure over seeds. Else there is
no mean, so medians are shown, and the verdict is that of the exact sign test (Dixon & Mood 1946) over the
seeds of which it is known which run was cheaper. Fewer than six of them cannot tell anything at the level of
a 95 % interval, however they fall, and that is said.
"""

from __future__ import annotations

import math

from scipy.special import bdtr

from bench.analysis.comparison.changes import Change, Estimate, Verdict, of_seeds
from bench.analysis.comparison.readings import BySeed, Costs
from bench.analysis.convergence import exceeded, median
from bench.analysis.power import LEVEL

Cost = tuple[float, bool]


def of_costs(a: Costs, b: Costs, *, same_seeds: bool) -> Change:
    """B's cost minus A's; less is better.

    Args:
        a: What A's trials paid.
        b: What B's trials paid.
        same_seeds: Whether a seed stands for the same images in the same order in both runs.
    """
    if all(reached for side in (a, b) for _, reached in side.values.values()):
        one, other = (BySeed({seed: cost for seed, (cost, _) in side.values.items()}) for side in (a, b))
        return of_seeds(one, other, "lower", same_seeds=same_seeds)
    first, second = _estimate(a), _estimate(b)
    difference = (
        math.nan if math.isinf(first.value) and math.isinf(second.value) else second.value - first.value
    )
    verdict, method = _sign_test(a, b, same_seeds=same_seeds)
    return Change(first, second, difference, math.nan, math.nan, method, verdict)


def _sign_test(a: Costs, b: Costs, *, same_seeds: bool) -> tuple[Verdict, str]:
    if not same_seeds:
        return "no interval", "censored, and seeds are not the same: no test"
    signs = [_cheaper(_paid(a, seed), _paid(b, seed)) for seed in a.values if seed in b.values]
    better, worse = signs.count(1), signs.count(-1)
    n = better + worse
    method = f"censored: sign test, B cheaper in {better} of {n} known pairs"
    if n == 0:
        return "no interval", "censored: of no seed is it known which run is cheaper"
    if 2 * 0.5**n > LEVEL:
        return "no interval", f"{method}: too few to tell"
    if min(1.0, 2 * float(bdtr(min(better, worse), n, 0.5))) > LEVEL:
        return "indistinguishable", method
    return ("better" if better > worse else "worse"), method


def _paid(costs: Costs, seed: int) -> Cost:
    """What is known of a seed; one that diverged before the target would never have got there."""
    cost, reached = costs.values[seed]
    return (math.inf, False) if seed in costs.diverged and not reached else (cost, reached)


def _cheaper(a: Cost, b: Cost) -> int:
    """1 where B is known to be cheaper, -1 where A is, 0 where they are equal or nothing is known."""
    if a[1] and b[1]:
        return (a[0] > b[0]) - (a[0] < b[0])
    if a[1] and not b[1]:
        return -1 if b[0] >= a[0] else 0
    return 1 if b[1] and a[0] >= b[0] else 0


def _estimate(costs: Costs) -> Estimate:
    values = [cost if reached else math.inf for cost, reached in costs.values.values()]
    reached = sum(is_reached for _, is_reached in costs.values.values())
    if reached == len(values):
        return Estimate(median(values), n=len(values))
    known = [_paid(costs, seed) for seed in costs.values]
    budget = exceeded((cost for cost, _ in costs.values.values()), (math.isinf(cost) for cost, _ in known))
    return Estimate(median(values), n=len(values), reached=reached, budget=budget)
