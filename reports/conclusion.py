"""The answer in one paragraph, from the tables: who wins, by how much, at what cost, and what is open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.cost_words import cheapest, first_to_target
from reports.words import Words, name, names


def conclusion(tables: Tables) -> list[Words]:
    """Sentences, most important first. Nothing is said that the tables do not hold."""
    ranked = sorted(
        (row for row in rows(tables.summary) if math.isfinite(row["test_accuracy"])),
        key=lambda row: -row["test_accuracy"],
    )
    progress = list(_progress(tables))
    if not ranked:
        return [*progress, (("No trial has finished, so there is nothing to compare yet.", False),)]
    return [*progress, *_winner(tables, ranked), *cheapest(ranked), *first_to_target(tables)]


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
    equal = [row for row in ranked[1:] if math.isclose(row["test_accuracy"], best["test_accuracy"])]
    interval = (
        f"mean of {seeds} seeds, 95{show.NARROW}% interval "
        f"{show.percent_range(best['test_accuracy_low'], best['test_accuracy_high'])}"
        if seeds > 1
        else "one seed, so no interval"
    )
    verb = "reaches" if len(ranked) == 1 else f"has the highest {'mean ' if seeds > 1 else ''}test accuracy,"
    yield (
        name(best),
        (f" {verb} {show.percent(best['test_accuracy'])} after the last epoch ({interval})", False),
        *(((f", and so {'has' if len(equal) == 1 else 'have'} ", False), *names(equal)) if equal else ()),
        (".", False),
    )
    found = [(rival, _difference(tables, best["label"], rival["label"])) for rival in ranked[1:]]
    rivals = [(rival, gap) for rival, gap in found if gap]
    ahead = [pair for pair in rivals if pair[1]["low"] > 0]
    beaten = [pair for pair in ahead if pair[1]["holds_among_all"]]
    alone = [pair for pair in ahead if not pair[1]["holds_among_all"]]
    level = [pair for pair in rivals if pair[1]["low"] <= 0 <= pair[1]["high"]]
    behind = [pair for pair in rivals if pair[1]["high"] < 0]
    if behind:
        opening = "On the seeds that both have finished, it is behind "
        turned = [(rival, _turned(gap)) for rival, gap in behind]
        yield _apart(opening, turned, "for", ": the means are over unequal seeds.")
    if beaten:
        yield _apart("It is ahead of ", beaten, "over", ".")
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
        common = ""  # a lead below zero of the higher mean: the means are over other seeds than the lead
        if any(gap["difference"] < 0 for _, gap in level):
            common = " on the seeds that both have finished"
        yield (
            ("It cannot be told apart from ", False),
            *names([rival for rival, _ in level]),
            (f": the lead{many}{common} is {_gap(gap)} points, an interval that contains zero.", False),
        )


def _apart(opening: str, pairs: list[tuple[dict[str, Any], dict[str, Any]]], to: str, ending: str) -> Words:
    """Who is so far ahead or behind, and how far; of several, the first one's gap."""
    rival, gap = pairs[0]
    whose = f" {to} {rival['label']}" if len(pairs) > 1 else ""
    return (
        (opening, False),
        *names([other for other, _ in pairs]),
        (f", by {_gap(gap)} points{whose}{ending}", False),
    )


def _difference(tables: Tables, first: str, second: str) -> dict[str, Any] | None:
    """The row of a pair, turned so that it is first minus second; None where it has no interval."""
    for row in rows(where(tables.differences, first=first, second=second)):
        return row if math.isfinite(row["low"]) else None
    for row in rows(where(tables.differences, first=second, second=first)):
        return _turned(row) if math.isfinite(row["low"]) else None
    return None


def _turned(gap: dict[str, Any]) -> dict[str, Any]:
    """The same difference, the second minus the first."""
    return gap | {"difference": -gap["difference"], "low": -gap["high"], "high": -gap["low"]}


def _gap(gap: dict[str, Any]) -> str:
    return f"{show.points(gap['difference'])} ({show.points_range(gap['low'], gap['high'])})"
