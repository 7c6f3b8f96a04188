"""What a reader must know before believing a comparison: unequal recipes, data, machines; missing trials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.analysis.frames import rows
from bench.analysis.trials import Outcome
from bench.spec import Architecture, Suite

LARGEST_DRIFT = 0.05
"""Relative change between first and last quarter of the timed blocks that is still called steady."""

LARGEST_SPREAD = 0.10
"""Width of the interval of the median, relative to it, that is still called precise."""

COLUMNS = ("kind", "message")


def warning_table(
    suite: Suite, outcomes: tuple[Outcome, ...], recipes: pd.DataFrame, throughput: pd.DataFrame
) -> pd.DataFrame:
    """One row a warning, those about accuracy first."""
    found = [
        *_holes(outcomes),
        *_seeds(outcomes),
        *_data(outcomes),
        *_recipes(recipes),
        *_conditions(outcomes),
        *_counts(outcomes),
        *_timing(throughput),
    ]
    if suite.dataset.limit:
        note = f"At most {suite.dataset.limit} images of each split were used (dataset.limit)."
        found.append(("part of the data", note))
    return pd.DataFrame(found, columns=list(COLUMNS))


def recipe_table(suite: Suite, labels: tuple[str, ...]) -> pd.DataFrame:
    """One row a recipe key: its value per architecture as text, and whether they differ in it."""
    chosen = [architecture for architecture in suite.architectures if architecture.label in labels]
    flat = {architecture.label: _flat_recipe(suite, architecture) for architecture in chosen}
    keys = list(dict.fromkeys(key for recipe in flat.values() for key in recipe))
    table = []
    for key in keys:
        values = {label: recipe.get(key, "") for label, recipe in flat.items()}
        table.append({"key": key, "differs": len(set(values.values())) > 1, "values": values})
    return pd.DataFrame(table, columns=["key", "differs", "values"])


def _flat_recipe(suite: Suite, architecture: Architecture) -> dict[str, str]:
    return dict(_flatten(suite.recipe_of(architecture).model_dump(mode="json")))


def _flatten(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flatten(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _text(item)


def _text(value: Any) -> str:
    """Values as a suite would spell them."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_text(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _holes(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    holes = [outcome for outcome in outcomes if not outcome.done]
    if holes:
        names = _names(f"{hole.trial.label} seed {hole.trial.seed} ({hole.status})" for hole in holes)
        yield "missing trials", f"{len(holes)} of {len(outcomes)} trials gave no result: {names}."


def _seeds(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    done: dict[str, int] = {}
    for outcome in outcomes:
        done[outcome.trial.label] = done.get(outcome.trial.label, 0) + outcome.done
    single = [label for label, count in done.items() if count == 1]
    if single:
        who = "each architecture" if len(single) == len(done) else _names(single)
        yield "single seed", f"One seed for {who}: no interval, so no difference can be called real."


def _data(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    facts = [outcome.record.data for outcome in outcomes if outcome.record and outcome.record.data]
    if any(fact.reencoded for fact in facts):
        yield (
            "re-encoded images",
            "The images are a lossy copy of the originals; published accuracies are not comparable.",
        )
    if any(fact.validated_on_test for fact in facts):
        yield (
            "validation on the test set",
            "Test set used for validation: every validation number is a test number.",
        )
    if len({fact.fingerprint for fact in facts}) > 1:
        yield "unequal data", "Trials saw data with different fingerprints; they are not the same experiment."


def _recipes(recipes: pd.DataFrame) -> Iterator[tuple[str, str]]:
    different = [str(key) for key in recipes.loc[recipes["differs"].astype(bool), "key"]]
    if different:
        yield (
            "unequal recipes",
            f"Recipes differ in {_names(different)}; a difference is not due to the network alone.",
        )


def _conditions(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    choices = [outcome.record.choices for outcome in outcomes if outcome.record and outcome.record.choices]
    for field in ("device_name", "precision", "memory_format", "compile", "threads"):
        values = list(dict.fromkeys(str(getattr(choice, field)) for choice in choices))
        if len(values) > 1:
            what = field.replace("_", " ")
            yield (
                "unequal conditions",
                f"Trials differ in {what}: {_names(values)}; times are not comparable.",
            )


def _counts(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    missed: dict[str, str] = {}
    for outcome in outcomes:
        static = outcome.record.static if outcome.record else None
        if static and static.unsupported:
            missed[outcome.trial.label] = _names(f"{op} ({n} calls)" for op, n in static.unsupported.items())
    for label, operators in missed.items():
        yield (
            "uncounted operators",
            f"MACs of {label} leave out operators that no counter covers: {operators}.",
        )


def _timing(throughput: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for row in rows(throughput):
        what = f"{row['label']}, {row['mode']} at batch size {row['batch_size']}"
        if abs(row["drift"]) > LARGEST_DRIFT:
            yield "unsteady timing", f"{what}: speed drifted by {row['drift']:+.1%} while it was measured."
        spread = (row["high"] - row["low"]) / row["images_per_second"]
        if spread > LARGEST_SPREAD:
            yield "imprecise timing", f"{what}: the interval of the median is {spread:.0%} wide."


def _names(names: Any, most: int = 6) -> str:
    """Join names, the tail of a long list as a count."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
