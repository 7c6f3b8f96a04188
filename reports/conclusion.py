"""The answer in one paragraph, generated from the tables: who wins, by how much, at what cost, what is open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show

Words = tuple[tuple[str, bool], ...]
"""Text in pieces; True marks an architecture's name, which is set in bold."""


def conclusion(tables: Tables) -> list[Words]:
    """Sentences, most important first. Nothing is said that the tables do not hold."""
    ranked = sorted(
        (row for row in rows(tables.summary) if math.isfinite(row["test_accuracy"])),
        key=lambda row: -row["test_accuracy"],
    )
    if not ranked:
        return [(("No trial has finished, so there is nothing to compare yet.", False),)]
    return [*_winner(tables, ranked), *_cost(tables, ranked), *_convergence(tables), *_open(tables)]


def plain_text(sentences: list[Words]) -> str:
    """The paragraph without emphasis."""
    return " ".join("".join(text for text, _ in words) for words in sentences)


def _winner(tables: Tables, ranked: list[dict[str, Any]]) -> Iterator[Words]:
    best = ranked[0]
    seeds = int(best["seeds_done"])
    interval = (
        f"mean of {seeds} seeds, 95{show.NARROW}% interval "
        f"{show.percent_range(best['test_accuracy_low'], best['test_accuracy_high'])}"
        if seeds > 1
        else "one seed, so no interval"
    )
    verb = "reaches" if len(ranked) == 1 else "has the highest mean test accuracy,"
    yield (
        _name(best),
        (f" {verb} {show.percent(best['test_accuracy'])} after the last epoch ({interval}).", False),
    )
    rivals = [(rival, _difference(tables, best["label"], rival["label"])) for rival in ranked[1:]]
    beaten = [pair for pair in rivals if pair[1] and pair[1]["low"] > 0]
    level = [pair for pair in rivals if pair[1] and pair[1]["low"] <= 0]
    if beaten:
        nearest, gap = beaten[0]
        yield (
            ("It is ahead of ", False),
            *_list([rival for rival, _ in beaten]),
            (
                f", by {_gap(gap)} points" + (f" over {_last(nearest)}" if len(beaten) > 1 else "") + ".",
                False,
            ),
        )
    if level:
        rival, gap = level[0]
        many = f" over {_last(rival)}" if len(level) > 1 else ""
        yield (
            ("It cannot be told apart from ", False),
            *_list([rival for rival, _ in level]),
            (f": the lead{many} is {_gap(gap)} points, an interval that contains zero.", False),
        )


def _cost(tables: Tables, ranked: list[dict[str, Any]]) -> Iterator[Words]:
    if len(ranked) < 2:
        return
    best = ranked[0]
    facts = (("params", "has the fewest params", show.si), ("macs", "needs the fewest MACs", show.si),
             ("seconds_per_epoch", "trains fastest, at", show.seconds))  # fmt: skip
    for column, claim, text in facts:
        cheapest = min(ranked, key=lambda row: row[column])
        if not math.isfinite(cheapest[column]) or max(row[column] for row in ranked) == cheapest[column]:
            continue
        value = text(cheapest[column])
        stated = f"{claim} {value} an epoch" if column == "seconds_per_epoch" else f"{claim} ({value})"
        if cheapest is best:
            dearest = max(ranked, key=lambda row: row[column])
            more = f"; {_last(dearest)} takes {show.ratio(dearest[column] / cheapest[column])} as much"
        else:
            more = f", where {_last(best)} takes {show.ratio(best[column] / cheapest[column])} as much"
        yield (_name(cheapest), (f" {stated}{more}.", False))


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
        cost = f"{show.seconds(first['seconds_median'])} of training, {show.number(first['epochs_median'], 0)} epochs"
        yield (
            (f"To {show.percent(target, 0)} test accuracy, ", False),
            _name(first),
            (f" is first (median {cost}).", False),
        )
    never = [row for row in table if row["reached"] == 0]
    if never:
        yield (*_list(never), (f" never reached {show.percent(target, 0)} within the budget.", False))


def _open(tables: Tables) -> Iterator[Words]:
    missing = len(tables.trials) - tables.finished
    if missing:
        text = f"{missing} of {len(tables.trials)} trials gave no result and are not part of any number here."
        yield ((text, False),)


def _difference(tables: Tables, first: str, second: str) -> dict[str, Any] | None:
    """The paired difference, first minus second, whichever way round the table has it; None without interval."""
    for row in rows(tables.differences):
        if (row["first"], row["second"]) == (first, second):
            return row if math.isfinite(row["low"]) else None
        if (row["first"], row["second"]) == (second, first):
            turned = {"difference": -row["difference"], "low": -row["high"], "high": -row["low"]}
            return turned if math.isfinite(row["low"]) else None
    return None


def _gap(gap: dict[str, Any] | None) -> str:
    assert gap
    return f"{show.points(gap['difference'])} ({show.points_range(gap['low'], gap['high'])})"


def _name(row: dict[str, Any]) -> tuple[str, bool]:
    return (row["label"], True)


def _last(row: dict[str, Any]) -> str:
    return str(row["label"])


def _list(entries: list[dict[str, Any]], most: int = 4) -> Words:
    """Names in bold, joined as in a sentence; a long list ends in a count."""
    shown = [_name(row) for row in entries[:most]]
    if len(entries) > most:
        shown.append((f"{len(entries) - most} others", False))
    words: list[tuple[str, bool]] = []
    for index, entry in enumerate(shown):
        if index:
            words.append((" and " if index == len(shown) - 1 else ", ", False))
        words.append(entry)
    return tuple(words)
