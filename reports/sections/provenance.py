"""Where the numbers come from: trials and holes, recipes, data, environment, and the suite itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Fold, Items, Section, Table, Verbatim
from reports.repeatable import repeatable
from reports.sections.length import shortened
from reports.sections.ranking import name_cell, suite_looks

TONES: dict[str, Literal["", "good", "bad", "unsure", "quiet"]] = {
    "done": "good",
    "missing": "quiet",
    "running": "unsure",
    "waiting": "quiet",
    "interrupted": "unsure",
}


CONDITIONS = ("device", "device_name", "precision", "threads")
"""Choices that hold for all trials; what may differ between them has a table."""

KEPT = {
    "memory": "in main memory",
    "device": "in the accelerator's memory",
    "streamed": "on disk, read ahead of each step",
}
"""Where images were while networks trained on them."""

MOST_CLASSES = 20
"""Classes named in full; more are counted."""


def trials(tables: Tables) -> Section:
    """One row a planned trial, holes included; of thousands the first, holes before all others."""
    chosen, note = shortened(rows(tables.trials), "trials", last=_has_result)
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Seed"),
        Column("Status", numeric=False),
        Column("Epochs"),
        Column("Test", "last epoch"),
        Column("Test", "best, by test"),
        Column("Training", "", "Seconds. With a question mark, the timing is doubtful."),
        Column("Evaluation"),
        Column("Why", numeric=False),
        Column("Trial", "id", numeric=False),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(str(row["seed"]), row["seed"]),
            Cell(row["status"], tone=TONES.get(row["status"], "bad")),
            Cell(f"{show.count(row['epochs'])} of {row['epochs_planned']}", row["epochs"]),
            Cell(show.percent(row["test_accuracy"]), row["test_accuracy"]),
            Cell(show.percent(row["best_test_accuracy"]), row["best_test_accuracy"]),
            Cell(
                show.seconds(row["train_seconds"]) + (" ?" if row["timing"] == "doubtful" else ""),
                row["train_seconds"],
            ),
            Cell(show.seconds(row["evaluation_seconds"]), row["evaluation_seconds"]),
            Cell(row["reason"] if isinstance(row["reason"], str) else ""),
            Cell(row["trial_id"], tone="quiet"),
        )
        for row in chosen
    )
    lead = (
        f"{tables.finished} of {len(tables.trials)} planned trials finished; only those are averaged. "
        "A trial that failed, diverged, was interrupted or cannot be read stays in this table."
    )
    return Section("trials", "Trials", lead, (Table("table-trials", columns, body, note), *_logs(tables)))


def _has_result(row: dict[str, Any]) -> bool:
    return bool(row["status"] == "done")


def _logs(tables: Tables) -> Iterator[Fold]:
    """The end of the log of each trial that failed."""
    for row in rows(tables.trials):
        if isinstance(row["log_tail"], str) and row["log_tail"]:
            title = f"Last lines of the log of {row['label']}, seed {row['seed']}"
            yield Fold(title, (Verbatim(row["log_tail"]),))


def recipes(tables: Tables) -> Section:
    """How the architectures were trained: what differs in a table, what all share below it."""
    entries = rows(tables.recipes)
    different = [row for row in entries if row["differs"]]
    columns = (Column("Key", numeric=False), *(Column(label, numeric=False) for label in tables.labels))
    body = tuple(
        (Cell(row["key"]), *(Cell(row["values"][label]) for label in tables.labels)) for row in different
    )
    first = tables.labels[0]
    shared = tuple((row["key"], row["values"][first]) for row in entries if not row["differs"])
    common = Fold(f"{len(shared)} settings that every architecture shares", (Items(shared),))
    if not different:
        return Section(
            "recipes", "Recipes", "Every architecture was trained with the same recipe.", (common,)
        )
    lead = (
        f"{len(different)} of {len(entries)} settings differ between architectures, so a difference between "
        "them is not due to the network alone."
    )
    return Section("recipes", "Recipes", lead, (Table("table-recipes", columns, body), common))


def data(tables: Tables) -> Section | None:
    """What was learned, and how it was split."""
    facts = tables.data
    if facts is None:
        return None
    more = len(facts.classes) - MOST_CLASSES
    classes = ", ".join(facts.classes[:MOST_CLASSES]) + (f" and {more} more" if more > 0 else "")
    held_out = f"{show.count(facts.validation_images)} images"
    pairs = (
        ("Data set", facts.name),
        ("Images", "lossy re-encoded copy of the originals" if facts.reencoded else "as published"),
        ("Training", f"{show.count(facts.train_images)} images"),
        ("Validation", "test set used for validation" if facts.validated_on_test else held_out),
        ("Test", f"{show.count(facts.test_images)} images"),
        ("Input", f" {show.TIMES} ".join(map(str, facts.image_shape)) + " (C, H, W)"),
        ("Classes", f"{len(facts.classes)}: {classes}"),
        ("Read from", facts.layout),
        ("Kept", KEPT[facts.residency]),
        ("Fingerprint", f"{facts.fingerprint} (SHA-256 of decoded images and labels)"),
        *((("Note", facts.note),) if facts.note else ()),
    )
    return Section("data", "Data", "", (Items(pairs),))


def environment(tables: Tables) -> Section:
    """Hardware, precision, libraries."""
    choices = tables.choices.model_dump() if tables.choices else {}
    pairs = (
        ("Run", tables.info.run_id),
        ("Started", tables.info.created_at),
        *((("Command", " ".join(tables.info.command)),) if tables.info.command else ()),
        *_flat({name: choices[name] for name in CONDITIONS if name in choices}),
        ("Run again", repeatable(tables)),
    )
    rest = tuple(_flat(tables.info.environment))
    folds = (
        *((Fold("Chosen by measuring", (_decisions(tables),)),) if len(tables.decisions) else ()),
        *((Fold("Libraries and machine", (Items(rest),)),) if rest else ()),
    )
    return Section("environment", "Environment", "", (Items(pairs), *folds))


def _decisions(tables: Tables) -> Table:
    """What was timed before training, and what was chosen."""
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Seed"),
        Column("Layout", numeric=False),
        Column("Channels last", "a step"),
        Column("Contiguous", "a step"),
        Column("Steps run", numeric=False),
        Column("Eager", "a step"),
        Column("Compiled", "a step"),
        Column("CUDA graphs", "a step"),
        Column("Compiling", "took", "Not part of any training time."),
        Column("Evaluation", "batch size"),
        Column("Could not be run", numeric=False),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(str(row["seed"]), row["seed"]),
            Cell(row["memory_format"].replace("_", " ")),
            *(Cell(show.seconds(row[f"{name}_seconds"]), row[f"{name}_seconds"])
              for name in ("channels_last", "contiguous")),
            Cell(row["compile_variant"]),
            *(Cell(show.seconds(row[f"{name}_seconds"]), row[f"{name}_seconds"])
              for name in ("eager", "compiled", "graphs")),
            Cell(show.seconds(row["compile_seconds"]), row["compile_seconds"]),
            Cell(show.count(row["evaluation_batch_size"]), row["evaluation_batch_size"]),
            Cell(row["failure"] if isinstance(row["failure"], str) else "-"),
        )
        for row in rows(tables.decisions)
    )  # fmt: skip
    return Table("table-decisions", columns, body)


def suite(tables: Tables) -> Section:
    """The file that this run was made from, and what it resolved to."""
    resolved = json.dumps(tables.suite.model_dump(mode="json"), indent=2, ensure_ascii=False)
    fold = Fold("Resolved suite, defaults included", (Verbatim(resolved),))
    return Section("suite", "Suite", "", (Verbatim(tables.suite_text), fold))


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(item, Mapping):
            yield from _flat(item, f"{name} ")
        elif item is not None and item != "":
            yield name, ", ".join(map(str, item)) if isinstance(item, list | tuple) else str(item)
