"""What no single key of a suite shows: labels that repeat, recipes that do not merge, wrong references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from bench.spec import Claim, Recipe, Suite, merge
from bench.spec.claim import FRACTIONS
from bench.suite_errors import did_you_mean, explain


def cross_checks(suite: Suite, document: dict[str, Any]) -> Iterator[str]:
    """One line for each mistake, with its key path."""
    seen: dict[str, int] = {}
    for index, architecture in enumerate(suite.architectures):
        if architecture.label in seen:
            first = f"architectures[{seen[architecture.label]}]"
            yield f"architectures[{index}].label: {architecture.label!r} is already the label of {first}"
        seen.setdefault(architecture.label, index)
        prefix = f"architectures[{index}].recipe."
        try:
            yield from _rates(suite.recipe_of(architecture), prefix)
        except ValidationError as error:
            merged = merge(document.get("recipe", {}), architecture.recipe)
            yield from explain(error, merged, model=Recipe, prefix=prefix)
    yield from _starts(suite)
    for index, claim in enumerate(suite.claims):
        for key in ("architecture", "relative_to"):
            label = getattr(claim, key)
            if label is not None and label not in seen:
                hint = did_you_mean(label, seen) or f"; labels: {', '.join(map(repr, seen))}"
                yield f"claims[{index}].{key}: no architecture has the label {label!r}{hint}"
        if claim.relative_to == claim.architecture:
            yield f"claims[{index}].relative_to: {claim.relative_to!r} against itself says nothing"
        yield from _fractions(claim, f"claims[{index}]")
    if suite.dataset.name in ("folder", "parquet") and suite.dataset.path is None:
        yield f'dataset.path: required when dataset.name is "{suite.dataset.name}"'


def _rates(recipe: Recipe, prefix: str) -> Iterator[str]:
    """A floor above the peak, to which a schedule that decays would rise."""
    floor, peak = getattr(recipe.schedule, "min_lr", 0.0), recipe.optimizer.lr
    if floor > peak:
        yield f"{prefix}schedule.min_lr: {floor:g} is above the learning rate of {peak:g}"


def _fractions(claim: Claim, prefix: str) -> Iterator[str]:
    """Percent where a fraction is meant; a tolerance of 2 would agree with everything."""
    if not claim.metric.endswith(FRACTIONS) or (claim.relative_to is not None and claim.relation == "ratio"):
        return
    what = f"{claim.metric} is a fraction"
    if abs(claim.value) > 1:
        yield f"{prefix}.value: {what}; write {claim.value:g} % as {claim.value / 100:g}"
    if claim.tolerance >= 1:
        yield f"{prefix}.tolerance: {what}; write {claim.tolerance:g} points as {claim.tolerance / 100:g}"


def _starts(suite: Suite) -> Iterator[str]:
    """Trials that start from one which no architecture above them stands for."""
    above: list[str] = []
    for index, architecture in enumerate(suite.architectures):
        start = architecture.recipe.get("init_from")
        wanted = start.get("trial") if isinstance(start, dict) else None
        if isinstance(wanted, str) and wanted not in above:
            hint = did_you_mean(wanted, above) or f"; labels above: {', '.join(map(repr, above)) or 'none'}"
            place = f"architectures[{index}].recipe.init_from.trial"
            yield f"{place}: no architecture above has the label {wanted!r}{hint}"
        above.append(architecture.label)
