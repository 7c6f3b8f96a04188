"""Tables of a paper about accuracy: the ranking, every way of choosing an epoch, pairs of architectures."""

from __future__ import annotations

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Table
from reports.latex.booktabs import PaperTable
from reports.latex.separation import fastest, most_accurate
from reports.latex.wording import INTERVALS, NAME, experiment, percent, ranked, seconds, seeds, trials
from reports.sections.differences import p_value

MOST_PAIRS = 15
"""Up to so many pairs are listed; of more, those with the most accurate."""


def ranking(tables: Tables) -> PaperTable:
    """Best mean test accuracy of the last epoch first."""
    entries = ranked(tables)
    columns = (
        NAME, Column("Test accuracy", "%"), Column("Params"), Column("MACs"), Column("Training", "s/epoch"),
        Column("Training", "images/s"), Column("Seeds"),
    )  # fmt: skip
    body = tuple(
        (
            Cell(row["label"]),
            Cell(percent(row, "test_accuracy")),
            Cell(show.si(row["params"])),
            Cell(show.si(row["macs"])),
            Cell(seconds(row)),
            Cell(show.rate(row["train_images_per_second"])),
            Cell(seeds(row)),
        )
        for row in entries
    )
    best = most_accurate(tables)
    bold = {(place, 1) for place, row in enumerate(entries) if row["label"] == best}
    bold |= {(place, 4) for place in (fastest(entries, "seconds_per_epoch"),) if place is not None}
    caption = f"{experiment(tables)} Test accuracy after the last epoch; MACs per image, forward. {INTERVALS}"
    note = f"Bold: ahead of every other beyond the intervals, in accuracy paired by seed. {trials(tables)}"
    return PaperTable(Table("ranking", columns, body, note), caption, frozenset(bold))


def accuracies(tables: Tables) -> PaperTable:
    """Every way of choosing an epoch side by side."""
    on_test = tables.data is not None and tables.data.validated_on_test
    chosen = {
        "train_accuracy": "Train", "validation_accuracy": "Validation", "test_accuracy": "Test, last",
        "selected_test_accuracy": "Test, selected", "best_test_accuracy": "Test, best",
    }  # fmt: skip
    shown = {name: title for name, title in chosen.items() if tables.summary[name].notna().any()}
    columns = (NAME, *(Column(title, "%") for title in shown.values()))
    entries = ranked(tables) if shown else []
    body = tuple((Cell(row["label"]), *(Cell(percent(row, name)) for name in shown)) for row in entries)
    best = most_accurate(tables)
    place = 1 + list(shown).index("test_accuracy") if "test_accuracy" in shown else 0
    bold = frozenset((number, place) for number, row in enumerate(entries) if row["label"] == best)
    caption = f"{experiment(tables)} Accuracy of the last epoch on each split"
    caption += ", the test set used for validation" if on_test else ""
    note = (
        "Selected: epoch of the best validation accuracy. Best: epoch of the best test accuracy, optimistic."
    )
    return PaperTable(Table("accuracies", columns, body, f"{INTERVALS} {note}"), f"{caption}.", bold)


def differences(tables: Tables) -> PaperTable:
    """Pairs of architectures, first minus second."""
    entries = rows(tables.differences)
    note = "Bold: the interval excludes zero."
    if len(entries) > MOST_PAIRS:
        best = ranked(tables)[0]["label"]
        note += f" Pairs with the most accurate, of {len(entries)}."
        entries = [row for row in entries if best in (row["first"], row["second"])]
    columns = (
        Column("First", numeric=False), Column("Second", numeric=False), Column("Difference", "points"),
        Column("95 % interval", "points"), Column("p, Holm"), Column("Effect size", "g"), Column("Seeds"),
    )  # fmt: skip
    body = tuple(
        (
            Cell(row["first"]),
            Cell(row["second"]),
            Cell(show.points(row["difference"])),
            Cell(show.points_range(row["low"], row["high"])),
            Cell(p_value(row["p_holm"])),
            Cell(show.number(row["effect_size"], 1)),
            Cell(show.count(row["seeds"])),
        )
        for row in entries
    )
    bold = frozenset((place, 2) for place, row in enumerate(entries) if row["verdict"] in ("first", "second"))
    caption = (
        f"{experiment(tables)} Test accuracy after the last epoch, first minus second in points, paired by "
        "seed, with 95 % Student-t intervals, p of the paired t-test after Holm's correction, and Hedges' g."
    )
    return PaperTable(Table("differences", columns, body, note), caption, bold)
