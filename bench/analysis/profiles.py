"""Performance profiles: how often an architecture is within a factor of the fastest, over many problems.

A problem is a target of a suite. The profile of an architecture at ratio r is the share of problems that it
solves at no more than r times the cost of the one that solves it cheapest (Dolan & More 2002); a censored
architecture never solves its problem. The score is that of AlgoPerf (Dahl et al. 2023).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from bench.analysis.frames import groups, rows, where

LARGEST_RATIO = 4.0
"""AlgoPerf's upper end of the profile."""

COST_COLUMNS = ("problem", "label", "cost")
PROFILE_COLUMNS = ("label", "ratio", "share")
SCORE_COLUMNS = ("label", "problems", "solved", "score")


def problems(convergence: Mapping[str, pd.DataFrame], axis: str) -> pd.DataFrame:
    """Cost of every architecture in every problem, infinite where it is censored.

    Args:
        convergence: The convergence table of each suite, by a name of the suite.
        axis: "epochs", "seconds" or "flops"; the median over seeds counts.
    """
    table = [
        {"problem": f"{name}: {row['target']:g}", "label": row["label"], "cost": float(row[f"{axis}_median"])}
        for name, frame in convergence.items()
        for row in rows(frame)
    ]
    return pd.DataFrame(table, columns=list(COST_COLUMNS))


def performance_profile(costs: pd.DataFrame) -> pd.DataFrame:
    """Steps of each architecture's profile: from `ratio` on, it solves this share of all problems.

    Every profile starts at ratio 1. A problem that an architecture did not take part in is not solved by it.
    """
    ratios = _ratios(costs)
    total = int(costs["problem"].nunique())
    table: list[dict[str, object]] = []
    for label, mine in ratios.items():
        finite = np.sort([ratio for ratio in mine if math.isfinite(ratio)])
        steps = [1.0, *sorted({float(ratio) for ratio in finite if ratio > 1})]
        table += [
            {"label": label, "ratio": step, "share": float((finite <= step).sum() / total)} for step in steps
        ]
    return pd.DataFrame(table, columns=list(PROFILE_COLUMNS))


def profile_scores(costs: pd.DataFrame) -> pd.DataFrame:
    """One row an architecture, best first: mean height of its profile from ratio 1 to `LARGEST_RATIO`."""
    profile, ratios = performance_profile(costs), _ratios(costs)
    table: list[dict[str, object]] = []
    for label, mine in ratios.items():
        steps = where(profile, label=label)
        edges = np.minimum([*steps["ratio"], LARGEST_RATIO], LARGEST_RATIO)
        area = float((np.diff(edges) * steps["share"].to_numpy()).sum())
        table.append(
            {
                "label": label,
                "problems": int(costs["problem"].nunique()),
                "solved": sum(map(math.isfinite, mine)),
                "score": area / (LARGEST_RATIO - 1),
            }
        )
    scores = pd.DataFrame(table, columns=list(SCORE_COLUMNS))
    return scores.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def _ratio(cost: float, least: float) -> float:
    """A cost as a multiple of the lowest, which is nothing where no FLOPs could be counted."""
    if not math.isfinite(cost):
        return math.inf
    return cost / least if least else (math.inf if cost else 1.0)


def _ratios(costs: pd.DataFrame) -> dict[str, list[float]]:
    """Each architecture's cost over the lowest of the problem, for the problems it took part in."""
    found: dict[str, list[float]] = {str(label): [] for label in costs["label"].unique()}
    for _, group in groups(costs, "problem"):
        least = float(group["cost"].min())
        for row in rows(group):
            found[row["label"]].append(_ratio(row["cost"], least))
    return found
