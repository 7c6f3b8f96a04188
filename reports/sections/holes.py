"""Trials without a result, in words, wherever their numbers would stand."""

from __future__ import annotations

import itertools
from typing import Any, Literal

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from bench.analysis.trials import ONGOING_REASONS
from reports import format as show
from reports.elements import Cell

MOST_NAMED = 6

WORDS = {"missing": "not run yet"}
"""Of a status that does not explain itself."""


def status_words(status: str) -> str:
    """What became of a trial, in a word or three."""
    return WORDS.get(status, status)


def hole_counts(tables: Tables, label: str) -> str:
    """How many trials of an architecture have no result: "1 failed, 2 not run yet"; or nothing."""
    states = tables.statuses[label].items()
    return ", ".join(f"{count} {status_words(one)}" for one, count in states if one != "done")


def hole_tone(tables: Tables, label: str) -> Literal["", "bad", "unsure"]:
    """Bad where a trial of an architecture is lost, unsure where some are merely still to come."""
    left = set(tables.statuses[label]) - {"done"}
    if not left:
        return ""
    return "unsure" if left <= set(ONGOING_REASONS) else "bad"


def left_out(tables: Tables) -> str:
    """A sentence that names the trials without a result; empty where all have one."""
    holes = [_named(tables, row) for row in rows(tables.trials) if row["status"] != "done"]
    if not holes:
        return ""
    more = f" and {len(holes) - MOST_NAMED} more" if len(holes) > MOST_NAMED else ""
    return f"Without a result, and so in no mean: {', '.join(holes[:MOST_NAMED])}{more}."


def without_common_seed(tables: Tables) -> list[dict[str, Any]]:
    """Pairs of which nothing is known, because no seed has finished for both."""
    compared = {(row["first"], row["second"]) for row in rows(tables.differences)}
    pairs = itertools.combinations(tables.labels, 2)
    return [{"first": a, "second": b, "seeds": 0} for a, b in pairs if (a, b) not in compared]


def common_seeds(tables: Tables, pair: dict[str, Any]) -> Cell:
    """Seeds that both architectures of a pair have finished, and of how many where some are missing."""
    done, planned = int(pair["seeds"]), len(tables.seeds[pair["first"]] & tables.seeds[pair["second"]])
    return Cell(f"{done} of {planned}", done, tone="bad") if done < planned else Cell(show.count(done), done)


def _named(tables: Tables, row: dict[str, Any]) -> str:
    """Which trial, and how far it came if anything is known of its epochs."""
    epochs = len(where(tables.epochs, label=row["label"], seed=row["seed"]))
    after = f" after {epochs} of {row['epochs_planned']} epochs" if epochs else ""
    return f"{row['label']} seed {row['seed']} ({status_words(row['status'])}{after})"
