"""Which timings to believe: the certificate of each, and what the machine could not tell."""

from __future__ import annotations

from typing import Any, Literal

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Fold, Items, Section, Table
from reports.sections.ranking import name_cell, suite_looks

TONES: dict[str, Literal["good", "unsure", "quiet"]] = {"good": "good", "doubtful": "unsure"}

TIMING = Column("Timing", "see below", "Good, or doubtful: its certificate says why.", numeric=False)
"""Of a table of something timed."""

MOST_IN_FULL = 40
"""So many timings are shown one by one; of more, the doubtful ones. Exports hold all of them."""


def verdict_cell(verdict: str) -> Cell:
    """Good, doubtful or not certified."""
    return Cell(verdict, tone=TONES.get(verdict, "quiet"))


def timings(tables: Tables) -> Section | None:
    """The validity of every timing, from the epochs of training to single calls."""
    found = rows(tables.certificates)
    if not found:
        return None
    doubtful = [row for row in found if row["verdict"] == "doubtful"]
    shown = found if len(found) <= MOST_IN_FULL else doubtful
    lead = (
        f"{len(doubtful)} of {len(found)} timings are doubtful: {_kinds(doubtful)}. "
        "They are kept, and marked wherever they are shown."
        if doubtful
        else f"None of {len(found)} timings is doubtful."
    )
    title = f"Certificates of {len(shown)} {'doubtful ' if len(shown) < len(found) else ''}timings"
    details = (Fold(title, (_certificates(tables, shown),)),) if shown else ()
    return Section("timings", "Validity of timings", lead, (Items(_method(found)), *details))


def _kinds(doubtful: list[dict[str, Any]]) -> str:
    kinds = [doubt.partition(":")[0] for row in doubtful for doubt in row["doubts"].split("; ")]
    counted = sorted({kind: kinds.count(kind) for kind in kinds}.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{kind} ({count})" for kind, count in counted)


def _method(found: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    """What holds for all timings."""
    unreadable = dict.fromkeys(name for row in found for name in row["unreadable"].split(", ") if name)
    return (
        ("Synchronised", _each(found, "synchronised")),
        ("Clock", _each(found, "clock")),
        ("Cores", _each(found, "cores")),
        ("Not readable here", ", ".join(unreadable) or "nothing"),
    )


def _each(found: list[dict[str, Any]], column: str) -> str:
    return "; ".join(dict.fromkeys(str(row[column]) for row in found))


def _certificates(tables: Tables, shown: list[dict[str, Any]]) -> Table:
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Seed"),
        Column("Timing", numeric=False),
        Column("Verdict", numeric=False),
        Column("Why", numeric=False),
        Column("Spread", "of samples", "Interquartile range over median."),
        Column("Drift", "last to first"),
        Column("Own", "cores busy"),
        Column("Others", "cores busy", "Other processes, on the cores that the trial may use."),
        Column("Stolen", "cores", "By the hypervisor, for other machines."),
        Column("Preempted", "a second", "Involuntary context switches."),
        Column("Load", "before", "One-minute load average."),
        *(Column(title, unit) for title, unit, column in OPTIONAL if _known(shown, column)),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(str(row["seed"]), row["seed"]),
            Cell(row["timing"]),
            verdict_cell(row["verdict"]),
            Cell(row["doubts"] or show.ABSENT),
            Cell(show.percent(row["spread"], 1), row["spread"]),
            Cell(show.signed_percent(row["drift"]), row["drift"]),
            *(Cell(show.number(row[column]), row[column])
              for column in ("own_cores", "other_cores", "stolen_cores")),
            *(Cell(show.number(row[column], 1), row[column])
              for column in ("preemptions_per_second", "load_average")),
            *(Cell(_plain(row[column])) for _, _, column in OPTIONAL if _known(shown, column)),
        )
        for row in shown
    )  # fmt: skip
    return Table("table-timings", columns, body)


OPTIONAL = (
    ("Quota", "s stopped", "quota_seconds"),
    ("CPU clock", "MHz, first, last", "cpu_megahertz"),
    ("CPU", "degrees C", "cpu_celsius"),
    ("CPU throttled", "times", "cpu_throttle_events"),
    ("GPU clock", "MHz, first, last", "gpu_megahertz"),
    ("GPU", "degrees C", "gpu_celsius"),
    ("GPU slowed by", "", "gpu_slowdowns"),
    ("GPU shared", "with processes", "gpu_other_processes"),
)
"""Columns that are shown where some timing has a value."""


def _known(shown: list[dict[str, Any]], column: str) -> bool:
    return any(_plain(row[column]) != show.ABSENT for row in shown)


def _plain(value: Any) -> str:
    """A value that a table of mixed machines may lack."""
    if value is None or value != value:  # noqa: PLR0124 - pandas turns None into not-a-number
        return show.ABSENT
    return show.number(value, 0 if value >= 10 else 2) if isinstance(value, int | float) else value or "none"
