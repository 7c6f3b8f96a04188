"""What accuracy costs, in sentences: who is cheapest, who is first to a target, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.latex.separation import fastest
from reports.words import Words, joined, name, names

TIME = "seconds_per_epoch"

COSTS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("params", "the fewest params", show.si),
    ("macs", "the fewest MACs", show.si),
    (TIME, "the fastest training", lambda value: f"{show.seconds(value)} an epoch"),
)

DOUBTFUL = "doubtful timing"


def cheapest(ranked: list[dict[str, Any]]) -> Iterator[Words]:
    """Who is cheapest in what, and how many times as much the most accurate or else the dearest costs.

    Args:
        ranked: Rows of the summary, best test accuracy first.
    """
    wins: dict[tuple[str, ...], list[str]] = {}
    for column, claim, text in COSTS:
        values = {row["label"]: row[column] for row in ranked if math.isfinite(row[column])}
        if len(values) < 2 or min(values.values()) == max(values.values()):
            continue
        least = min(values.values())
        labels = tuple(label for label, value in values.items() if value == least)
        best = ranked[0]["label"]
        compared = best if best in values and best not in labels else max(values, key=values.__getitem__)
        # Nothing is a multiple of zero, so there the figure itself is said.
        other = show.ratio(values[compared] / least) if least > 0 else text(values[compared])
        unsure = _unsure(ranked) if column == TIME else ""
        wins.setdefault(labels, []).append(f"{claim} ({text(least)}; {compared} {other}{unsure})")
    for labels, advantages in wins.items():
        verb = "has" if len(labels) == 1 else "have"
        yield (*names([{"label": label} for label in labels]), (f" {verb} {joined(advantages)}.", False))


def _unsure(ranked: list[dict[str, Any]]) -> str:
    """Why the fastest may not be; nothing where its interval ends below all others without a doubt."""
    if any(row["timings_doubtful"] for row in ranked):
        return f"; {DOUBTFUL}"
    if fastest(ranked, TIME) is not None:
        return ""
    low = min(ranked, key=lambda row: row[TIME] if math.isfinite(row[TIME]) else math.inf)[f"{TIME}_low"]
    return "; one seed, no interval" if math.isnan(low) else "; not set apart by its interval"


def first_to_target(tables: Tables) -> Iterator[Words]:
    """Who gets first to the highest target that any seed of any architecture reached, and who does not."""
    reached = tables.convergence[tables.convergence["reached"] > 0]
    if not len(reached):
        return
    target = float(reached["target"].max())
    table = rows(where(tables.convergence, target=target))
    certain = sorted(
        (row for row in table if math.isfinite(row["seconds_median"])), key=lambda row: row["seconds_median"]
    )
    goal = f"{show.target(target)} test accuracy"
    if certain:
        first = certain[0]
        ties = [row for row in certain if row["seconds_median"] == first["seconds_median"]]
        epochs = show.number(first["epochs_median"], 0 if first["epochs_median"] % 1 == 0 else 1)
        unit = "epoch" if epochs == "1" else "epochs"
        middle = "median " if first["seeds"] > 1 else ""
        cost = f"{show.seconds(first['seconds_median'])} of training, {epochs} {unit}"
        lead = _lead(tables, *certain[:2]) if len(ties) < 2 else "; equal times"
        verb = "is" if len(ties) < 2 else "are"
        yield (
            (f"To {goal}, ", False),
            *names(ties),
            (f" {verb} first ({middle}{cost}{lead}).", False),
        )
    for row in table:
        if 0 < row["reached"] < row["seeds"]:
            yield (
                name(row),
                (f" reached {goal} at {row['reached']} of {row['seeds']} seeds only.", False),
            )
    never = [row for row in table if row["reached"] == 0]
    if never:
        yield (*names(never), (f" never reached {show.target(target)} within the budget.", False))


def _lead(tables: Tables, first: dict[str, Any], second: dict[str, Any] | None = None) -> str:
    """At how many seeds the first is before the second, which two medians do not tell."""
    doubtful = set(tables.summary.loc[tables.summary["timings_doubtful"] > 0, "label"])
    unsure = f"; {DOUBTFUL}" if any(row["label"] in doubtful for row in (first, second) if row) else ""
    mine, other = (_seconds(tables, row) if row else {} for row in (first, second))
    common = mine.keys() & other.keys()
    if second is None or not common:
        return unsure
    before = sum(mine[seed] < other[seed] for seed in common)
    seeds = "1 common seed" if len(common) == 1 else f"{len(common)} common seeds"
    return f"; before {second['label']} at {before} of {seeds}{unsure}"


def _seconds(tables: Tables, row: dict[str, Any]) -> dict[int, float]:
    """Seconds to the target by seed; infinite for a seed that never got there."""
    mine = where(tables.convergence_by_seed, label=row["label"], target=row["target"])
    return {int(one["seed"]): one["seconds"] if one["reached"] else math.inf for one in rows(mine)}
