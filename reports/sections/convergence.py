"""What reaching a target costs, who gets there first, and how often."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Part, Section, Table
from reports.palette import Look
from reports.sections.holes import hole_counts, hole_tone, status_words
from reports.sections.ranking import DOUBTFUL, name_cell, suite_looks
from reports.sections.scores import score_parts


def convergence(tables: Tables) -> Section | None:
    """Cost to each target, with censoring."""
    if not len(tables.convergence):
        return None
    drawn, clock = suite_looks(tables), clocks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Target"),
        Column(
            "Rank", "by time", "By median training time to this target; sort by another column for its rank."
        ),
        Column("Reached", "seeds"),
        Column("Epochs", "median"),
        Column("Training time", "median", f"Training alone, evaluation excluded. {DOUBTFUL}"),
        Column("Training FLOPs", "median", "Forward and backward."),
        Column("To the fastest", "times"),
        Column("Mean time", "", "Only where every seed reached the target."),
        Column("Time of each seed", "in the order of seeds", numeric=False),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(show.target(row["target"]), row["target"]),
            Cell(show.count(row["rank"]), row["rank"]),
            _reached(tables, row),
            median_cost(row, "epochs", lambda value: show.number(value, 0 if value % 1 == 0 else 1)),
            median_cost(row, "seconds", clock[row["label"]]),
            median_cost(row, "flops", show.si),
            Cell(show.ratio(row["times_fastest"]) if row["rank"] > 0 else show.ABSENT, row["times_fastest"]),
            Cell(show.ABSENT if math.isinf(row["seconds_mean"]) else show.seconds(row["seconds_mean"]),
                 row["seconds_mean"]),
            Cell(_each_seed(tables, row)),
        )
        for row in rows(tables.convergence.sort_values(["target", "seconds_median"], kind="stable"))
    )  # fmt: skip
    unknown = tuple(
        _unknown(tables, label, drawn[label], len(columns), target)
        for label, target in _without_result(tables)
    )
    lead = (
        "Cost to the first evaluation on the test set at or above the target. A seed that never got there "
        "is censored: it counts as more than its budget and is never dropped, so a median can read "
        "\u201c> budget\u201d. Ranked by the median time to each target."
    )
    parts: list[Part] = [Table("table-convergence", columns, (*body, *unknown))]
    if tables.convergence["target"].nunique() > 1:
        doubtful = tables.summary.loc[tables.summary["timings_doubtful"] > 0, "label"]
        parts += score_parts("profiles", {"suite": tables.convergence}, drawn, set(doubtful))
    return Section("convergence", "Convergence", lead, tuple(parts))


def _each_seed(tables: Tables, row: dict[str, Any]) -> str:
    """Seconds of each planned seed; of a censored one, more than its budget; else what became of it."""
    known = where(tables.convergence_by_seed, label=row["label"], target=row["target"])
    judged = {seed["seed"]: seed for seed in rows(known)}
    texts = []
    for trial in rows(where(tables.trials, label=row["label"])):
        seed, status = judged.get(trial["seed"]), status_words(trial["status"])
        if seed is None:
            texts.append(status)
            continue
        why = "" if status == "done" else f" ({status})"
        texts.append(f"{'' if seed['reached'] else '> '}{show.seconds(seed['seconds'])}{why}")
    return ", ".join(texts)


def _reached(tables: Tables, row: dict[str, Any]) -> Cell:
    """Of the seeds that tell, and how many do not."""
    holes = hole_counts(tables, row["label"])
    text = f"{row['reached']} of {row['seeds']}" + (f"; {holes}" if holes else "")
    return Cell(text, row["reached"], tone=hole_tone(tables, row["label"]))


def _without_result(tables: Tables) -> Iterator[tuple[str, float | None]]:
    """Architectures of which no trial tells whether it reaches a target, or (None) any of them."""
    told = set(zip(tables.convergence["label"], tables.convergence["target"], strict=True))
    for label in tables.labels:
        mine = {target for name, target in told if name == label}
        if not mine:
            yield label, None
            continue
        left = sorted(set(tables.info.suite.measure.convergence.targets) - mine)
        yield from ((label, target) for target in left)


def _unknown(tables: Tables, label: str, look: Look, columns: int, target: float | None) -> tuple[Cell, ...]:
    """The row of an architecture without a result, for a target or for all."""
    absent = (Cell(show.ABSENT, ""),)
    reached = Cell(hole_counts(tables, label), "", tone=hole_tone(tables, label))
    goal = Cell("any", "") if target is None else Cell(show.target(target), target)
    return name_cell(label, look), goal, *absent, reached, *absent * (columns - 4)


def clocks(tables: Tables) -> dict[str, Callable[[float], str]]:
    """How the seconds of each architecture read: with a question mark where any timing is doubtful."""
    doubtful = dict(zip(tables.summary["label"], tables.summary["timings_doubtful"], strict=True))
    return {
        label: (lambda value: f"{show.seconds(value)} ?") if count else show.seconds
        for label, count in doubtful.items()
    }


def median_cost(row: dict[str, Any], axis: str, text: Any) -> Cell:
    """The median along an axis (epochs, seconds or flops), or the budget that it exceeds."""
    median = row[f"{axis}_median"]
    if math.isinf(median):
        return Cell(f"> {text(row[f'{axis}_budget'])}", median, tone="unsure")
    return Cell(text(median), median)
