"""What was measured, as tables with fitted growth below them."""

from __future__ import annotations

from typing import Any

from fresh_process import OTHERS
from rich.console import Console
from rich.table import Table

from scaling.fit import exponent, line

Row = dict[str, Any]
MIB = 2**20


def growth(console: Console, title: str, rows: list[Row], size: str, costs: tuple[str, ...]) -> None:
    """A table of one size and some costs, and the exponent of each cost."""
    table = Table(title=title, title_justify="left")
    shown = (size, *costs, OTHERS)
    for column in shown:
        table.add_column(column.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(*(text(row.get(column)) for column in shown))
    console.print(table)
    for cost in costs:
        fitted = [row for row in rows if row.get(cost)]
        if len(fitted) > 1:
            law = exponent([row[size] for row in fitted], [row[cost] for row in fitted])
            console.print(
                f"{cost.replace('_', ' ')} ~ {size.replace('_', ' ')} ^ {law.slope:.2f} (R2 {law.r2:.3f})"
            )


def memory(console: Console, rows: list[Row]) -> None:
    """Resident memory as a constant and so many bytes for each byte of the uint8 cache."""
    for name, meaning in (
        ("peak", "largest resident set"),
        ("anonymous", "of it, not file pages, at the end"),
    ):
        fitted = [row for row in rows if row.get(name)]
        if len(fitted) > 1:
            law = line([row["cache"] / MIB for row in fitted], [row[name] / MIB for row in fitted])
            console.print(
                f"{meaning}: {law.constant:,.0f} MiB + {law.slope:.2f} x uint8 cache (R2 {law.r2:.3f})"
            )


def streaming(console: Console, rows: list[Row]) -> None:
    """Images per second and memory, in memory and with a budget, and the ratio of each round."""
    table = Table(title="In memory against a memory budget", title_justify="left")
    for column in ("round", "memory_budget", "images/s", "peak, MiB", "cache, MiB", "ratio to in memory"):
        table.add_column(column.replace("_", " "), justify="right")
    whole = {row["round"]: row["images_per_second"] for row in rows if row["memory_budget"] is None}
    for row in rows:
        ratio = row["images_per_second"] / whole[row["round"]] if row["round"] in whole else None
        budget = "none" if row["memory_budget"] is None else str(row["memory_budget"])
        peak = row["peak"] / MIB if row["peak"] else None
        cells = (row["images_per_second"], peak, row["cache"] / MIB, ratio)
        table.add_row(str(row["round"]), budget, *map(text, cells))
    console.print(table)


def repeatability(console: Console, rows: list[Row]) -> None:
    """Both medians with their intervals, and how many pairs agree."""
    table = Table(title="Throughput measured twice in a row, images per second", title_justify="left")
    for column in ("round", "mode", "first", "second", OTHERS, "agree"):
        table.add_column(column, justify="right")
    for row in rows:
        both = [
            f"{median:,.0f} ({low:,.0f} to {high:,.0f})"
            for median, low, high in (row["first"], row["second"])
        ]
        table.add_row(str(row["round"]), row["mode"], *both, text(row.get(OTHERS)), str(agree(row)))
    console.print(table)
    console.print(
        f"{sum(map(agree, rows))} of {len(rows)} pairs agree: each median lies in the other's interval"
    )


def agree(row: Row) -> bool:
    """Whether each of the two medians lies in the other's interval."""
    (first, low, high), (second, low2, high2) = row["first"], row["second"]
    return bool(low <= second <= high and low2 <= first <= high2)


def text(value: float | None) -> str:
    """A number with three or more significant digits; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"
