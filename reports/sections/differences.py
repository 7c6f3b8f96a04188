"""Which differences hold, and which architectures are worth their cost."""

from __future__ import annotations

import math
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.power import MOST_SEEDS
from bench.analysis.tables import Tables
from reports import format as show
from reports.drawings import Scale, interval
from reports.elements import Cell, Column, Section, Table
from reports.figures.cost import COSTS
from reports.sections.holes import common_seeds, left_out, without_common_seed
from reports.sections.length import shortened
from reports.sections.ranking import name_cell, suite_looks


def differences(tables: Tables) -> Section | None:
    """Every pair of architectures, paired by seed."""
    if len(tables.labels) < 2 or not tables.finished:
        return None
    drawn = suite_looks(tables)
    table = rows(tables.differences)
    shown, note = shortened(table, "pairs")
    scale = Scale.over([0.0, *(row[key] for row in table for key in ("difference", "low", "high"))])
    columns = (
        Column("First", numeric=False),
        Column("Second", numeric=False),
        Column("Difference", "points", "First minus second, last epoch, paired by seed."),
        Column("95 % interval", "points"),
        Column("Verdict", numeric=False),
        Column("p", "Holm", "Of the paired t-test, adjusted for the number of pairs (Holm 1979)."),
        Column("Effect size", "g", "Mean over standard deviation of the paired differences (d_z), with "
                                   "Hedges' correction; none with two seeds."),
        Column("Seeds", "common"),
        Column("Seeds to resolve", "estimate",
               "Seeds with which the paired t-test finds this difference with power 0.8 at level 0.05, if "
               "mean and spread are as observed."),
    )  # fmt: skip
    body = tuple(
        (
            name_cell(row["first"], drawn[row["first"]]),
            name_cell(row["second"], drawn[row["second"]]),
            Cell(show.points(row["difference"]), row["difference"],
                 graphic=interval(scale, row["difference"], (row["low"], row["high"]))),
            Cell(show.points_range(row["low"], row["high"]), _ends(row["low"], row["high"])),
            _verdict(row),
            Cell(p_value(row["p_holm"]), row["p_holm"]),
            Cell(show.number(row["effect_size"], 1), row["effect_size"]),
            common_seeds(tables, row),
            Cell(_seeds_needed(row), row["seeds_needed"]),
        )
        for row in shown
    )  # fmt: skip
    unknown = tuple(_incomparable(tables, pair, len(columns)) for pair in without_common_seed(tables))
    lead = (
        "Test accuracy of the last epoch, first minus second, compared seed by seed. An interval that "
        "contains zero means that these seeds cannot tell the two apart. Each interval stands for its pair "
        f"alone.{_multiplicity(table)}"
    )
    parts = (
        Table("table-differences", columns, (*body, *unknown), f"{note} {left_out(tables)}".strip()),
        _pareto(tables),
    )
    return Section("differences", "Differences", lead, parts)


def _multiplicity(table: list[dict[str, Any]]) -> str:
    """How many pairs were looked at, and how many differences survive that."""
    tested = [row for row in table if row["verdict"] != "unknown"]
    apart = [row for row in tested if row["verdict"] != "indistinguishable"]
    if len(tested) < 2 or not apart:
        return ""
    held = sum(bool(row["holds_among_all"]) for row in apart)
    return (
        f" {len(tested)} pairs were compared: {len(apart)} differ by themselves, {held} still do after "
        "Holm's correction for the number of pairs."
    )


def _incomparable(tables: Tables, pair: dict[str, Any], columns: int) -> tuple[Cell, ...]:
    drawn = suite_looks(tables)
    absent = (Cell(show.ABSENT, ""),)
    names = tuple(name_cell(pair[side], drawn[pair[side]]) for side in ("first", "second"))
    verdict = Cell("no common seed", tone="quiet")
    return *names, *absent * 2, verdict, *absent * 2, common_seeds(tables, pair), *absent * (columns - 8)


def _pareto(tables: Tables) -> Table:
    """Whether each architecture is worth its cost, by kind of cost."""
    drawn = suite_looks(tables)
    found = {(row["label"], row["cost"]): row for row in rows(tables.pareto)}
    doubtful = {row["cost"] for row in rows(tables.pareto) if row["doubtful"]}
    costs = {cost: title for cost, title, _ in COSTS if any(key[1] == cost for key in found)}
    columns = (
        Column("Worth its cost", "Pareto set", numeric=False),
        *(Column(title, numeric=False) for title in costs.values()),
    )
    body = tuple(
        (
            name_cell(label, drawn[label]),
            *(_worth(found.get((label, cost)), unsure=cost in doubtful) for cost in costs),
        )
        for label in tables.labels
    )
    note = (
        "In the Pareto set unless another costs no more and is more accurate by a paired interval that "
        "excludes zero. With a question mark, the time of one of them is doubtful."
    )
    return Table("table-pareto", columns, body, note)


def _worth(row: dict[str, Any] | None, *, unsure: bool) -> Cell:
    if row is None:
        return Cell(show.ABSENT, "")
    mark = " ?" if unsure else ""
    if row["on_front"]:
        return Cell(f"yes{mark}", tone="unsure" if unsure else "good")
    return Cell(f"no{mark}: {row['dominated_by']}", tone="quiet")


def p_value(p: float) -> str:
    """Three decimals, below them only that it is less."""
    return f"< {show.number(0.001, 3)}" if p < 0.001 else show.number(p, 3)


def _seeds_needed(row: dict[str, Any]) -> str:
    if math.isnan(row["seeds_needed"]):
        return (
            show.ABSENT if math.isnan(row["low"]) or not row["difference"] else f"> {show.count(MOST_SEEDS)}"
        )
    return show.count(row["seeds_needed"])


def _ends(low: float, high: float) -> str:
    """Both ends, for copying; the low one sorts."""
    return "" if math.isnan(low) else f"{low!r} {high!r}"


def _verdict(row: dict[str, Any]) -> Cell:
    if row["verdict"] == "indistinguishable":
        return Cell("indistinguishable", tone="unsure")
    if row["verdict"] == "unknown":
        return Cell("one seed, no interval", tone="quiet")
    text = f"{row['verdict']} is higher"
    return (
        Cell(text, tone="good") if row["holds_among_all"] else Cell(f"{text}, not after Holm", tone="unsure")
    )
