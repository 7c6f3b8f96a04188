"""Which classes are learned, which are taken for which, and how sure the networks are."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import groups, rows, where
from bench.analysis.splits import CLASS_SCORES
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Fold, Part, Section, Table
from reports.figures.confusion import MOST_CLASSES, confusion
from reports.figures.reliability import reliability
from reports.sections.ranking import name_cell, suite_looks

MOST_PAIRS = 10
"""Confused pairs listed for each architecture where there are too many classes for a matrix."""

SPLITS = ("test", "validation", "train")


def classes(tables: Tables) -> Section | None:
    """Confusions on the test set, and precision, recall and F1 of every class on every split."""
    if not len(tables.classes) or tables.data is None:
        return None
    few = len(tables.data.classes) <= MOST_CLASSES
    parts: list[Part] = [_matrix(tables) if few else _most_confused(tables)]
    drawn = suite_looks(tables)
    for number, label in enumerate(tables.labels):
        mine = where(tables.classes, label=label)
        if len(mine):
            title = f"Classes of {label}" if few else f"The {MOST_CLASSES} classes {label} finds hardest"
            parts.append(Fold(title, (_scores(tables, label, number),), drawn[label].mark))
    lead = (
        "Final weights, seeds taken together. Precision: right among those predicted as the class; recall: "
        "found among those of the class; F1: their harmonic mean."
    )
    return Section("classes", "Classes", lead, tuple(parts))


def calibration(tables: Tables) -> Section | None:
    """Whether confidence can be believed."""
    if not len(tables.calibration):
        return None
    caption = (
        "Each point is one of 15 bins of confidence, all seeds together. On the dotted line, confidence is "
        "accuracy; below it a network is surer than it is right."
    )
    figure = Figure("figure-reliability", caption, reliability(tables, suite_looks(tables)))
    lead = (
        "Confidence is the softmax probability of the predicted class. The calibration error of every split "
        "stands in the table of splits."
    )
    return Section("calibration", "Calibration", lead, (figure,))


def _matrix(tables: Tables) -> Figure:
    assert tables.data is not None
    caption = (
        "Share of each true class of the test set (a line adds up to 100 %) that was taken for each class. "
        "Minus another architecture, in points: a positive cell says that the first does it more often."
    )
    return Figure("figure-confusion", caption, confusion(tables, tables.data.classes), legend=False)


def _most_confused(tables: Tables) -> Table:
    """The pairs of classes that are mixed up most often, of each architecture."""
    drawn = suite_looks(tables)
    wrong = tables.confusion[tables.confusion["true"] != tables.confusion["predicted"]]
    columns = (
        Column("Architecture", numeric=False),
        Column("True", numeric=False),
        Column("Taken for", numeric=False),
        Column("Share", "of the true class"),
        Column("Images", "all seeds"),
    )
    body = tuple(
        (
            name_cell(label, drawn[label]),
            Cell(row["true_name"]),
            Cell(row["predicted_name"]),
            Cell(show.percent(row["share"], 1), row["share"]),
            Cell(show.count(row["images"]), row["images"]),
        )
        for label, group in groups(wrong, "label")
        for row in rows(group.sort_values("images", ascending=False, kind="stable").head(MOST_PAIRS))
    )
    note = f"The {MOST_PAIRS} most frequent confusions of each architecture; confusion.csv has all."
    return Table("table-confused", columns, body, note)


def _scores(tables: Tables, label: str, number: int) -> Table:
    """Precision, recall and F1 with intervals over seeds; of many classes, those with the lowest test F1."""
    mine = where(tables.classes, label=label)
    splits = [split for split in SPLITS if (mine["split"] == split).any()]
    by_class = {(row["split"], row["class"]): row for row in rows(mine)}
    order = list(dict.fromkeys(mine["class"]))
    if len(order) > MOST_CLASSES:
        lowest = where(mine, split="test").sort_values("f1", kind="stable")
        order = list(lowest["class"].head(MOST_CLASSES))
    columns = (
        Column("Class", numeric=False),
        *(Column("F1" if score == "f1" else score.capitalize(), split)
          for split in splits for score in CLASS_SCORES),
        *(Column("Images", split, "Mean over seeds.") for split in splits),
    )  # fmt: skip
    body = tuple(
        (
            Cell(by_class[splits[0], one]["name"]),
            *(_score(by_class[split, one], score) for split in splits for score in CLASS_SCORES),
            *(Cell(show.count(by_class[split, one]["support"]), by_class[split, one]["support"])
              for split in splits),
        )
        for one in order
    )  # fmt: skip
    return Table(f"table-classes-{number}", columns, body, "Means over seeds with 95 % Student-t intervals.")


def _score(row: dict[str, Any], score: str) -> Cell:
    text = show.percent_interval(row[score], row[f"{score}_low"], row[f"{score}_high"])
    return Cell(text, row[score])
