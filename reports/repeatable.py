"""What somebody who runs the suite again may expect to be the same."""

from __future__ import annotations

from bench.analysis.tables import Tables

PROMISED = "the same bits from the same suite on this machine, with these libraries{threads}"
LIKELY = (
    "the same initial weights, order of images and augmentation; the same bits usually, but surely only with "
    "recipe.deterministic"
)


def repeatable(tables: Tables) -> str:
    """One sentence; timings never repeat themselves, and are shown with intervals instead."""
    threads = f" and {tables.choices.threads} CPU threads" if tables.choices else ""
    promised = PROMISED.format(threads=threads)
    sure = {trial.label for trial in tables.info.plan if trial.recipe.deterministic}
    if not sure:
        return LIKELY
    if sure >= set(tables.labels):
        return promised
    return f"{', '.join(label for label in tables.labels if label in sure)}: {promised}; others: {LIKELY}"
