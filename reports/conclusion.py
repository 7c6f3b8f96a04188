"""The answer in one paragraph, from the tables: who wins, by how much, at what cost, and what is open."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.words import Words, joined, name, names


def conclusion(tables: Tables) -> list[Words]:
    """Sentences, most important first. Nothing is said that the tables do not hold."""
    ranked = sorted(
        (row for row in rows(tables.summary) if math.isfinite(row["test_accuracy"])),
        key=lambda row: -row["test_accuracy"],
    )
    progress = list(_progress(tables))
    if not ranked:
        return [*progress, (("No trial has finished, so there is nothing to compare yet.", False),)]
    return [*progress, *_winner(tables, ranked), *_cost(ranked), *_convergence(tables)]


def _progress(tables: Tables) -> Iterator[Words]:
    """That the run goes on, so that nobody takes what is there for the result."""
    left = len(tables.ongoing)
    if left:
        running = rows(where(tables.ongoing, status="running"))
        now: Words = (
            (" (", False),
            *names([row | {"label": f"{row['label']}, seed {row['seed']}"} for row in running]),
            (" is running" if len(running) == 1 else " are running", False),
            (")", False),
        )
        yield (
            ("The run goes on: ", False),
            (f"{left} of {len(tables.trials)} trials have not finished", False),
            *(now if running else ()),
            ("; what follows holds for the others." if tables.finished else ".", False),
        )


def _winner(tables: Tables, ranked: list[dict[str, Any]]) -> Iterator[Words]:
    best = ranked[0]
    seeds = int(best["seeds_done"])
    interval = (
        f"mean of {seeds} seeds, 95{show.NARROW}% interval "
        f"{show.percent_range(best['test_accuracy_low'], best['test_accuracy_high'])}"
        if seeds > 1
        else "one seed, so no interval"
    )
    verb = "reaches" if len(ranked) == 1 else f"has the highest {'mean ' if seeds > 1 else ''}test accuracy,"
    yield (
        name(best),
        (f" {verb} {show.percent(best['test_accuracy'])} after the last epoch ({interval}).", False),
    )
    found = [(rival, _difference(tables, best["label"], rival["label"])) for rival in ranked[1:]]
    rivals = [(rival, gap) for rival, gap in found if gap]
    ahead = [pair for pair in rivals if pair[1]["low"] > 0]
    beaten = [pair for pair in ahead if pair[1]["holds_among_all"]]
    alone = [pair for pair in ahead if not pair[1]["holds_among_all"]]
    level = [pair for pair in rivals if pair[1]["low"] <= 0 <= pair[1]["high"]]
    if beaten:
        nearest, gap = beaten[0]
        over = f" over {nearest['label']}" if len(beaten) > 1 else ""
        yield (
            ("It is ahead of ", False),
            *names([rival for rival, _ in beaten]),
            (f", by {_gap(gap)} points{over}.", False),
        )
    if alone:
        rival, gap = alone[0]
        many = f" over {rival['label']}" if len(alone) > 1 else ""
        pairs = int(tables.differences["p_value"].notna().sum())
        taken = (
            f" ({_gap(gap)} points{many}) excludes zero for that pair taken alone, but no longer holds after"
        )
        yield (
            ("Its lead over ", False),
            *names([rival for rival, _ in alone]),
            (f"{taken} Holm's correction for the {pairs} pairs compared.", False),
        )
    if level:
        rival, gap = level[0]
        many = f" over {rival['label']}" if len(level) > 1 else ""
        yield (
            ("It cannot be told apart from ", False),
            *names([rival for rival, _ in level]),
            (f": the lead{many} is {_gap(gap)} points, an interval that contains zero.", False),
        )


COSTS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("params", "the fewest params", show.si),
    ("macs", "the fewest MACs", show.si),
    ("seconds_per_epoch", "the fastest training", lambda value: f"{show.seconds(value)} an epoch"),
)


def _cost(ranked: list[dict[str, Any]]) -> Iterator[Words]:
    """Who is cheapest in what, and how many times as much the most accurate or else the dearest costs."""
    wins: dict[tuple[str, ...], list[str]] = {}
    for column, claim, text in COSTS:
        values = {row["label"]: row[column] for row in ranked if math.isfinite(row[column])}
        if len(values) < 2 or min(values.values()) == max(values.values()):
            continue
        least = min(values.values())
        cheapest = tuple(label for label, value in values.items() if value == least)
        best = ranked[0]["label"]
        compared = best if best in values and best not in cheapest else max(values, key=values.__getitem__)
        # Nothing is a multiple of zero, so there the figure itself is said.
        other = show.ratio(values[compared] / least) if least > 0 else text(values[compared])
        wins.setdefault(cheapest, []).append(f"{claim} ({text(least)}; {compared} {other})")
    for labels, advantages in wins.items():
        verb = "has" if len(labels) == 1 else "have"
        yield (*names([{"label": label} for label in labels]), (f" {verb} {joined(advantages)}.", False))


def _convergence(tables: Tables) -> Iterator[Words]:
    """Who gets first to the highest target that any seed of any architecture reached."""
    reached = tables.convergence[tables.convergence["reached"] > 0]
    if not len(reached):
        return
    target = float(reached["target"].max())
    table = rows(where(tables.convergence, target=target))
    certain = [row for row in table if math.isfinite(row["seconds_median"])]
    if certain:
        first = min(certain, key=lambda row: row["seconds_median"])
        epochs = show.number(first["epochs_median"], 0 if first["epochs_median"] % 1 == 0 else 1)
        unit = "epoch" if epochs == "1" else "epochs"
        middle = "median " if first["seeds"] > 1 else ""
        cost = f"{show.seconds(first['seconds_median'])} of training, {epochs} {unit}"
        yield (
            (f"To {show.target(target)} test accuracy, ", False),
            name(first),
            (f" is first ({middle}{cost}).", False),
        )
    never = [row for row in table if row["reached"] == 0]
    if never:
        yield (*names(never), (f" never reached {show.target(target)} within the budget.", False))


def _difference(tables: Tables, first: str, second: str) -> dict[str, Any] | None:
    """The row of a pair, turned so that it is first minus second; None where it has no interval."""
    for row in rows(where(tables.differences, first=first, second=second)):
        return row if math.isfinite(row["low"]) else None
    for row in rows(where(tables.differences, first=second, second=first)):
        turned = row | {"difference": -row["difference"], "low": -row["high"], "high": -row["low"]}
        return turned if math.isfinite(row["low"]) else None
    return None


def _gap(gap: dict[str, Any]) -> str:
    return f"{show.points(gap['difference'])} ({show.points_range(gap['low'], gap['high'])})"
