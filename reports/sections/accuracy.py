"""How well each architecture learned: along training, and on every split in the end."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Section, Table
from reports.figures.curves import learning_curves as curves_figure
from reports.sections.holes import left_out
from reports.sections.ranking import name_cell, suite_looks

ACCURACIES = (
    "train_accuracy", "validation_accuracy", "test_accuracy", "selected_test_accuracy", "best_test_accuracy",
)  # fmt: skip


MACRO = frozenset({"precision", "recall", "f1"})


def learning_curves(tables: Tables) -> Section | None:
    """Accuracy and loss along training."""
    spec = curves_figure(tables, suite_looks(tables))
    if not spec["traces"]:
        return None
    caption = "Mean over seeds; the band spans the lowest to the highest seed. Dotted lines are targets."
    if tables.data and tables.data.validated_on_test:
        caption += " Test set used for validation."
    if (tables.epochs["status"] != "done").any():
        caption += " A thin line that ends in a cross is a trial that did not finish; it is in no mean."
    if (tables.summary["timings_doubtful"] > 0).any():
        caption += " Against training time: some timings are doubtful, see the ranking."
    parts = (Figure("figure-curves", caption, spec), _accuracies(tables))
    return Section("curves", "Learning curves", left_out(tables), parts)


def splits(tables: Tables) -> Section | None:
    """What the final weights do on train, validation and test set."""
    if not len(tables.splits):
        return None
    drawn = suite_looks(tables)
    top5 = bool(tables.splits["top5_accuracy"].notna().any())
    scores = ("accuracy", *(("top5_accuracy",) if top5 else ()), "precision", "recall", "f1")
    titles = {"accuracy": "Top-1", "top5_accuracy": "Top-5", "f1": "F1"}
    columns = (
        Column("Architecture", numeric=False),
        Column("Split", numeric=False),
        Column("Images"),
        *(Column(titles.get(name, name.capitalize()), "mean over classes" if name in MACRO else "")
          for name in scores),
        Column("Loss", "nats"),
        Column("Calibration error", "15 bins", "Gap between confidence and accuracy (Guo et al. 2017)."),
    )  # fmt: skip
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(row["split"]),
            Cell(show.count(row["images"]), row["images"]),
            *(Cell(_percent(row, name), row[name]) for name in scores),
            Cell(show.number(row["loss"], 4), row["loss"]),
            Cell(_percent(row, "calibration_error"), row["calibration_error"]),
        )
        for row in rows(tables.splits)
    )
    lead = (
        "The weights of the last epoch on images as they are: no augmentation, no dropout. Scores of classes "
        f"are averaged without weights. {_how_split(tables)}"
    )
    table = Table("table-splits", columns, body, "Means over seeds with 95 % Student-t intervals.")
    return Section("splits", "Every split", lead, (table,))


def _how_split(tables: Tables) -> str:
    fraction = tables.suite.dataset.validation
    if fraction == "test":
        return "Test set used for validation: there is no validation split."
    share = show.percent(fraction, 0 if (100 * fraction) % 1 < 1e-9 else 1)
    return (
        f"The validation split is {share} of the training set, stratified by class and drawn by the seed, "
        "the same for every architecture."
    )


def _accuracies(tables: Tables) -> Table:
    """Last, selected and best epoch side by side, and the gap that selection on the test set opens."""
    drawn = suite_looks(tables)
    on_test = tables.data is not None and tables.data.validated_on_test
    columns = (
        Column("Architecture", numeric=False),
        Column("Train", "last epoch, running", "While weights still moved, augmented, with dropout."),
        Column("Validation", "test set used for validation" if on_test else "last epoch"),
        Column("Test", "last epoch"),
        Column("Test", "validation-selected"),
        Column("Test", "best epoch, selected on the test set"),
        Column("Optimism", "points", "Best epoch minus validation-selected (or last) epoch."),
        Column("Test loss", "nats"),
        Column("Area", "under the curve", "Mean height of the test accuracy curve over epochs."),
        Column("Converged", "epochs", "To within 1 % (relative) of the own best test accuracy."),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            *(Cell(_percent(row, name), row[name]) for name in ACCURACIES),
            Cell(show.points(row["optimism"]), row["optimism"]),
            Cell(show.number(row["test_loss"], 4), row["test_loss"]),
            Cell(_percent(row, "area_under_curve"), row["area_under_curve"]),
            Cell(show.number(row["epochs_to_converge"], 1), row["epochs_to_converge"]),
        )
        for row in rows(tables.summary)
    )  # fmt: skip
    return Table(
        "table-accuracies", columns, body, "Means over seeds with 95 % Student-t intervals, in percent."
    )


def _percent(row: dict[str, Any], name: str) -> str:
    return show.percent_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])
